/**
 * What the simulator encodes and what was recorded, read by our decoder and by the official SDK's own parser (kiteconnect,
 * `KiteTicker.parseBinary`): each of our rows, written as the SDK would have it, is the SDK's tick to the last field.
 */
import { assert, describe, it } from "@effect/vitest"
import { encodeKiteFrame } from "@keepgaining/brokers/kite/encodeKiteFrame.ts"
import { KiteDecoder } from "@keepgaining/brokers/kite/KiteDecoder.ts"
import { KiteMode } from "@keepgaining/brokers/kite/KiteMode.ts"
import { KiteSegment } from "@keepgaining/brokers/kite/KiteSegment.ts"
import { KiteTokens } from "@keepgaining/brokers/kite/KiteTokens.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { KiteTicker } from "kiteconnect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Level, type Row, rowsOf } from "../wire/rowOf.ts"
import { commitAt, fill, RECEIVED_AT, type SomeRow, SomeRows, withSmallPrices } from "../wire/someRows.ts"

const recorded = join(import.meta.dirname, "../../../../../shared/data/kite")
const RECORDED = 0x000d8001

// The SDK's declarations leave the parser out, though it is a method of every ticker. One that never connects opens nothing.
const sdk = new KiteTicker({ api_key: "key", access_token: "token", reconnect: false }) as unknown as {
  readonly parseBinary: (frame: ArrayBuffer) => ReadonlyArray<Readonly<Record<string, unknown>>>
}
const bySdk = (frame: Uint8Array) => sdk.parseBinary(Uint8Array.from(frame).buffer)

/** One of each segment; the first token is above 2^31. */
const segments = [
  KiteSegment.nse,
  KiteSegment.nfo,
  KiteSegment.cds,
  KiteSegment.bse,
  KiteSegment.bfo,
  KiteSegment.bcd,
  KiteSegment.mcx,
  KiteSegment.mcxsx,
  KiteSegment.nse,
  KiteSegment.indices
]
const tokens = KiteTokens.from(segments.map((segment, i) => [(i === 0 ? 0xfedcba : 1_000 + i) * 256 + segment, i]))

/** The SDK adds bytes up as signed numbers: from 2^31 on it shows the number less 2^32. Ours are unsigned, as documented. */
const asSigned = (count: number): number => count | 0

const depthOf = (side: ReadonlyArray<Level>) =>
  side.map(({ orders, price, quantity }) => ({ quantity, price: price / 100, orders }))

/** The SDK makes times `Date`s, of 0 `null`. */
const dateOf = (instant: number) => instant === 0 ? null : new Date(instant)

/** Our row as the SDK has it. */
const asTick = (row: Row, token: number): Readonly<Record<string, unknown>> => {
  const head = {
    tradable: (token & 0xff) !== KiteSegment.indices,
    instrument_token: asSigned(token),
    last_price: row.price / 100
  }
  if (row.mode === KiteMode.ltp) return { ...head, mode: "ltp" }
  const [last, close] = [row.price / 100, row.close / 100]
  const index = row.mode === KiteMode.indexQuote || row.mode === KiteMode.indexFull
  const full = row.mode === KiteMode.full || row.mode === KiteMode.indexFull
  const common = {
    ...head,
    mode: full ? "full" : "quote",
    ohlc: { open: row.open / 100, high: row.high / 100, low: row.low / 100, close },
    // Worked out by the SDK, except for an index without a close, where it stays as it came: in paise.
    change: close !== 0 ? (last - close) * 100 / close : index ? row.price : 0
  }
  const times = full ? { exchange_timestamp: dateOf(row.eventTime) } : {}
  if (index) return { ...common, ...times }
  const quote = {
    ...common,
    last_traded_quantity: row.lastQuantity,
    average_traded_price: row.averagePrice / 100,
    volume_traded: asSigned(row.volume),
    total_buy_quantity: asSigned(row.totalBuy),
    total_sell_quantity: asSigned(row.totalSell)
  }
  if (!full) return quote
  return {
    ...quote,
    ...times,
    last_trade_time: dateOf(row.lastTradeTime),
    oi: asSigned(row.openInterest),
    oi_day_high: asSigned(row.openInterestHigh),
    oi_day_low: asSigned(row.openInterestLow),
    depth: { buy: depthOf(row.bids), sell: depthOf(row.asks) }
  }
}

/** Fitted to what the instrument's segment can carry; every second row counts beyond 2^31. */
const fitted = (row: SomeRow): SomeRow => {
  const segment = segments[row.instrument]
  const most = segment === KiteSegment.cds ? 21_000 : segment === KiteSegment.bcd ? 21_000_000 : 2_000_000_000
  const modes = segment === KiteSegment.indices
    ? [KiteMode.ltp, KiteMode.indexQuote, KiteMode.indexFull]
    : [KiteMode.ltp, KiteMode.quote, KiteMode.full]
  const [volume, interest, interestHigh, interestLow, buy, sell] = row.totals
  const scale = row.mode % 2 === 0 ? 1 : 2
  return {
    ...withSmallPrices(row, most),
    mode: modes[row.mode % 3] ?? KiteMode.ltp,
    totals: [volume * scale, interest * scale, interestHigh * scale, interestLow * scale, buy * scale, sell * scale]
  }
}

const batchOf = (rows: ReadonlyArray<SomeRow>): FeedBatch =>
  fill(rows.map(fitted), [0, 1, 2, 3, 4, 5], (mode) => {
    const index = mode === KiteMode.indexQuote || mode === KiteMode.indexFull
    const quote = mode === KiteMode.quote || mode === KiteMode.full
    const full = mode === KiteMode.full
    return {
      last: quote,
      volume: quote,
      stats: quote,
      average: quote,
      ohlc: quote || index,
      close: quote || index,
      openInterest: full,
      openInterestRange: full,
      lastTrade: full,
      time: full || mode === KiteMode.indexFull,
      orders: full,
      levels: full ? 5 : 0,
      exactLevels: true
    }
  })

describe("Kite frames, by us and by kiteconnect", () => {
  it.prop("say the same", [SomeRows], ([rows]) => {
    const frame = encodeKiteFrame(batchOf(rows), tokens)
    const got = new FeedBatch(1)
    assert.isUndefined(new KiteDecoder(tokens).decode(frame, RECEIVED_AT, got))
    assert.strictEqual(got.length, rows.length)
    assert.deepStrictEqual(bySdk(frame), rowsOf(got).map((row) => asTick(row, tokens.token(row.instrument) ?? 0)))
  }, { arbitrary: { seed: "kite", runs: 200 } })

  it("differ from 2^31 on, where the SDK's tokens and quantities turn negative", () => {
    const token = 0xfedcba01
    const sent = new FeedBatch(1)
    sent.mode[sent.open()] = KiteMode.quote
    sent.ticks.price[0] = 100
    sent.ticks.volume[0] = 4_000_000_000
    commitAt(sent, 0, RECEIVED_AT)
    const frame = encodeKiteFrame(sent, KiteTokens.from([[token, 0]]))
    const got = new FeedBatch(1)
    new KiteDecoder(KiteTokens.from([[token, 0]])).decode(frame, RECEIVED_AT, got)
    assert.deepInclude(rowsOf(got)[0], { instrument: 0, volume: 4_000_000_000 })
    assert.deepInclude(bySdk(frame)[0], { instrument_token: token - 2 ** 32, volume_traded: 4_000_000_000 - 2 ** 32 })
  })

  it("differ when cut: the SDK takes what is left of a full packet for a quote, we drop the frame and say so", () => {
    const frame = new Uint8Array(2 + 2 + 44)
    const view = new DataView(frame.buffer)
    view.setInt16(0, 1)
    view.setInt16(2, 184)
    view.setUint32(4, RECORDED)
    view.setInt32(8, 39_295)
    assert.deepInclude(bySdk(frame)[0], { mode: "quote", last_price: 392.95 })
    const got = new FeedBatch(1)
    const decoder = new KiteDecoder(KiteTokens.from([[RECORDED, 7]]))
    assert.instanceOf(decoder.decode(frame, RECEIVED_AT, got), MalformedFrame)
    assert.strictEqual(got.length, 0)
    assert.strictEqual(decoder.counters.droppedFrames, 1)
  })

  it("differ in packets of no known length: the SDK leaves them out in silence, we count them", () => {
    const frame = Uint8Array.of(0, 1, 0, 9, 0, 13, 128, 1, 0, 0, 0, 0, 0)
    assert.deepStrictEqual(bySdk(frame), [])
    const decoder = new KiteDecoder(KiteTokens.from([[RECORDED, 7]]))
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, new FeedBatch(1)))
    assert.strictEqual(decoder.counters.badPackets, 1)
  })
})

describe.skipIf(!existsSync(recorded))("recorded Kite frames, by both (absent without ../shared/data)", () => {
  for (const mode of ["ltp", "quote", "full"] as const) {
    it(mode, () => {
      const frame = readFileSync(join(recorded, `${mode}Mode_binary.packet`))
      const got = new FeedBatch(1)
      assert.isUndefined(new KiteDecoder(KiteTokens.from([[RECORDED, 7]])).decode(frame, RECEIVED_AT, got))
      assert.strictEqual(KiteMode[mode], got.mode[0])
      assert.deepStrictEqual(bySdk(frame), rowsOf(got).map((row) => asTick(row, RECORDED)))
    })
  }
})
