import { type Portfolio } from "@keepgaining/rpc/contract/Trading.ts"
import { assert, describe, it } from "vitest"
import { netByVenue, venueOfBook } from "../../src/positions/profit.ts"

const deployment = (id: string, mode: "paper" | "live" | "signal"): Portfolio["deployments"][number] => ({
  deployment: { id, strategy: "S", parameters: {}, instruments: ["NSE:TCS"], lots: 1, mode },
  state: "running",
  reason: "",
  warmupLeft: 0,
  signals: 0,
  orders: 0,
  fills: 0,
  realised: 0,
  unrealised: 0,
  charges: 0,
  lastEvent: ""
})

const position = (book: string, realised: number, charges: number): Portfolio["positions"][number] => ({
  book,
  instrument: 0,
  quantity: 0,
  averagePrice: 0,
  realised,
  unrealised: 0,
  // Rupees have a brand that a literal does not.
  charges: charges as Portfolio["positions"][number]["charges"],
  buyQuantity: 0,
  sellQuantity: 0,
  lastPrice: 0,
  priceAge: 0
})

const deployments = [deployment("rocket", "live"), deployment("tortoise", "paper")]

describe("profit", () => {
  it("knows which books are live", () => {
    assert.strictEqual(venueOfBook("live", { deployments }), "live")
    assert.strictEqual(venueOfBook("rocket", { deployments }), "live")
    assert.strictEqual(venueOfBook("tortoise", { deployments }), "paper")
    assert.strictEqual(venueOfBook("manual", { deployments }), "paper")
  })

  it("never adds paper to live money", () => {
    const positions = [
      position("live", 50_000, 100),
      position("rocket", -20_000, 50),
      position("manual", 900_000, 0),
      position("tortoise", 100_000, 0)
    ]
    assert.deepStrictEqual(netByVenue({ positions, deployments }), { live: 15_000, paper: 1_000_000 })
    assert.deepStrictEqual(netByVenue({ positions: positions.slice(0, 1), deployments }), {
      live: 40_000,
      paper: undefined
    })
  })
})
