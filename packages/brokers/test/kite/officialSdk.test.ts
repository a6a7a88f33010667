/** The unmodified official SDK (kiteconnect) against the simulator: what we speak is what Zerodha's own client speaks. */
import { assert, describe, it } from "@effect/vitest"
import { kiteToken } from "@keepgaining/brokers/simulator/kite/kiteSymbols.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import * as Effect from "effect/Effect"
import { KiteConnect, KiteTicker } from "kiteconnect"
import { generateSync } from "otplib"
import { customerOf, eventually, START } from "../conformance/stage.ts"

interface Tick {
  readonly instrument_token: number
  readonly last_price: number
  readonly mode: string
  readonly depth?: { readonly buy: ReadonlyArray<{ readonly price: number }> }
}

describe("the official Kite SDK", () => {
  it.live("logs in, reads, subscribes, trades", () =>
    Effect.scoped(Effect.gen(function*() {
      const customer = customerOf("kite")
      const simulation = yield* simulateBrokers({ seed: 3, start: START, speed: 10, accounts: [customer] })
      const root = simulation.servers.kite?.url ?? ""
      // The SDK's declarations do not say that `root` may be given.
      const sdk = new KiteConnect({ api_key: customer.apiKey, root } as ConstructorParameters<typeof KiteConnect>[0])
      const grant = yield* Effect.promise(async () => {
        const form = { api_key: customer.apiKey, extra: "", userid: customer.userId }
        const totp = generateSync({ secret: customer.totpSecret, epoch: Math.floor(simulation.clock.now / 1_000) })
        const answer = await fetch(`${root}/connect/totp`, {
          method: "POST",
          redirect: "manual",
          body: new URLSearchParams({ ...form, totp })
        })
        return new URL(answer.headers.get("location") ?? "").searchParams.get("request_token") ?? ""
      })
      const session = yield* Effect.promise(() => sdk.generateSession(grant, customer.apiSecret))
      assert.strictEqual(session.user_id, customer.userId)
      assert.strictEqual((yield* Effect.promise(() => sdk.getProfile())).user_name, customer.name)

      const instruments = yield* Effect.promise(() => sdk.getInstruments())
      assert.lengthOf(instruments, simulation.market.instruments.length)
      const sbin = simulation.market.ofSymbol("NSE:SBIN")
      const nifty = simulation.market.ofSymbol("NSE:NIFTY 50")
      assert.isDefined(sbin)
      assert.isDefined(nifty)
      const candles = yield* Effect.promise(() =>
        sdk.getHistoricalData(kiteToken(sbin), "minute", "2026-11-20 09:15:00", "2026-11-20 15:30:00", false, true)
      )
      assert.lengthOf(candles, 375)

      const ticks: Array<Tick> = []
      const orders: Array<{ readonly status: string; readonly tag: string | null }> = []
      const ticker = new KiteTicker(
        {
          api_key: customer.apiKey,
          access_token: session.access_token,
          root: `${root.replace("http", "ws")}/`,
          reconnect: false
        } as ConstructorParameters<typeof KiteTicker>[0]
      )
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => {
          ticker.on("connect", () => resume(Effect.void))
          ticker.on("ticks", (more: ReadonlyArray<Tick>) => ticks.push(...more))
          ticker.on("order_update", (order: { readonly status: string; readonly tag: string | null }) =>
            orders.push(order))
          ticker.connect()
        }),
        () =>
          Effect.sync(() => ticker.disconnect())
      )
      ticker.subscribe([kiteToken(sbin), kiteToken(nifty)])
      ticker.setMode("full", [kiteToken(sbin), kiteToken(nifty)])
      const full = yield* eventually("a full tick", () =>
        ticks.find((tick) =>
          tick.instrument_token === kiteToken(sbin) && tick.mode === "full"
        ))
      assert.isAbove(full.depth?.buy[0]?.price ?? 0, 0)
      yield* eventually("an index tick", () => ticks.find((tick) => tick.instrument_token === kiteToken(nifty)))

      const price = Math.round(full.last_price * 1.02 * 10) / 10
      const { order_id: id } = yield* Effect.promise(() =>
        sdk.placeOrder("regular", {
          exchange: "NSE",
          tradingsymbol: "SBIN",
          transaction_type: "BUY",
          quantity: 3,
          product: "MIS",
          order_type: "LIMIT",
          price,
          tag: "official"
        })
      )
      yield* eventually("the order is complete", () =>
        orders.find(({ status, tag }) =>
          status === "COMPLETE" && tag === "official"
        ))
      const book = yield* Effect.promise(() => sdk.getOrders())
      assert.strictEqual(book.find((order) => order.order_id === id)?.filled_quantity, 3)
      const { net } = yield* Effect.promise(() => sdk.getPositions())
      assert.strictEqual(net[0]?.quantity, 3)
      assert.lengthOf(yield* Effect.promise(() => sdk.getOrderTrades(id)), 1)
      const states = yield* Effect.promise(() => sdk.getOrderHistory(id))
      assert.deepStrictEqual(states.map(({ status }) => status), ["PUT ORDER REQ RECEIVED", "OPEN", "COMPLETE"])

      const gttAt = (trigger: number, quantity: number) => ({
        trigger_type: "single" as const,
        exchange: "NSE",
        tradingsymbol: "SBIN",
        trigger_values: [trigger],
        last_price: full.last_price,
        orders: [{ transaction_type: "BUY", quantity, product: "CNC", order_type: "LIMIT", price: trigger }]
      } as Parameters<typeof sdk.placeGTT>[0])
      const low = Math.round(full.last_price * 0.9)
      const { trigger_id: gtt } = yield* Effect.promise(() => sdk.placeGTT(gttAt(low, 2)))
      assert.strictEqual((yield* Effect.promise(() => sdk.modifyGTT(gtt, gttAt(low - 5, 4)))).trigger_id, gtt)
      const changed = yield* Effect.promise(() => sdk.getGTT(gtt))
      assert.deepStrictEqual([changed.condition.trigger_values, changed.orders[0]?.quantity], [[low - 5], 4])
    })))
})
