/**
 * The official SDK (upstox-js-sdk) against the simulator: login, REST and both streamers, its files untouched. Its streams'
 * address is built in, so their `connectWebSocket` is given the simulator's host instead.
 */
import { assert, describe, it } from "@effect/vitest"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { upstoxKey } from "@keepgaining/brokers/simulator/upstox/upstoxSymbols.ts"
import * as Effect from "effect/Effect"
import { createRequire } from "node:module"
import { generateSync } from "otplib"
import { customerOf, eventually, START } from "../conformance/stage.ts"

const require = createRequire(import.meta.url)

type Callback = (error: unknown, data: unknown, response: { readonly body: unknown } | undefined) => void

interface Streamer {
  readonly on: (event: string, listener: (data: unknown) => void) => void
  readonly connect: () => Promise<void>
  readonly disconnect: () => void
}

interface Feeder {
  readonly prototype: { connectWebSocket: (url: string, token: string) => Promise<unknown> }
}

/** Redirects one of the SDK's feeders to the simulator until the scope ends. */
const pointAt = (feeder: Feeder, root: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { connectWebSocket } = feeder.prototype
      feeder.prototype.connectWebSocket = function(url, token) {
        return connectWebSocket.call(this, url.replace("wss://api.upstox.com", root.replace("http", "ws")), token)
      }
      return connectWebSocket
    }),
    (original) =>
      Effect.sync(() => {
        feeder.prototype.connectWebSocket = original
      })
  )

describe("the official Upstox SDK", () => {
  it.live("logs in, reads, streams, trades", () =>
    Effect.scoped(Effect.gen(function*() {
      const customer = customerOf("upstox")
      const simulation = yield* simulateBrokers({ seed: 3, start: START, speed: 10, accounts: [customer] })
      const root = simulation.servers.upstox?.url ?? ""
      // The SDK has no declarations.
      const sdk = require("upstox-js-sdk") as
        & Record<string, new(...given: ReadonlyArray<unknown>) => Record<string, unknown>>
        & {
          readonly ApiClient: {
            readonly instance: {
              basePath: string
              orderBasePath: string
              authentications: { OAUTH2: { accessToken: string } }
            }
          }
        }
      const { instance } = sdk.ApiClient
      instance.basePath = root
      instance.orderBasePath = root
      const ask = <A>(api: string, method: string, ...given: ReadonlyArray<unknown>): Effect.Effect<A> =>
        Effect.callback<A>((resume) => {
          const Api = sdk[api]
          if (Api === undefined) throw new Error(api)
          const made = new Api()
          const call = made[method] as (...all: ReadonlyArray<unknown>) => unknown
          const back: Callback = (error, _data, response) =>
            resume(
              error == null
                ? Effect.succeed((response?.body ?? {}) as A)
                : Effect.die(new Error(`${method}: ${String(error)}`))
            )
          call.call(made, ...given, back)
        })

      const code = yield* Effect.promise(async () => {
        const carried = {
          client_id: customer.apiKey,
          redirect_uri: customer.redirectUrl,
          state: "s",
          mobile: customer.mobile
        }
        const step = (path: string, more: Record<string, string>) =>
          fetch(root + path, { method: "POST", redirect: "manual", body: new URLSearchParams({ ...carried, ...more }) })
        const otp = generateSync({ secret: customer.totpSecret, epoch: Math.floor(simulation.clock.now / 1_000) })
        await step("/login/otp", { otp })
        const answer = await step("/login/pin", { pin: customer.pin })
        return new URL(answer.headers.get("location") ?? "").searchParams.get("code")
      })
      const token = yield* ask<{ readonly access_token: string; readonly user_id: string }>(
        "LoginApi",
        "token",
        "2.0",
        {
          code,
          clientId: customer.apiKey,
          clientSecret: customer.apiSecret,
          redirectUri: customer.redirectUrl,
          grantType: "authorization_code"
        }
      )
      assert.strictEqual(token.user_id, customer.userId)
      instance.authentications.OAUTH2.accessToken = token.access_token

      const sbin = simulation.market.ofSymbol("NSE:SBIN")
      const nifty = simulation.market.ofSymbol("NSE:NIFTY 50")
      assert.isDefined(sbin)
      assert.isDefined(nifty)
      const candles = yield* ask<{ readonly data: { readonly candles: ReadonlyArray<unknown> } }>(
        "HistoryV3Api",
        "getHistoricalCandleData1",
        upstoxKey(sbin),
        "minutes",
        1,
        "2026-11-20",
        "2026-11-20"
      )
      assert.lengthOf(candles.data.candles, 375)

      yield* pointAt(require("upstox-js-sdk/dist/feeder/MarketDataFeederV3.js").MarketDataFeederV3 as Feeder, root)
      yield* pointAt(require("upstox-js-sdk/dist/feeder/PortfolioDataFeeder.js").PortfolioDataFeeder as Feeder, root)
      const opened = (name: string, ...given: ReadonlyArray<unknown>) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            const Made = sdk[name]
            if (Made === undefined) throw new Error(name)
            return new Made(...given) as unknown as Streamer & { readonly autoReconnect: (on: boolean) => void }
          }),
          (streamer) => Effect.sync(() => streamer.disconnect())
        )
      const ticks: Array<string> = []
      const market = yield* opened("MarketDataStreamerV3", [upstoxKey(sbin), upstoxKey(nifty)], "full")
      market.autoReconnect(false)
      market.on("message", (data) => ticks.push(String(data)))
      const orders: Array<string> = []
      const portfolio = yield* opened("PortfolioDataStreamer")
      portfolio.autoReconnect(false)
      portfolio.on("message", (data) => orders.push(String(data)))
      yield* Effect.promise(() => market.connect())
      yield* Effect.promise(() => portfolio.connect())
      const feed = yield* eventually("a full tick", () =>
        ticks.flatMap((text) => {
          const tick = JSON.parse(text) as {
            feeds?: Record<string, { fullFeed?: { marketFF?: { ltpc: { ltp: number } } } }>
          } | null
          const found = tick?.feeds?.[upstoxKey(sbin)]?.fullFeed?.marketFF
          return found === undefined ? [] : [found]
        }).at(-1))
      const nowAt = simulation.market.price(sbin, simulation.exchange.now) / 100
      assert.closeTo(feed.ltpc.ltp, nowAt, nowAt * 0.01)

      const placed = yield* ask<{ readonly data: { readonly order_ids: ReadonlyArray<string> } }>(
        "OrderApiV3",
        "placeOrder",
        {
          quantity: 3,
          product: "I",
          validity: "DAY",
          price: Math.round(feed.ltpc.ltp * 1.02 * 10) / 10,
          tag: "official",
          instrumentToken: upstoxKey(sbin),
          orderType: "LIMIT",
          transactionType: "BUY",
          disclosedQuantity: 0,
          triggerPrice: 0,
          isAmo: false
        },
        {}
      )
      const [id] = placed.data.order_ids
      yield* eventually("the order is complete", () =>
        orders.find((text) => {
          const update = JSON.parse(text) as { status?: string; tag?: string } | null
          return update?.status === "complete" && update.tag === "official"
        }))
      const book = yield* ask<{ readonly data: ReadonlyArray<{ order_id: string; filled_quantity: number }> }>(
        "OrderApi",
        "getOrderBook",
        "2.0"
      )
      assert.strictEqual(book.data.find((row) => row.order_id === id)?.filled_quantity, 3)
      const positions = yield* ask<{ readonly data: ReadonlyArray<{ quantity: number }> }>(
        "PortfolioApi",
        "getPositions",
        "2.0"
      )
      assert.strictEqual(positions.data[0]?.quantity, 3)
      const history = yield* ask<{ readonly data: ReadonlyArray<{ readonly status: string }> }>(
        "OrderApi",
        "getOrderDetails",
        "2.0",
        { orderId: id }
      )
      const byTag = yield* ask<typeof history>("OrderApi", "getOrderDetails", "2.0", { tag: "official" })
      const states = ["put order req received", "open", "complete"]
      for (const { data } of [history, byTag]) assert.deepStrictEqual(data.map(({ status }) => status), states)

      const rule = (price: number) => ({ strategy: "ENTRY", triggerType: "BELOW", triggerPrice: price })
      const low = Math.round(feed.ltpc.ltp * 0.9)
      const gtt = yield* ask<{ readonly data: { readonly gtt_order_ids: ReadonlyArray<string> } }>(
        "OrderApiV3",
        "placeGTTOrder",
        {
          type: "SINGLE",
          quantity: 2,
          product: "D",
          instrumentToken: upstoxKey(sbin),
          transactionType: "BUY",
          rules: [rule(low)]
        }
      )
      const [gttOrderId] = gtt.data.gtt_order_ids
      const change = { type: "SINGLE", quantity: 4, rules: [rule(low - 5)], gttOrderId }
      assert.deepStrictEqual((yield* ask<typeof gtt>("OrderApiV3", "modifyGTTOrder", change)).data, gtt.data)
      const gtts = yield* ask<{
        readonly data: ReadonlyArray<{ quantity: number; rules: ReadonlyArray<{ trigger_price: number }> }>
      }>("OrderApiV3", "getGttOrderDetails", {})
      assert.deepStrictEqual([gtts.data[0]?.quantity, gtts.data[0]?.rules[0]?.trigger_price], [4, low - 5])
    })))
})
