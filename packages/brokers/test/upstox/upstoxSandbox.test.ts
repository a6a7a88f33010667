/** Upstox's sandbox setting, and the algorithm's name on orders, against the simulator's server. */
import { assert, describe, it } from "@effect/vitest"
import { kiteAdapter } from "@keepgaining/brokers/kite/kiteAccount.ts"
import type { AccountSettings } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { kiteInstruments } from "@keepgaining/brokers/simulator/kite/kiteSymbols.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { upstoxInstruments } from "@keepgaining/brokers/simulator/upstox/upstoxSymbols.ts"
import { upstoxAdapter, upstoxSandboxUrls } from "@keepgaining/brokers/upstox/upstoxAccount.ts"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { customerOf, fromStart, someTag, START } from "../conformance/stage.ts"

const staged = Effect.gen(function*() {
  const simulation = yield* simulateBrokers({
    seed: 6,
    start: START,
    speed: 10,
    accounts: [customerOf("upstox"), customerOf("kite")]
  })
  const customer = (broker: "upstox" | "kite") => {
    const found = simulation.exchange.account(broker, "AB1234")
    if (found === undefined) throw new Error("the customer was just added")
    return found
  }
  const token = simulation.sessions.upstox?.issue(customer("upstox")) ?? ""
  const reliance = simulation.market.ofSymbol("NSE:RELIANCE")
  if (reliance === undefined) throw new Error("RELIANCE is always listed")
  const order = (changes: object = {}) => ({
    tag: someTag(),
    symbol: "NSE:RELIANCE",
    side: "buy" as const,
    quantity: 5,
    type: "limit" as const,
    product: "delivery" as const,
    validity: "DAY" as const,
    limitPrice: paise(Math.round(simulation.exchange.quote(reliance).price * 0.95 / 10) * 10),
    ...changes
  })
  const settings = (broker: "upstox" | "kite", more: Partial<AccountSettings>): AccountSettings => ({
    account: "asha",
    userId: "AB1234",
    apiKey: customer(broker).apiKey,
    apiSecret: Redacted.make(customer(broker).apiSecret),
    redirectUrl: customer(broker).redirectUrl,
    instruments: broker === "upstox" ? upstoxInstruments(simulation.market) : kiteInstruments(simulation.market),
    timeout: 1_000,
    ...more
  })
  const placed = (broker: "upstox" | "kite") => simulation.exchange.orders(customer(broker))
  const requests = () =>
    simulation.journal.since(0).filter(({ kind }) => kind === "request" || kind === "socket").length
  return { simulation, customer, token, order, settings, placed, requests }
})

describe("the sandbox of Upstox", () => {
  it.live("takes orders, changes and cancellations under its standing token", () =>
    fromStart(Effect.scoped(Effect.gen(function*() {
      const { order, placed, settings, simulation, token } = yield* staged
      const root = simulation.servers.upstox?.url
      const account = upstoxAdapter.account(
        settings("upstox", { apiSecret: Redacted.make(token), sandbox: true }),
        root
      )
      assert.isUndefined(account.auth.loginUrl("state"))
      const standing = yield* account.auth.standing ?? Effect.die("a sandbox needs no login")
      assert.strictEqual(standing.endsAt - standing.issuedAt, 30 * DAY_MS)
      assert.notInclude(JSON.stringify(standing), token)
      const { orders, portfolio } = account.session(standing)
      assert.strictEqual((yield* portfolio.profile).userId, "AB1234")
      const resting = order()
      const [orderId = ""] = yield* orders.place(resting)
      assert.lengthOf(placed("upstox"), 1)
      yield* orders.modify({ orderId, order: { ...resting, quantity: 6 } })
      yield* orders.cancel(orderId)
      yield* Effect.sleep(200)
      assert.deepInclude(placed("upstox")[0], { quantity: 6, status: "cancelled" })
    }))))

  it.live("refuses everything else by name, and sends nothing of it", () =>
    fromStart(Effect.scoped(Effect.gen(function*() {
      const { requests, settings, simulation, token } = yield* staged
      const root = simulation.servers.upstox?.url
      const account = upstoxAdapter.account(
        settings("upstox", { apiSecret: Redacted.make(token), sandbox: true }),
        root
      )
      const standing = yield* account.auth.standing ?? Effect.die("a sandbox needs no login")
      const session = account.session(standing)
      const { gtt, margins, marketData, marketFeed, orderFeed, orders, portfolio } = session
      const calls: ReadonlyArray<Effect.Effect<unknown, BrokerError, Scope.Scope>> = [
        orders.book,
        orders.trades,
        portfolio.funds,
        portfolio.positions,
        portfolio.holdings,
        marketData.quotes(["NSE:SBIN"]),
        marketData.candles("NSE:SBIN", "1m", START - DAY_MS, START),
        marketData.chain?.("NSE:NIFTY 50", "2026-11-24") ?? Effect.void,
        margins.of([]),
        gtt?.list ?? Effect.void,
        gtt?.cancel("1") ?? Effect.void,
        marketFeed.open(() => undefined),
        orderFeed.open(() => undefined),
        account.auth.exchange(Redacted.make("grant"))
      ]
      const before = requests()
      for (const call of calls) {
        const error = yield* Effect.flip(call)
        assert.deepInclude(error, { _tag: "Refused", code: "sandbox" })
        assert.include(error.message, "sandbox of Upstox")
      }
      assert.strictEqual(requests(), before)
    }))))

  it("is another host, for orders and everything", () => {
    assert.strictEqual(new URL(upstoxSandboxUrls.api).host, "api-sandbox.upstox.com")
    assert.strictEqual(upstoxSandboxUrls.orders, upstoxSandboxUrls.api)
  })
})

describe("the name of an algorithm", () => {
  it.live("goes with every order of Upstox and Kite that has one, and with no other", () =>
    fromStart(Effect.scoped(Effect.gen(function*() {
      const { customer, order, placed, settings, simulation, token } = yield* staged
      const kiteToken = simulation.sessions.kite?.issue(customer("kite")) ?? ""
      const profile = { userId: "AB1234", name: "Asha Rao", exchanges: [], products: [] }
      const tokenOf = (access: string) => ({
        access: Redacted.make(access),
        profile,
        issuedAt: START,
        endsAt: START + DAY_MS
      })
      for (const algo of ["KG-7", undefined]) {
        const more = algo === undefined ? {} : { algo }
        const upstox = upstoxAdapter.account(settings("upstox", more), simulation.servers.upstox?.url)
        const kite = kiteAdapter.account(settings("kite", more), simulation.servers.kite?.url)
        yield* upstox.session(tokenOf(token)).orders.place(order())
        yield* kite.session(tokenOf(kiteToken)).orders.place(order())
      }
      for (const broker of ["upstox", "kite"] as const) {
        assert.deepStrictEqual(placed(broker).map(({ algo }) => algo), ["KG-7", undefined], broker)
      }
    }))))
})
