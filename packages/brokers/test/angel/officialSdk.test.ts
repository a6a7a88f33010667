/**
 * The official SDK (smartapi-javascript) against the simulator: login, REST and both sockets, its files untouched. It is
 * loaded as the adapter loads it, without its look-up of the machine's public address and its log file; the addresses of its
 * sockets are built in and are set in its own table of constants.
 */
import { assert, describe, it } from "@effect/vitest"
import { type AngelModule, loadAngelModule } from "@keepgaining/brokers/angel/angelSdk.ts"
import { angelToken } from "@keepgaining/brokers/simulator/angel/angelSymbols.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import * as Effect from "effect/Effect"
import { createRequire } from "node:module"
import { generateSync } from "otplib"
import { customerOf, eventually, START } from "../conformance/stage.ts"

interface Constants {
  readonly CONSTANTS: { websocketURL: string; wsclientupdatesURL: string; Interval: number }
}

interface Envelope<A> {
  readonly status?: boolean
  readonly success?: boolean
  readonly errorcode?: string
  readonly errorCode?: string
  readonly data: A
}

type Call = (...given: ReadonlyArray<unknown>) => Promise<unknown>

/** Numbers are text, the token has quotes of its own. */
interface Tick {
  readonly subscription_mode: string
  readonly token: string
  readonly last_traded_price?: string
  readonly vol_traded?: string
  readonly open_interest?: string
  readonly best_5_buy_data?: ReadonlyArray<{ readonly price: string }>
  readonly depth_twenty_buy_data?: ReadonlyArray<{ readonly price: string }>
}

const opened = (Socket: AngelModule["WebSocketV2"], options: object) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = new Socket(options)
      await socket.connect()
      return socket
    }),
    (socket) => Effect.sync(() => socket.close())
  )

describe("the official Angel One SDK", () => {
  it.live("logs in, reads, subscribes, trades", () =>
    Effect.scoped(Effect.gen(function*() {
      const customer = customerOf("angel", "A100200")
      const simulation = yield* simulateBrokers({ seed: 3, start: START, speed: 10, accounts: [customer] })
      const root = simulation.servers.angel?.url ?? ""
      const { SmartAPI, WebSocketV2, WSOrderUpdates } = loadAngelModule()
      // The SDK has no declarations; more is called here than the adapter names.
      const sdk = new SmartAPI({ api_key: customer.apiKey, root }) as unknown as Record<string, Call>
      const asked = <A>(method: string, ...given: ReadonlyArray<unknown>): Effect.Effect<Envelope<A>> =>
        Effect.promise(async () => {
          const call = sdk[method]
          if (call === undefined) throw new Error(`the SDK has no ${method}`)
          return await call.call(sdk, ...given) as Envelope<A>
        })
      const ask = <A>(method: string, ...given: ReadonlyArray<unknown>): Effect.Effect<A> =>
        Effect.map(asked<A>(method, ...given), (answer) => {
          if (answer.status !== true) throw new Error(`${method}: ${JSON.stringify(answer)}`)
          return answer.data
        })

      const totp = generateSync({ secret: customer.totpSecret, epoch: Math.floor(simulation.clock.now / 1_000) })
      assert.deepInclude(yield* asked("generateSession", customer.userId, "0000", totp), { errorcode: "AB1000" })
      assert.deepInclude(yield* asked("generateSession", customer.userId, customer.pin, "abcdef"), {
        errorcode: "AB1050"
      })
      const session = yield* ask<{ jwtToken: string; feedToken: string; refreshToken: string }>(
        "generateSession",
        customer.userId,
        customer.pin,
        totp
      )
      const profile = yield* ask<{ clientcode: string; name: string }>("getProfile")
      assert.deepInclude(profile, { clientcode: customer.userId, name: customer.name })
      const renewed = yield* ask<{ jwtToken: string }>("generateToken", session.refreshToken)
      assert.notStrictEqual(renewed.jwtToken, session.jwtToken)
      // The SDK takes the new token over by itself.
      assert.strictEqual((yield* ask<{ net: string }>("getRMS")).net, (customer.cash / 100).toFixed(4))

      const sbin = simulation.market.ofSymbol("NSE:SBIN")
      const nifty = simulation.market.ofSymbol("NSE:NIFTY 50")
      const future = simulation.market.instruments.find(({ instrument, name }) =>
        name === "NIFTY" && instrument.kind === "future"
      )
      assert.isDefined(sbin)
      assert.isDefined(nifty)
      assert.isDefined(future)
      const span = { fromdate: "2026-11-20 09:15", todate: "2026-11-20 15:30" }
      const candles = yield* ask<ReadonlyArray<ReadonlyArray<unknown>>>("getCandleData", {
        exchange: "NSE",
        symboltoken: angelToken(sbin),
        interval: "ONE_MINUTE",
        ...span
      })
      assert.lengthOf(candles, 375)
      assert.strictEqual(candles[0]?.[0], "2026-11-20T09:15:00+05:30")
      const interest = yield* ask<ReadonlyArray<{ readonly oi: number }>>("getOIData", {
        exchange: "NFO",
        symboltoken: angelToken(future),
        interval: "FIVE_MINUTE",
        ...span
      })
      assert.lengthOf(interest, 75)
      assert.isAbove(interest[0]?.oi ?? 0, 0)
      const quotes = yield* ask<{ fetched: ReadonlyArray<object>; unfetched: ReadonlyArray<object> }>("marketData", {
        mode: "LTP",
        exchangeTokens: { NSE: [angelToken(sbin), angelToken(nifty), "1"] }
      })
      assert.lengthOf(quotes.fetched, 2)
      assert.lengthOf(quotes.unfetched, 1)
      const greeks = yield* ask<ReadonlyArray<{ delta: string; optionType: string }>>("optionGreek", {
        name: "NIFTY",
        expirydate: "24NOV2026"
      })
      assert.isTrue(greeks.every(({ delta, optionType }) => Number(delta) >= 0 === (optionType === "CE")))

      // The constants are of the SDK's own module.
      const { CONSTANTS } = createRequire(import.meta.url)("smartapi-javascript/config/constant") as Constants
      CONSTANTS.websocketURL = `${root.replace("http", "ws")}/smart-stream`
      CONSTANTS.wsclientupdatesURL = `${root.replace("http", "ws")}/smart-order-update`
      CONSTANTS.Interval = 200
      const keys = {
        clientcode: customer.userId,
        jwttoken: session.jwtToken,
        apikey: customer.apiKey,
        feedtype: session.feedToken
      }
      const market = yield* opened(WebSocketV2, keys)
      const seen: Array<Tick | string> = []
      market.on("tick", (tick) => seen.push(tick as Tick | string))
      const token = angelToken(sbin)
      for (const mode of [1, 2, 3, 4]) {
        market.fetchData({ correlationID: `m${mode}`, action: 1, mode, exchangeType: 1, tokens: [token] })
      }
      market.fetchData({ action: 1, mode: 3, exchangeType: 2, tokens: [angelToken(future)] })
      const tickOf = (mode: number, of: string) =>
        eventually(`a tick of mode ${mode}`, () =>
          seen.findLast((tick): tick is Tick =>
            typeof tick === "object" && tick.subscription_mode === String(mode) && tick.token === `"${of}"`
          ))
      const ltp = yield* tickOf(1, token)
      const price = Number(ltp.last_traded_price)
      const nowAt = simulation.market.price(sbin, simulation.exchange.now)
      assert.closeTo(price, nowAt, nowAt * 0.01)
      assert.isAbove(Number((yield* tickOf(2, token)).vol_traded), 0)
      assert.isAbove(Number((yield* tickOf(3, token)).best_5_buy_data?.[0]?.price), 0)
      assert.lengthOf((yield* tickOf(4, token)).depth_twenty_buy_data ?? [], 20)
      assert.isAbove(Number((yield* tickOf(3, angelToken(future))).open_interest), 0)
      yield* eventually("an answer to a beat", () =>
        seen.find((tick) =>
          tick === "pong"
        ))

      const updates: Array<string> = []
      const orders = yield* opened(WSOrderUpdates, keys)
      orders.on("tick", (update) => updates.push(String(update)))
      const limit = Math.round(price * 1.02 / 10) / 10
      const placed = yield* ask<{ orderid: string; uniqueorderid: string }>("placeOrder", {
        variety: "NORMAL",
        tradingsymbol: "SBIN-EQ",
        symboltoken: token,
        transactiontype: "BUY",
        exchange: "NSE",
        ordertype: "LIMIT",
        producttype: "INTRADAY",
        duration: "DAY",
        price: String(limit),
        squareoff: "0",
        stoploss: "0",
        quantity: "3",
        ordertag: "official"
      })
      yield* eventually("the order is complete", () =>
        updates.map((text) =>
          text === "pong" ? undefined : JSON.parse(text) as { "order-status": string; orderData: object }
        )
          .find((update) =>
            update?.["order-status"] === "AB05"
          ))
      const book = yield* ask<ReadonlyArray<{ orderid: string; filledshares: string; ordertag: string }>>(
        "getOrderBook"
      )
      assert.deepInclude(book.find(({ orderid }) => orderid === placed.orderid), {
        filledshares: "3",
        ordertag: "official"
      })
      assert.deepInclude(yield* ask<object>("indOrderDetails", placed.uniqueorderid), { orderid: placed.orderid })
      assert.lengthOf(yield* ask<ReadonlyArray<object>>("getTradeBook"), 1)
      const position = { exchange: "NSE", symboltoken: token, tradingsymbol: "SBIN-EQ" }
      const positions = yield* ask<ReadonlyArray<object>>("getPosition")
      assert.deepInclude(positions[0], { ...position, netqty: "3", producttype: "INTRADAY" })
      yield* ask("convertPosition", {
        ...position,
        oldproducttype: "INTRADAY",
        newproducttype: "DELIVERY",
        transactiontype: "BUY",
        quantity: 3,
        type: "DAY"
      })
      const converted = yield* ask<ReadonlyArray<object>>("getPosition")
      assert.deepInclude(converted[1], { netqty: "3", producttype: "DELIVERY" })

      const rule = { tradingsymbol: "SBIN-EQ", symboltoken: token, exchange: "NSE" }
      const { id } = yield* ask<{ id: string }>("createRule", {
        ...rule,
        producttype: "DELIVERY",
        transactiontype: "BUY",
        price: 700,
        qty: 5,
        disclosedqty: 5,
        triggerprice: 701,
        timeperiod: 365
      })
      yield* ask("modifyRule", { ...rule, id, price: 690, qty: 6, disclosedqty: 6, triggerprice: 691, timeperiod: 365 })
      assert.deepInclude(yield* ask<object>("ruleDetails", { id }), { qty: 6, price: 690, status: "NEW" })
      yield* ask("cancelRule", { ...rule, id })
      assert.lengthOf(yield* ask<ReadonlyArray<object>>("ruleList", { status: ["NEW"], page: 1, count: 10 }), 0)
      assert.lengthOf(yield* ask<ReadonlyArray<object>>("ruleList", { status: ["FORALL"], page: 1, count: 10 }), 1)

      yield* ask("logout", customer.userId)
      assert.deepInclude(yield* asked("getProfile"), { success: false, errorCode: "AG8001" })
    })))
})
