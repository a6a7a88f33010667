/**
 * The official SDK (fyers-api-v3) against the simulator: login, REST and both sockets, its files untouched. Its hosts stand
 * in one object, that of the data socket is read as the SDK is loaded, and one address is built in: it is rewritten by an
 * interceptor of the SDK's own axios instance.
 */
import { assert, describe, it } from "@effect/vitest"
import { simulateBrokers, type Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { DAY_MS, formatIstDate, istDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createRequire } from "node:module"
import { customerOf, eventually } from "../conformance/stage.ts"
import { logInByPages } from "./logInByPages.ts"

const require = createRequire(import.meta.url)

type Listener = (data: unknown) => void

interface SdkSocket {
  readonly on: (event: string, listener: Listener) => void
  readonly connect: () => void
  readonly close: () => void
  readonly subscribe: (...given: ReadonlyArray<unknown>) => void
}

interface Model {
  readonly setAppId: (id: string) => void
  readonly setRedirectUrl: (url: string) => void
  readonly setAccessToken: (token: string) => void
  readonly generateAuthCode: (request: object) => string
  readonly generate_access_token: (request: object) => Promise<unknown>
  readonly get_profile: () => Promise<unknown>
  readonly getHistory: (request: object) => Promise<unknown>
  readonly getQuotes: (symbols: ReadonlyArray<string>) => Promise<unknown>
  readonly place_order: (order: object) => Promise<unknown>
  readonly place_multi_order: (orders: ReadonlyArray<object>) => Promise<unknown>
  readonly place_gtt_order: (order: object) => Promise<unknown>
  readonly gtt_modify_order: (order: object) => Promise<unknown>
  readonly get_gtt_orders: () => Promise<unknown>
  readonly get_orders: () => Promise<unknown>
  readonly get_positions: () => Promise<unknown>
}

interface Sdk {
  readonly fyersModel: new(options: object) => Model
  readonly fyersOrderSocket: new(key: string, path: string, logging: boolean) => SdkSocket
  readonly fyersDataSocket: {
    readonly getInstance: (key: string, path: string, logging: boolean) => SdkSocket
  }
}

/** The SDK, pointed at the simulator before it is loaded. */
const load = (root: string): Sdk => {
  const { Config } = require("fyers-api-v3/config/config") as { readonly Config: Record<string, string> }
  const sockets = root.replace("http", "ws")
  Config["SYNC_API"] = `${root}/api/v3`
  Config["data_Api1"] = `${root}/data`
  Config["Order_SOCKET"] = `${sockets}/trade/v3`
  Config["HSM_SOCKET"] = `${sockets}/hsm/v1-5/prod`
  const { axiosInstance } = require("fyers-api-v3/apiService/apiService.js") as {
    readonly axiosInstance: {
      readonly interceptors: { readonly request: { readonly use: (change: (of: { url?: string }) => object) => void } }
    }
  }
  axiosInstance.interceptors.request.use((request) => {
    request.url = request.url?.replace("https://api-t1.fyers.in", root) ?? ""
    return request
  })
  return require("fyers-api-v3") as Sdk
}

const ask = <A>(call: () => Promise<unknown>): Effect.Effect<A> =>
  Effect.promise(() =>
    call().then((answer) => answer as A, (error: unknown) => {
      throw new Error(JSON.stringify(error))
    })
  )

/** Closed, and awaited until it is, at the end. */
const opened = (socket: SdkSocket): Effect.Effect<SdkSocket, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.succeed(socket),
    (made) =>
      Effect.callback<void>((resume) => {
        made.on("close", () => resume(Effect.void))
        made.close()
      })
  )

const lines = ({ servers }: Simulation, file: string): Effect.Effect<ReadonlyArray<ReadonlyArray<string>>> =>
  Effect.promise(async () => {
    const answer = await fetch(`${servers.fyers?.url}/sym_details/${file}`)
    return (await answer.text()).split("\n").map((line) => line.split(","))
  })

const weekdayBefore = (at: number): string => {
  let before = at - DAY_MS
  // 1970-01-01 was a Thursday.
  while ((istDay(before) + 4) % 7 % 6 === 0) before -= DAY_MS
  return formatIstDate(before)
}

describe("the official Fyers SDK", () => {
  it.live("logs in, reads, streams, trades", () =>
    Effect.scoped(Effect.gen(function*() {
      const zone = process.env["TZ"]
      // The SDK sets it with its first tick.
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          if (zone === undefined) delete process.env["TZ"]
          else process.env["TZ"] = zone
        })
      )
      const customer = customerOf("fyers")
      // The SDK holds the end of the token against the clock of the machine.
      const start = yield* Clock.currentTimeMillis
      const simulation = yield* simulateBrokers({ seed: 3, start, speed: 10, accounts: [customer] })
      const sdk = load(simulation.servers.fyers?.url ?? "")
      const fyers = new sdk.fyersModel({ enableLogging: false, path: "/nowhere" })
      fyers.setAppId(customer.apiKey)
      fyers.setRedirectUrl(customer.redirectUrl)
      const back = yield* logInByPages(simulation, customer, fyers.generateAuthCode({ state: "s" }))
      const login = yield* ask<{ readonly access_token: string; readonly s: string }>(() =>
        fyers.generate_access_token({
          client_id: customer.apiKey,
          secret_key: customer.apiSecret,
          auth_code: back.searchParams.get("auth_code")
        })
      )
      assert.strictEqual(login.s, "ok")
      fyers.setAccessToken(login.access_token)
      const profile = yield* ask<{ readonly data: { readonly fy_id: string } }>(() => fyers.get_profile())
      assert.strictEqual(profile.data.fy_id, customer.userId)

      const sbin = simulation.market.ofSymbol("NSE:SBIN")
      assert.isDefined(sbin)
      const master = yield* lines(simulation, "NSE_CM.csv")
      assert.isTrue(master.every((columns) => columns.length === 21))
      const listed = master.find((columns) => columns[12] === String(sbin.exchangeToken))
      assert.isDefined(listed)
      const [fyToken, symbol] = [listed[0], listed[9]]
      assert.strictEqual(symbol, "NSE:SBIN-EQ")

      const day = weekdayBefore(start)
      const candles = yield* ask<{ readonly candles: ReadonlyArray<ReadonlyArray<number>> }>(() =>
        fyers.getHistory({
          symbol,
          resolution: "1",
          date_format: "1",
          range_from: day,
          range_to: day,
          cont_flag: "1"
        })
      )
      assert.lengthOf(candles.candles, 375)
      assert.strictEqual(candles.candles[0]?.[0], Date.parse(`${day}T09:15:00+05:30`) / 1_000)
      const quotes = yield* ask<{ readonly d: ReadonlyArray<{ readonly v: { readonly fyToken: string } }> }>(() =>
        fyers.getQuotes(["NSE:SBIN-EQ", "NSE:NIFTY50-INDEX"])
      )
      assert.strictEqual(quotes.d[0]?.v.fyToken, fyToken)
      assert.lengthOf(quotes.d, 2)

      const key = `${customer.apiKey}:${login.access_token}`
      interface Tick {
        readonly symbol?: string
        readonly ltp?: number
        readonly bid_price?: number
        readonly vol_traded_today?: number
        readonly bid_price1?: number
      }
      const ticks: Array<Tick> = []
      const errors: Array<unknown> = []
      const data = yield* opened(sdk.fyersDataSocket.getInstance(key, "/nowhere", false))
      data.on("connect", () => {
        data.subscribe(["NSE:SBIN-EQ", "NSE:NIFTY50-INDEX"])
        data.subscribe(["NSE:SBIN-EQ"], true)
      })
      data.on("message", (tick) => ticks.push(tick as Tick))
      data.on("error", (error) => errors.push(error))
      data.connect()
      const orders: Array<{ readonly orders: { readonly status?: number; readonly orderTag?: string } }> = []
      const trades: Array<{ readonly trades: { readonly tradedQty: number } }> = []
      const positions: Array<{ readonly positions: { readonly netQty: number } }> = []
      const updates = yield* opened(new sdk.fyersOrderSocket(key, "/nowhere", false))
      const general: Array<unknown> = []
      updates.on("connect", () => updates.subscribe(["orders", "trades", "positions"]))
      updates.on("general", (answer) => general.push(answer))
      updates.on("orders", (update) => orders.push(update as typeof orders[number]))
      updates.on("trades", (update) => trades.push(update as typeof trades[number]))
      updates.on("positions", (update) => positions.push(update as typeof positions[number]))
      updates.on("error", (error) => errors.push(error))
      updates.connect()
      yield* eventually("the order socket's answer", () => general.at(0))

      // The SDK gives what changed, with what it knew before.
      const tick = yield* eventually("a tick of the share with its price and volume", () =>
        ticks.findLast((each) =>
          each.symbol === "NSE:SBIN-EQ" && each.ltp !== undefined && (each.vol_traded_today ?? 0) > 0
        ))
      const price = tick.ltp ?? 0
      const now = simulation.market.price(sbin, simulation.exchange.now) / 100
      assert.closeTo(price, now, now * 0.01)
      yield* eventually("a tick of the index", () =>
        ticks.find((each) =>
          each.symbol === "NSE:NIFTY50-INDEX" && (each.ltp ?? 0) > 20_000
        ))
      yield* eventually("depth of the share", () =>
        ticks.find((each) =>
          each.symbol === "NSE:SBIN-EQ" && (each.bid_price1 ?? 0) > 0
        ))

      const order = {
        symbol,
        qty: 3,
        type: 1,
        side: 1,
        productType: "INTRADAY",
        limitPrice: Math.round(price * 1.02 * 10) / 10,
        stopPrice: 0,
        disclosedQty: 0,
        validity: "DAY",
        offlineOrder: false,
        stopLoss: 0,
        takeProfit: 0,
        orderTag: "official"
      }
      const placed = yield* ask<{ readonly code: number; readonly id: string }>(() =>
        fyers.place_order(order)
      )
      assert.strictEqual(placed.code, 1101)
      yield* eventually("the order is traded", () =>
        orders.find(({ orders: each }) =>
          each.status === 2 && each.orderTag === "1:official"
        ))
      // In one piece or in several, as the market had it.
      yield* eventually("its trades", () =>
        trades.reduce((sum, each) =>
            sum + each.trades.tradedQty, 0) >= 3 || undefined)
      yield* eventually("its position", () =>
        positions.find((each) => each.positions.netQty === 3))
      const book = yield* ask<{ readonly orderBook: ReadonlyArray<{ id: string; filledQty: number }> }>(() =>
        fyers.get_orders()
      )
      assert.strictEqual(book.orderBook.find(({ id }) => id === placed.id)?.filledQty, 3)
      const held = yield* ask<{ readonly netPositions: ReadonlyArray<{ netQty: number }> }>(() => fyers.get_positions())
      assert.strictEqual(held.netPositions[0]?.netQty, 3)

      const low = Math.round(price * 0.9)
      const leg = (at: number, qty: number) => ({ orderInfo: { leg1: { price: at, triggerPrice: at, qty } } })
      const gtt = yield* ask<{ readonly id: string }>(() =>
        fyers.place_gtt_order({ symbol, side: 1, productType: "CNC", ...leg(low, 2) })
      )
      const changed = yield* ask<{ readonly code: number; readonly id: string }>(() =>
        fyers.gtt_modify_order({ id: gtt.id, ...leg(low - 5, 4) })
      )
      assert.deepInclude(changed, { code: 1102, id: gtt.id })
      const gtts = yield* ask<
        { readonly orderBook: ReadonlyArray<{ id: string; qty: number; price_trigger: number }> }
      >(
        () => fyers.get_gtt_orders()
      )
      assert.deepInclude(gtts.orderBook[0], { id: gtt.id, qty: 4, price_trigger: low - 5 })

      const several = yield* ask<{ readonly data: ReadonlyArray<{ readonly body: { readonly code: number } }> }>(() =>
        fyers.place_multi_order([{ ...order, orderTag: "first" }, { ...order, symbol: "NSE:NOSUCH-EQ" }])
      )
      assert.deepStrictEqual(several.data.map(({ body }) => body.code), [1101, -300])
      assert.deepStrictEqual(errors, [])
    })))
})
