/**
 * What the simulator encodes, read by our decoder and by the official SDK (upstox-js-sdk, `decodeProtobuf` of its feeder,
 * as text the way its streamer hands it on): each of our rows, written as the SDK would have it, is the SDK's feed to the
 * last field.
 */
import { assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { encodeUpstoxFrame, encodeUpstoxMarketInfo } from "@keepgaining/brokers/upstox/encodeUpstoxFrame.ts"
import { readMarketInfo } from "@keepgaining/brokers/upstox/readMarketInfo.ts"
import { UpstoxDecoder } from "@keepgaining/brokers/upstox/UpstoxDecoder.ts"
import { UpstoxFeedType, UpstoxMode } from "@keepgaining/brokers/upstox/UpstoxMode.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import * as Effect from "effect/Effect"
import { createRequire } from "node:module"

import { eventually } from "../conformance/stage.ts"
import { type Row, rowsOf } from "../wire/rowOf.ts"
import { commitAt, fill, RECEIVED_AT, type SomeRow, SomeRows } from "../wire/someRows.ts"

const require = createRequire(import.meta.url)

interface Feeder {
  /** `null` until the SDK has read its .proto file. */
  readonly protobufRoot: unknown
  readonly decodeProtobuf: (frame: Uint8Array) => unknown
}

// The SDK has no declarations. Its feeders look at the one client that loading all of it makes.
require("upstox-js-sdk")
const { MarketDataFeederV3 } = require("upstox-js-sdk/dist/feeder/MarketDataFeederV3.js") as {
  readonly MarketDataFeederV3: new(keys: ReadonlyArray<string>, mode: string) => Feeder
}
const sdk = new MarketDataFeederV3([], "full")

type Json = Readonly<Record<string, unknown>>
interface Response {
  readonly type?: string
  readonly feeds?: Readonly<Record<string, Json>>
  readonly currentTs?: string
  readonly marketInfo?: { readonly segmentStatus: Readonly<Record<string, string>> }
}
const bySdk = (frame: Uint8Array): Response => JSON.parse(JSON.stringify(sdk.decodeProtobuf(frame))) as Response

const keys = KeyTable.from(Array.from({ length: 10 }, (_, i) => [`NSE_EQ|INE00${i}A0101${i}`, i]))
const modes = Object.values(UpstoxMode)
const CURRENT = 1_800_000_000_123

/** Fields at their default do not travel. A negative zero does, and is a plain one in the SDK's text. */
const given = (fields: Readonly<Record<string, string | number | object>>): Json =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      Object.is(value, 0) || value === "0" ? [] : [[name, value === 0 ? 0 : value]]
    )
  )

/** 64-bit integers are text. */
const long = (value: number): string => String(value)

const ltpcOf = (row: Row): Json =>
  given({ ltp: row.price / 100, ltt: long(row.lastTradeTime), ltq: long(row.lastQuantity), cp: row.close / 100 })

const greeksOf = ({ delta, gamma, rho, theta, vega }: Row): Json => given({ delta, theta, gamma, vega, rho })

const quotesOf = ({ asks, bids }: Row): ReadonlyArray<Json> =>
  Array.from({ length: Math.max(asks.length, bids.length) }, (_, level) =>
    given({
      bidQ: long(bids[level]?.quantity ?? 0),
      bidP: (bids[level]?.price ?? 0) / 100,
      askQ: long(asks[level]?.quantity ?? 0),
      askP: (asks[level]?.price ?? 0) / 100
    }))

/** The day's candle closes at the last price; its volume and time are the simulator's to choose. */
const candlesOf = (row: Row): Json => ({
  ohlc: [given({
    interval: "1d",
    open: row.open / 100,
    high: row.high / 100,
    low: row.low / 100,
    close: row.price / 100,
    vol: long(row.volume),
    ts: long(RECEIVED_AT)
  })]
})

/** Our row as the SDK has it. */
const asFeed = (row: Row): Json => {
  switch (row.mode) {
    case UpstoxMode.ltpc:
      return { ltpc: ltpcOf(row) }
    case UpstoxMode.option_greeks:
      return {
        firstLevelWithGreeks: {
          ltpc: ltpcOf(row),
          ...(row.bids.length > 0 ? { firstDepth: quotesOf(row)[0] } : {}),
          optionGreeks: greeksOf(row),
          ...given({ vtt: long(row.volume), oi: row.openInterest, iv: row.impliedVolatility })
        },
        requestMode: "option_greeks"
      }
    case UpstoxMode.indexFull:
      return {
        fullFeed: { indexFF: { ltpc: ltpcOf(row), marketOHLC: candlesOf(row) } },
        requestMode: "full_d5"
      }
    default:
      return {
        fullFeed: {
          marketFF: {
            ltpc: ltpcOf(row),
            marketLevel: row.bids.length > 0 ? { bidAskQuote: quotesOf(row) } : {},
            optionGreeks: greeksOf(row),
            marketOHLC: candlesOf(row),
            ...given({
              atp: row.averagePrice / 100,
              vtt: long(row.volume),
              oi: row.openInterest,
              iv: row.impliedVolatility,
              tbq: row.totalBuy,
              tsq: row.totalSell
            })
          }
        },
        requestMode: row.mode === UpstoxMode.full ? "full_d5" : "full_d30"
      }
  }
}

/** Totals up to 2^53, as the 64 bits on the wire allow; an instrument stands in a map once. */
const fitted = (rows: ReadonlyArray<SomeRow>): ReadonlyArray<SomeRow> =>
  [...new Map(rows.map((row) => [row.instrument, row])).values()].map((row) => {
    const scale = row.mode % 2 === 0 ? 1 : 4_000_001
    const [volume, interest, high, low, buy, sell] = row.totals
    return { ...row, totals: [volume * scale, interest * scale, high, low, buy * scale, sell * scale] }
  })

const batchOf = (rows: ReadonlyArray<SomeRow>): FeedBatch =>
  fill(fitted(rows), modes, (mode) => {
    const full = mode === UpstoxMode.full || mode === UpstoxMode.full_d30
    const first = mode === UpstoxMode.option_greeks
    return {
      last: true,
      close: true,
      lastTrade: true,
      volume: full || first,
      openInterest: full || first,
      greeks: full || first,
      stats: full,
      average: full,
      ohlc: full || mode === UpstoxMode.indexFull,
      levels: full ? 30 : first ? 1 : 0
    }
  })

describe("Upstox frames, by us and by upstox-js-sdk", () => {
  beforeAll(() => Effect.runPromise(eventually("the SDK's .proto file", () => sdk.protobufRoot ?? undefined)))

  it.prop("say the same", [SomeRows], ([rows]) => {
    const frame = encodeUpstoxFrame(batchOf(rows), keys, UpstoxFeedType.live_feed, CURRENT)
    const got = new FeedBatch(1, 30)
    const decoder = new UpstoxDecoder(keys)
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
    const { currentTs, feeds = {}, type } = bySdk(frame)
    assert.deepStrictEqual(
      feeds,
      Object.fromEntries(rowsOf(got).map((row) => [keys.keyOf(row.instrument), asFeed(row)]))
    )
    assert.strictEqual(Object.keys(feeds).length, new Set(rows.map(({ instrument }) => instrument)).size)
    for (const row of rowsOf(got)) assert.strictEqual(long(row.eventTime), currentTs)
    assert.strictEqual(type, "live_feed")
    assert.strictEqual(decoder.type, UpstoxFeedType.live_feed)
  }, { arbitrary: { seed: "upstox", runs: 200 } })

  it("tell the state of the segments alike", () => {
    const frame = encodeUpstoxMarketInfo(
      [["NSE_EQ", 2], ["NSE_FO", 0], ["BSE_EQ", 1], ["NCD_FO", 3], ["BCD_FO", 4], ["MCX_FO", 5]],
      CURRENT
    )
    const { marketInfo, type } = bySdk(frame)
    const ours = readMarketInfo(frame)
    assert.notInstanceOf(ours, MalformedFrame)
    assert.strictEqual(type, "market_info")
    assert.deepEqual({ ...marketInfo?.segmentStatus }, Object.fromEntries(ours))
  })

  it("differ when cut: the SDK throws in its socket's callback, we drop the frame and say so", () => {
    const sent = new FeedBatch(1)
    sent.mode[sent.open()] = UpstoxMode.full
    sent.ticks.price[0] = 250_005
    commitAt(sent, 3, RECEIVED_AT)
    const decoder = new UpstoxDecoder(keys)
    const frame = encodeUpstoxFrame(sent, keys, UpstoxFeedType.live_feed, CURRENT).slice(0, 40)
    assert.throws(() => bySdk(frame), RangeError)
    assert.instanceOf(decoder.decode(frame, RECEIVED_AT, new FeedBatch(1)), MalformedFrame)
  })

  it("differ at the start: the SDK makes `null` of what comes before its .proto file is read", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined)
    try {
      const early = new MarketDataFeederV3([], "full")
      assert.isNull(early.decodeProtobuf(encodeUpstoxMarketInfo([["NSE_EQ", 2]], CURRENT)))
      assert.lengthOf(warn.mock.calls, 1)
    } finally {
      warn.mockRestore()
    }
  })
})
