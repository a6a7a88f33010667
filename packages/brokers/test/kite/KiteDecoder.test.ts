import { assert, describe, it } from "@effect/vitest"
import { encodeKiteFrame, kiteHeartbeat } from "@keepgaining/brokers/kite/encodeKiteFrame.ts"
import { KiteDecoder } from "@keepgaining/brokers/kite/KiteDecoder.ts"
import { KiteMode } from "@keepgaining/brokers/kite/KiteMode.ts"
import { KiteTokens } from "@keepgaining/brokers/kite/KiteTokens.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { commitAt, damage, fill, plain, RECEIVED_AT, SomeBytes, SomeDamage, SomeRows } from "../wire/someRows.ts"

const recorded = join(import.meta.dirname, "../../../../../shared/data/kite")
/** NFO token of the recorded frames. */
const NFO = 0x000d8001 + 1
const RECORDED = 0x000d8001
/** Instruments 0 to 8 are tradable, 9 is an index. */
const tokens = KiteTokens.from(
  Array.from({ length: 10 }, (_, i) => [(1_000 + i) * 256 + (i === 9 ? 9 : i % 2 === 0 ? 1 : 2), i])
)

const modesOf = (instrument: number) =>
  instrument === 9
    ? [KiteMode.ltp, KiteMode.indexQuote, KiteMode.indexFull]
    : [KiteMode.ltp, KiteMode.quote, KiteMode.full]

const batchOf = (rows: typeof SomeRows.Type): FeedBatch => {
  // A row's mode must be one that its instrument's segment has.
  const fitted = rows.map((row) => ({ ...row, mode: modesOf(row.instrument)[row.mode % 3] ?? 1 }))
  return fill(fitted, [0, 1, 2, 3, 4, 5], (mode) => {
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
}

describe.skipIf(!existsSync(recorded))("recorded Kite frames (absent without ../shared/data)", () => {
  const decodeFile = (name: string): FeedBatch => {
    const batch = new FeedBatch(1)
    const decoder = new KiteDecoder(KiteTokens.from([[RECORDED, 7]]))
    const error = decoder.decode(readFileSync(join(recorded, name)), RECEIVED_AT, batch)
    assert.isUndefined(error)
    assert.strictEqual(batch.length, 1)
    return batch
  }
  it("ltp", () => {
    const batch = decodeFile("ltpMode_binary.packet")
    assert.deepInclude(batch.ticks.tick(0), { instrument: 7, price: paise(39_295), eventTime: RECEIVED_AT, volume: 0 })
    assert.strictEqual(batch.mode[0], KiteMode.ltp)
  })
  it("quote", () => {
    const { day, ticks } = decodeFile("quoteMode_binary.packet")
    assert.deepInclude(ticks.tick(0), { price: paise(39_295), lastQuantity: 2, volume: 22_261_032, openInterest: 0 })
    assert.deepStrictEqual(
      [day.averagePrice[0], day.totalBuy[0], day.totalSell[0]],
      [40_307, 5_617, 0]
    )
    assert.deepStrictEqual([day.open[0], day.high[0], day.low[0], day.close[0]], [42_000, 42_090, 39_010, 41_410])
  })
  it("full", () => {
    const { day, depth, ticks } = decodeFile("fullMode_binary.packet")
    assert.deepInclude(ticks.tick(0), {
      price: paise(39_295),
      volume: 22_261_032,
      eventTime: Date.UTC(2022, 5, 16, 11, 18, 48),
      bid: paise(39_295),
      bidQuantity: 5_617,
      ask: paise(0),
      askQuantity: 0
    })
    assert.strictEqual(day.lastTradeTime[0], Date.UTC(2022, 5, 16, 10, 27, 44))
    assert.deepStrictEqual([depth.bids[0], depth.asks[0], depth.bidOrders[0]], [5, 5, 30])
  })
})

describe("Kite frames", () => {
  it.prop("decode to what was encoded", [SomeRows], ([rows]) => {
    const sent = batchOf(rows)
    const got = new FeedBatch(1, 30)
    const decoder = new KiteDecoder(tokens)
    assert.isUndefined(decoder.decode(encodeKiteFrame(sent, tokens), RECEIVED_AT, got))
    assert.deepStrictEqual(plain(got), plain(sent))
    assert.strictEqual(decoder.counters.rows, rows.length)
    assert.strictEqual(decoder.counters.badPackets, 0)
  })
  it.prop("of any bytes are dropped or counted, never thrown", [SomeBytes], ([bytes]) => {
    const batch = new FeedBatch(1)
    const decoder = new KiteDecoder(tokens)
    const error = decoder.decode(Uint8Array.from(bytes), RECEIVED_AT, batch)
    if (error !== undefined) assert.strictEqual(batch.length, 0)
    assert.strictEqual(decoder.counters.droppedFrames, error === undefined ? 0 : 1)
  })
  it.prop("cut short or damaged never throw", [SomeRows, SomeDamage], ([rows, how]) => {
    const batch = new FeedBatch(1)
    const decoder = new KiteDecoder(tokens)
    const frame = damage(encodeKiteFrame(batchOf(rows), tokens), how)
    const error = decoder.decode(frame, RECEIVED_AT, batch)
    const { counters } = decoder
    assert.strictEqual(counters.rows, batch.length)
    assert.strictEqual(
      counters.packets,
      counters.rows + counters.badPackets + counters.unknownInstruments + counters.withoutPrice
    )
    if (error !== undefined) assert.strictEqual(batch.length, 0)
  })
  it("of one byte are heartbeats", () => {
    const decoder = new KiteDecoder(tokens)
    const batch = new FeedBatch(1)
    assert.isUndefined(decoder.decode(kiteHeartbeat(), RECEIVED_AT, batch))
    assert.deepInclude(decoder.counters, { heartbeats: 1, rows: 0, droppedFrames: 0 })
  })
  it("skip a packet of a wrong length, and one of a token nobody asked for", () => {
    const decoder = new KiteDecoder(KiteTokens.from([[NFO, 3]]))
    const frame = new Uint8Array(2 + 2 + 9 + 2 + 8 + 2 + 8)
    const view = new DataView(frame.buffer)
    view.setInt16(0, 3)
    view.setInt16(2, 9)
    view.setInt16(13, 8)
    view.setUint32(15, 77)
    view.setInt16(23, 8)
    view.setUint32(25, NFO)
    view.setInt32(29, 12_345)
    const batch = new FeedBatch(1)
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, batch))
    assert.deepInclude(decoder.counters, { packets: 3, badPackets: 1, unknownInstruments: 1, rows: 1 })
    assert.deepInclude(batch.ticks.tick(0), { instrument: 3, price: paise(12_345) })
  })
  it("say where a frame went wrong", () => {
    const frame = Uint8Array.from([0, 1, 0, 184, 1, 2, 3])
    const error = new KiteDecoder(tokens).decode(frame, RECEIVED_AT, new FeedBatch(1))
    assert.instanceOf(error, MalformedFrame)
    assert.deepInclude(error, { offset: 2, length: 7 })
    assert.match(error.message, /packet 1 of 1 says 184 bytes/)
  })
  it("read tokens and quantities above 2^31 as unsigned", () => {
    const token = 0xfedcba01
    const frame = new Uint8Array(48)
    const view = new DataView(frame.buffer)
    view.setInt16(0, 1)
    view.setInt16(2, 44)
    view.setUint32(4, token)
    view.setInt32(8, 100)
    view.setUint32(20, 4_000_000_000)
    const batch = new FeedBatch(1)
    new KiteDecoder(KiteTokens.from([[token, 1]])).decode(frame, RECEIVED_AT, batch)
    assert.strictEqual(batch.ticks.volume[0], 4_000_000_000)
  })
  it("divide prices by the segment: 1e7 for NSE currency, 1e4 for BSE currency, to the nearest paisa", () => {
    const frame = new Uint8Array(2 + 3 * 10)
    const view = new DataView(frame.buffer)
    view.setInt16(0, 3)
    const packets: ReadonlyArray<readonly [segment: number, raw: number]> = [[3, 834_525_000], [6, 834_567], [1, 8_345]]
    for (const [i, [segment, raw]] of packets.entries()) {
      view.setInt16(2 + i * 10, 8)
      view.setUint32(4 + i * 10, 512 + segment)
      view.setInt32(8 + i * 10, raw)
    }
    const batch = new FeedBatch(1)
    const currency = KiteTokens.from([[515, 0], [518, 1], [513, 2]])
    assert.isUndefined(new KiteDecoder(currency).decode(frame, RECEIVED_AT, batch))
    assert.deepStrictEqual(Array.from(batch.ticks.price.subarray(0, 3)), [8_345, 8_346, 8_345])
  })
  it("with a stamp far in the future take the receive time", () => {
    const sent = batchOf([])
    const row = sent.open()
    sent.mode[row] = KiteMode.full
    sent.ticks.price[row] = 100
    commitAt(sent, 0, RECEIVED_AT)
    sent.ticks.eventTime[row] = RECEIVED_AT + 3_600_000
    const got = new FeedBatch(1)
    const decoder = new KiteDecoder(tokens)
    decoder.decode(encodeKiteFrame(sent, tokens), RECEIVED_AT, got)
    assert.strictEqual(got.ticks.eventTime[0], RECEIVED_AT)
    assert.strictEqual(got.ticks.now, RECEIVED_AT)
    assert.strictEqual(decoder.counters.futureTimes, 1)
  })
})

describe("a batch", () => {
  it.prop(
    "keeps its rows when it grows",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))],
    ([rows]) => {
      const batch = new FeedBatch(1, 2)
      for (let i = 0; i < rows; i++) {
        const row = batch.open()
        batch.ticks.price[row] = 1 + i
        batch.day.high[row] = i
        batch.depth.setAsk(row, 1, i, i, i)
        batch.greeks.rho[row] = i
        batch.mode[row] = i
        commitAt(batch, i, i)
      }
      assert.strictEqual(batch.length, rows)
      for (let i = 0; i < rows; i++) {
        assert.deepStrictEqual(
          [
            batch.ticks.price[i],
            batch.day.high[i],
            batch.depth.askPrice[i * 2 + 1],
            batch.greeks.rho[i],
            batch.mode[i]
          ],
          [1 + i, i, i, i, i]
        )
      }
    }
  )
})
