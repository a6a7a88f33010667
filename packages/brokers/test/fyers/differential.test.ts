/**
 * What the simulator encodes, read by our decoder and by the official SDK (fyers-api-v3), which parses only what comes over
 * its own socket. Its parser of HSM frames (`HSWebSocket`) tells what changed, as text: each of our rows, written as the SDK
 * would have it, is what the SDK knows of the topic then, to the last field. Its data socket makes ticks of that, and is
 * where it is known to be wrong.
 */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { hsmAck, hsmAuthAnswer, hsmDone, hsmType } from "@keepgaining/brokers/fyers/HsmControl.ts"
import { HsmDecoder } from "@keepgaining/brokers/fyers/HsmDecoder.ts"
import { HsmEncoder } from "@keepgaining/brokers/fyers/HsmEncoder.ts"
import { HsmType } from "@keepgaining/brokers/fyers/hsmFields.ts"
import { HsmMode } from "@keepgaining/brokers/fyers/HsmTopic.ts"
import { hsmStreamConfig } from "@keepgaining/brokers/simulator/fyers/hsmStreamConfig.ts"
import { signJwt } from "@keepgaining/brokers/simulator/login/signJwt.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { eventually } from "../conformance/stage.ts"
import { type FrameServer, frameServer } from "../wire/frameServer.ts"
import { type Row, rowsOf } from "../wire/rowOf.ts"
import { fill, RECEIVED_AT, type SomeRow, SomeRows } from "../wire/someRows.ts"
import { expected, type Fields, INDEX, together } from "./sdkNews.ts"

const require = createRequire(import.meta.url)

const keys = KeyTable.from([
  ...Array.from({ length: INDEX }, (_, i) => [`sf|nse_cm|30${i}`, i] as const),
  ["if|nse_cm|Nifty 50", INDEX] as const,
  ...Array.from({ length: INDEX }, (_, i) => [`dp|nse_cm|30${i}`, i] as const)
])

/** Quotes come before depth, which has no price of its own. Every second row counts beyond 2^31. */
const fitted = (rows: ReadonlyArray<SomeRow>): ReadonlyArray<SomeRow> => {
  const priced = new Set<number>()
  return rows.flatMap((row) => {
    const scale = row.mode % 2 === 0 ? 1 : 2
    const [volume, interest, high, low, buy, sell] = row.totals
    const scaled: SomeRow = {
      ...row,
      totals: [volume * scale, interest * scale, high, low, buy * scale, sell * scale]
    }
    const quote = { ...scaled, mode: row.instrument === INDEX ? HsmMode.index : HsmMode.symbol }
    const wanted = [quote.mode, HsmMode.lite, row.instrument === INDEX ? quote.mode : HsmMode.depth][row.mode % 3]
    const known = priced.has(row.instrument)
    priced.add(row.instrument)
    return wanted === HsmMode.depth && !known
      ? [quote, { ...scaled, mode: wanted }]
      : [{ ...scaled, mode: wanted ?? 0 }]
  })
}

const batchOf = (rows: ReadonlyArray<SomeRow>): FeedBatch =>
  fill(rows, [0, HsmMode.symbol, HsmMode.index, HsmMode.depth, HsmMode.lite], (mode) => {
    const symbol = mode === HsmMode.symbol
    const quote = symbol || mode === HsmMode.index
    return {
      time: quote,
      ohlc: quote,
      close: quote,
      last: symbol,
      volume: symbol,
      openInterest: symbol,
      stats: symbol,
      average: symbol,
      circuits: symbol,
      year: symbol,
      lastTrade: symbol,
      touch: symbol,
      levels: mode === HsmMode.depth ? 5 : 0,
      exactLevels: true,
      orders: true
    }
  })

/** The SDK's parser, which has no declarations. */
interface Hsm {
  onOpen: () => void
  onClose: () => void
  onError: (error: unknown) => void
  onMessage: (text: string) => void
  readonly connect: (url: string) => void
  readonly close: () => void
}

const hello = (ackCount: number): Uint8Array => hsmAuthAnswer({ accepted: true, ackCount, config: hsmStreamConfig })

describe("Fyers HSM frames, by us and by fyers-api-v3", () => {
  const scope = Effect.runSync(Scope.make())
  const news: Array<Fields> = []
  const acknowledgements: Array<string> = []
  let server: FrameServer

  const connected = (url: string) =>
    Effect.acquireRelease(
      Effect.callback<Hsm>((resume) => {
        const HSWebSocket = require("fyers-api-v3/HSM_Package/hslib.js") as new() => Hsm
        const hsm = new HSWebSocket()
        hsm.onOpen = () => resume(Effect.succeed(hsm))
        hsm.onClose = () => undefined
        hsm.onError = () => undefined
        // Answers to control frames have a `stat`.
        hsm.onMessage = (text) =>
          news.push(...(JSON.parse(text) as ReadonlyArray<Fields>).filter((each) => !("stat" in each)))
        hsm.connect(url)
      }),
      (hsm) => Effect.sync(() => hsm.close())
    )

  beforeAll(() =>
    Effect.runPromise(
      Effect.gen(function*() {
        server = yield* frameServer((frame) => {
          if (hsmType(frame) === HsmType.ack) acknowledgements.push(Buffer.from(frame).toString("hex"))
          return []
        })
        yield* connected(server.url)
      }).pipe(Scope.provide(scope))
    )
  )
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  it.live.prop("say the same", [SomeRows, Schema.Boolean], ([some, numbered]) =>
    Effect.gen(function*() {
      news.length = 0
      acknowledgements.length = 0
      server.send(hello(numbered ? 1 : 0))
      const encoder = new HsmEncoder(keys, numbered)
      const decoder = new HsmDecoder(keys, numbered)
      const got = new FeedBatch(1, 5)
      const ours: Array<string> = []
      const rows = fitted(some)
      const half = Math.floor(rows.length / 2)
      for (const part of [rows.slice(0, half), rows.slice(half)]) {
        const frame = encoder.encode(batchOf(part))
        server.send(frame)
        assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
        if (numbered) ours.push(Buffer.from(hsmAck(decoder.messageNumber)).toString("hex"))
      }
      assert.strictEqual(got.length, rows.length)
      const wanted = expected(rowsOf(got))
      yield* eventually("the SDK's news", () => news.length >= wanted.length || undefined)
      assert.deepStrictEqual(together(news), wanted)
      yield* eventually("the SDK's acknowledgements", () => acknowledgements.length >= ours.length || undefined)
      assert.deepStrictEqual(acknowledgements, ours)
    }), { arbitrary: { seed: "fyers", runs: 60 } })

  // The last on this socket: it is of no use after it.
  it.live("differ in changes of a topic that never was: the SDK throws out of its socket's callback, we count them", () =>
    Effect.gen(function*() {
      const quiet = vi.spyOn(console, "error").mockImplementation(() => undefined)
      yield* Effect.addFinalizer(() => Effect.sync(() => quiet.mockRestore()))
      server.send(hello(0))
      const frame = Buffer.from("0000060001554e200100000064", "hex")
      const thrown = yield* Effect.callback<unknown>((resume) => {
        // What nobody catches would end the run, so for this one the run's own listeners step aside.
        const others = process.listeners("uncaughtException")
        process.removeAllListeners("uncaughtException")
        process.once("uncaughtException", (error) => {
          for (const other of others) process.on("uncaughtException", other)
          resume(Effect.succeed(error))
        })
        server.send(frame)
      })
      assert.instanceOf(thrown, TypeError)
      const decoder = new HsmDecoder(keys, false)
      assert.isUndefined(decoder.decode(frame, RECEIVED_AT, new FeedBatch(1)))
      assert.strictEqual(decoder.counters.unknownInstruments, 1)
    }).pipe(Effect.scoped))
})

interface DataSocket {
  readonly on: (event: string, listener: (data: Readonly<Record<string, unknown>>) => void) => void
  readonly connect: () => void
  readonly close: () => void
  readonly subscribe: (symbols: ReadonlyArray<string>, depth?: boolean) => void
}

const tokens = {
  "NSE:SBIN-EQ": "10100000003045",
  "NSE:SBIN26NOVFUT": "10112611243045",
  "NSE:NIFTY50-INDEX": "101000000026000"
}

/** The HTTP address that the data socket asks for the tokens of symbols. */
const tokenServer = Effect.map(
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        const parts: Array<Buffer> = []
        request.on("data", (part: Buffer) => parts.push(part))
        request.on("end", () => {
          const { symbols } = JSON.parse(Buffer.concat(parts).toString()) as { readonly symbols: ReadonlyArray<string> }
          const validSymbol = Object.fromEntries(Object.entries(tokens).filter(([symbol]) => symbols.includes(symbol)))
          response.setHeader("content-type", "application/json")
          response.end(JSON.stringify({ s: "ok", validSymbol }))
        })
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.closeAllConnections()).pipe(Effect.andThen(Effect.sync(() => server.close())))
  ),
  // A server that listens on a port has an address of this kind.
  (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
)

/** Loaded only when its host, which it reads as it is loaded, is set. */
const dataSocket = (sockets: string, http: string) => {
  const { Config } = require("fyers-api-v3/config/config") as { readonly Config: Record<string, string> }
  Config["HSM_SOCKET"] = sockets
  const { axiosInstance } = require("fyers-api-v3/apiService/apiService.js") as {
    readonly axiosInstance: {
      readonly interceptors: { readonly request: { readonly use: (change: (of: { url?: string }) => object) => void } }
    }
  }
  axiosInstance.interceptors.request.use((request) => {
    request.url = request.url?.replace("https://api-t1.fyers.in", http) ?? ""
    return request
  })
  const sdk = require("fyers-api-v3") as {
    readonly fyersDataSocket: { readonly getInstance: (key: string, path: string, logging: boolean) => DataSocket }
  }
  const key = `APP-100:${signJwt({ hsm_key: "key" }, "secret")}`
  return Effect.acquireRelease(
    Effect.sync(() => sdk.fyersDataSocket.getInstance(key, "/nowhere", false)),
    (socket) =>
      Effect.callback<void>((resume) => {
        socket.on("close", () => resume(Effect.void))
        socket.close()
      })
  )
}

/** The SDK's data socket reads the machine's zone and sets it with its first tick. */
const inZone = (zone: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = process.env["TZ"]
      process.env["TZ"] = zone
      return before
    }),
    (before) =>
      Effect.sync(() => {
        if (before === undefined) delete process.env["TZ"]
        else process.env["TZ"] = before
      })
  )

describe("ticks of fyers-api-v3's data socket, held against our rows", () => {
  it.live("say the same but for what the SDK leaves out or gets wrong", () =>
    Effect.scoped(Effect.gen(function*() {
      yield* inZone("UTC")
      let subscriptions = 0
      const server = yield* frameServer((frame) => {
        const type = hsmType(frame)
        if (type === HsmType.auth) return [hello(0)]
        if (type === HsmType.subscribe) subscriptions++
        return type === HsmType.ping ? [] : [hsmDone(type)]
      })
      const socket = yield* dataSocket(server.url, yield* tokenServer)
      const ticks: Array<Readonly<Record<string, unknown>>> = []
      socket.on("connect", () => {
        socket.subscribe(Object.keys(tokens))
        socket.subscribe(["NSE:SBIN-EQ"], true)
      })
      socket.on("message", (tick) => {
        if ("symbol" in tick) ticks.push(tick)
      })
      const problems: Array<unknown> = []
      socket.on("error", (problem) => problems.push(problem))
      socket.connect()
      yield* eventually("subscriptions of quotes, of an index and of depth", () => subscriptions >= 3 || undefined)

      const [SHARE, NIFTY, FUTURE] = [0, 1, 2]
      const topics = KeyTable.from([
        ["sf|nse_cm|3045", SHARE],
        ["if|nse_cm|Nifty 50", NIFTY],
        ["sf|nse_fo|3045", FUTURE],
        ["dp|nse_cm|3045", SHARE]
      ])
      const encoder = new HsmEncoder(topics, false)
      const decoder = new HsmDecoder(topics, false)
      let seed = 0
      const ours = (instrument: number, mode: number): Row => {
        seed += 1_000
        const sent = batchOf([{
          instrument,
          mode,
          second: 1_750_000_000 + seed,
          lastTrade: 1_749_999_000 + seed,
          price: 80_000 + seed,
          prices: [81_001, 81_102, 81_203, 81_304, 81_405, 81_506, 81_607, 81_708, 81_809],
          quantities: [11 + seed, 12, 13],
          totals: [1_001 + seed, 1_002, 1_003, 1_004, 1_005, 1_006],
          depth: [1, 2, 3, 4, 5].map((level) => [
            { price: 80_000 - level, quantity: 10 * level, orders: level },
            { price: 80_010 + level, quantity: 20 * level, orders: 2 * level }
          ]),
          greeks: [0, 0, 0, 0, 0, 0]
        }])
        const frame = encoder.encode(sent)
        server.send(frame)
        const got = new FeedBatch(1)
        assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
        const [row] = rowsOf(got)
        assert.isDefined(row)
        assert.strictEqual(row.instrument, instrument)
        return row
      }
      const tickAfter = (row: Row, ticksBefore: number) =>
        Effect.map(eventually("a tick", () => ticks[ticksBefore]), (tick) => ({ row, tick }))
      const changes = (row: Row) => ({
        ch: Number(((row.price - row.close) / 100).toFixed(2)),
        chp: Number(((row.price - row.close) / row.close * 100).toFixed(2))
      })
      const asTick = (row: Row, late: number) => ({
        type: "sf",
        symbol: "NSE:SBIN-EQ",
        ltp: row.price / 100,
        vol_traded_today: row.volume,
        last_traded_time: row.lastTradeTime / 1_000 - late,
        exch_feed_time: row.eventTime / 1_000 - late,
        bid_size: row.bidQuantity,
        ask_size: row.askQuantity,
        bid_price: row.bid / 100,
        ask_price: row.ask / 100,
        last_traded_qty: row.lastQuantity,
        tot_buy_qty: row.totalBuy,
        tot_sell_qty: row.totalSell,
        avg_trade_price: row.averagePrice / 100,
        low_price: row.low / 100,
        high_price: row.high / 100,
        open_price: row.open / 100,
        prev_close_price: row.close / 100,
        ...changes(row),
        // The SDK drops open interest and the year's range, and puts 0 for the circuits.
        lower_ckt: 0,
        upper_ckt: 0
      })

      const first = yield* tickAfter(ours(SHARE, HsmMode.symbol), ticks.length)
      assert.notStrictEqual(first.row.lowerCircuit, 0)
      assert.notStrictEqual(first.row.openInterest, 0)
      // It reads the first tick's times, written in the machine's zone, as Indian ones.
      assert.deepStrictEqual(first.tick, asTick(first.row, 5.5 * 3_600))

      const second = yield* tickAfter(ours(SHARE, HsmMode.symbol), ticks.length)
      assert.deepStrictEqual(second.tick, asTick(second.row, 0))

      const index = yield* tickAfter(ours(NIFTY, HsmMode.index), ticks.length)
      assert.deepStrictEqual(index.tick, {
        type: "if",
        symbol: "NSE:NIFTY50-INDEX",
        ltp: index.row.price / 100,
        prev_close_price: index.row.close / 100,
        exch_feed_time: index.row.eventTime / 1_000,
        high_price: index.row.high / 100,
        low_price: index.row.low / 100,
        open_price: index.row.open / 100,
        ...changes(index.row)
      })

      const depth = yield* tickAfter(ours(SHARE, HsmMode.depth), ticks.length)
      assert.deepStrictEqual(depth.tick, {
        type: "dp",
        symbol: "NSE:SBIN-EQ",
        ...Object.fromEntries([1, 2, 3, 4, 5].flatMap((level) => {
          const [bid, ask] = [depth.row.bids[level - 1], depth.row.asks[level - 1]]
          return [
            [`bid_price${level}`, (bid?.price ?? 0) / 100],
            [`bid_size${level}`, bid?.quantity],
            [`bid_order${level}`, bid?.orders],
            [`ask_price${level}`, (ask?.price ?? 0) / 100],
            [`ask_size${level}`, ask?.quantity],
            [`ask_order${level}`, ask?.orders]
          ]
        }))
      })

      // The SDK knows instruments by the number alone: the future's price comes under the name of the share.
      const future = yield* tickAfter(ours(FUTURE, HsmMode.symbol), ticks.length)
      assert.deepInclude(future.tick, { symbol: "NSE:SBIN-EQ", ltp: future.row.price / 100 })
      assert.deepStrictEqual(problems, [])
    })))
})
