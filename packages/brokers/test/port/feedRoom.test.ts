import { assert, describe, it } from "@effect/vitest"
import type { FeedDetail } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { withRoom } from "@keepgaining/brokers/port/feedRoom.ts"

const instrument = (index: number, kind: "equity" | "option" = "equity"): BrokerInstrument => ({
  index,
  instrument: { symbol: `NSE:${index}`, exchange: "NSE", kind, tickSize: 5, lotSize: 1 },
  token: String(index),
  tradingSymbol: String(index)
})

const many = (count: number, kind?: "equity" | "option") => Array.from({ length: count }, (_, n) => instrument(n, kind))

const wanted = (...groups: ReadonlyArray<readonly [ReadonlyArray<BrokerInstrument>, FeedDetail]>) =>
  new Map(groups.flatMap(([of, detail]) => of.map((each) => [each, detail] as const)))

const none = new Map<BrokerInstrument, FeedDetail>()

describe("room on a feed's connection", () => {
  it.each(
    [
      ["upstox", "price", 5_000],
      ["upstox", "quote", 2_000],
      ["upstox", "full", 2_000],
      ["upstox", "depth", 50],
      ["kite", "full", 3_000],
      ["angel", "full", 1_000],
      ["angel", "depth", 50],
      ["fyers", "full", 5_000]
    ] as const
  )("is by the mode that is asked for: %s %s takes %i", (broker, detail, most) => {
    const all = many(6_000)
    assert.deepStrictEqual(withRoom(capabilities[broker], none, all, detail), all.slice(0, most))
  })
  it("is shared by all modes of a connection at Kite", () => {
    const [first, second] = [many(2_000), Array.from({ length: 2_000 }, (_, n) => instrument(10_000 + n))]
    assert.lengthOf(withRoom(capabilities.kite, wanted([first, "full"]), second, "price"), 1_000)
  })
  it("is smaller at Upstox when a connection has more than one mode", () => {
    const first = many(1_500)
    const others = Array.from({ length: 3_000 }, (_, n) => instrument(10_000 + n))
    assert.lengthOf(withRoom(capabilities.upstox, wanted([first, "full"]), others, "price"), 2_000)
    assert.lengthOf(withRoom(capabilities.upstox, wanted([many(1_501), "full"]), others, "price"), 0)
    assert.lengthOf(withRoom(capabilities.upstox, wanted([first, "full"]), others, "depth"), 50)
  })
  it("is taken twice at Angel by what has two modes: shares with 20 levels, beside their quotes", () => {
    const shares = many(60)
    const options = Array.from({ length: 1_000 }, (_, n) => instrument(10_000 + n, "option"))
    const taken = withRoom(capabilities.angel, none, [...shares, ...options], "depth")
    assert.strictEqual(taken.filter(({ instrument: { kind } }) => kind === "equity").length, 50)
    // 50 shares in two modes leave 900 of 1,000.
    assert.strictEqual(taken.filter(({ instrument: { kind } }) => kind === "option").length, 900)
  })
  it("is freed by what goes to another mode, and what finds none stays as it was", () => {
    const all = many(60)
    const has = wanted([all.slice(0, 50), "depth"], [all.slice(50), "full"])
    assert.deepStrictEqual(withRoom(capabilities.upstox, has, all.slice(45), "depth"), all.slice(45, 50))
    assert.deepStrictEqual(withRoom(capabilities.upstox, has, all, "full"), all)
  })
  it("counts an instrument once, however often it is asked for", () => {
    const [one] = many(1)
    assert.isDefined(one)
    assert.deepStrictEqual(withRoom(capabilities.upstox, none, [one, one], "full"), [one])
  })
})
