import { assert, describe, it } from "@effect/vitest"
import { FaultKind } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { controlPlane } from "@keepgaining/brokers/simulator/server/controlPlane.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import { customerOf, START } from "../conformance/stage.ts"

const stage = Effect.gen(function*() {
  const simulation = yield* simulateBrokers({
    seed: 4,
    start: START,
    speed: 0,
    strikes: 1,
    accounts: [customerOf("kite"), customerOf("upstox")]
  })
  const { url } = yield* controlPlane(simulation, 0)
  const ask = (method: string, path: string, body?: unknown) =>
    Effect.promise(async () => {
      const answer = await fetch(`${url}/_sim${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      return { status: answer.status, body: await answer.json() }
    })
  return { simulation, ask }
})

describe("the control plane", () => {
  it.live("says what there is: every call, and every fault in words", () =>
    Effect.gen(function*() {
      const { ask } = yield* stage
      const { body } = yield* ask("GET", "")
      assert.deepStrictEqual(Object.keys(body.faults).sort(), [...FaultKind.literals].sort())
      for (const words of Object.values(body.faults)) assert.isAbove(String(words).length, 10)
      assert.include(Object.keys(body.calls), "POST /_sim/faults")
    }))
  it.live("takes faults, lists and removes them, and refuses what is none", () =>
    Effect.gen(function*() {
      const { ask } = yield* stage
      assert.strictEqual((yield* ask("POST", "/faults", { fault: "no-such-fault" })).status, 400)
      const { body: { id } } = yield* ask("POST", "/faults", { fault: "clock-skew", broker: "kite", delay: -60_000 })
      assert.lengthOf((yield* ask("GET", "/faults")).body, 1)
      assert.strictEqual((yield* ask("DELETE", `/faults/${id}`)).status, 200)
      assert.lengthOf((yield* ask("GET", "/faults")).body, 0)
    }))
  it.live("changes what is listed with the next day's masters, not before", () =>
    Effect.gen(function*() {
      const { ask, simulation } = yield* stage
      const kite = simulation.servers.kite?.url ?? ""
      const rowOf = (tradingSymbol: string) =>
        Effect.promise(async () => {
          const text = await (await fetch(`${kite}/instruments`)).text()
          const [head = "", ...rows] = text.split("\n").map((line) => line.trim())
          const row = rows.map((each) => each.split(",")).find((each) => each[2] === tradingSymbol) ?? []
          return Object.fromEntries(head.split(",").map((name, i) => [name, row[i]]))
        })
      const future = simulation.market.instruments.find(({ instrument }) => instrument.kind === "future")
      assert.isDefined(future)
      const { symbol } = future.instrument
      const name = symbol.replace(/^NSE:/, "")
      const before = yield* rowOf(name)
      yield* ask("POST", "/faults", { fault: "renumber", symbol, to: 91_234 })
      yield* ask("POST", "/faults", { fault: "lot-change", symbol, to: 25 })
      yield* ask("POST", "/faults", { fault: "freeze-change", symbol, to: 900 })
      yield* ask("POST", "/clock", { to: START + 60_000 })
      assert.deepStrictEqual(yield* rowOf(name), before)
      const layer = simulation.brokers[0]
      yield* ask("POST", "/clock", { to: START + DAY_MS })
      const after = yield* rowOf(name)
      assert.deepInclude(after, { exchange_token: "91234", lot_size: "25" })
      assert.strictEqual(simulation.market.ofSymbol(symbol)?.freezeQuantity, 900)
      assert.notStrictEqual(simulation.brokers[0], layer)
      assert.lengthOf((yield* ask("GET", "/faults")).body, 0)
    }))
  it.live("puts one broker's clock off, not the other's", () =>
    Effect.gen(function*() {
      const { ask, simulation } = yield* stage
      const customers = (["kite", "upstox"] as const).map((broker) => {
        const account = simulation.exchange.account(broker, "AB1234")
        const sessions = simulation.sessions[broker]
        if (account === undefined || sessions === undefined) throw new Error("both are there")
        return { sessions, token: sessions.issue(account) }
      })
      const good = () => customers.map(({ sessions, token }) => sessions.accountOf(token) !== undefined)
      assert.deepStrictEqual(good(), [true, true])
      yield* ask("POST", "/faults", { fault: "clock-skew", broker: "kite", delay: DAY_MS })
      assert.deepStrictEqual(good(), [false, true])
      yield* ask("DELETE", "/faults")
      assert.deepStrictEqual(good(), [true, true])
    }))
})
