import { assert, describe, it } from "@effect/vitest"
import { AngelDecoder } from "@keepgaining/brokers/angel/AngelDecoder.ts"
import { AngelExchangeType, angelKey, AngelMode } from "@keepgaining/brokers/angel/AngelMode.ts"
import { encodeAngelPacket } from "@keepgaining/brokers/angel/encodeAngelPacket.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { commitAt, damage, fill, plain, RECEIVED_AT, SomeBytes, SomeDamage, SomeRows } from "../wire/someRows.ts"

const keys = KeyTable.from(
  Array.from({ length: 10 }, (_, i) => [angelKey(i % 2 === 0 ? AngelExchangeType.nse_cm : 2, `30${i}`), i])
)

const batchOf = (rows: typeof SomeRows.Type): FeedBatch =>
  // An instrument keeps to one mode, for packets of the LTP mode take their volume from those of the others.
  fill(rows.map((row) => ({ ...row, mode: row.instrument })), [1, 2, 3], (mode) => {
    const quote = mode !== AngelMode.ltp
    const snap = mode === AngelMode.snapQuote
    return {
      time: true,
      last: quote,
      volume: quote,
      stats: quote,
      average: quote,
      ohlc: quote,
      close: quote,
      openInterest: snap,
      lastTrade: snap,
      circuits: snap,
      year: snap,
      orders: true,
      levels: snap ? 5 : 0,
      exactLevels: true
    }
  })

const encode = (batch: FeedBatch, row: number): Uint8Array => {
  const frame = encodeAngelPacket(batch, row, keys, row)
  assert.isDefined(frame)
  return frame
}

describe("Angel packets", () => {
  it.prop("decode to what was encoded", [SomeRows], ([rows]) => {
    const sent = batchOf(rows)
    const got = new FeedBatch(1, 30)
    const decoder = new AngelDecoder(keys)
    for (let row = 0; row < sent.length; row++) {
      assert.isUndefined(decoder.decode(encode(sent, row), RECEIVED_AT, got))
    }
    assert.deepStrictEqual(plain(got), plain(sent))
  })
  it("have the documented lengths and places", () => {
    const batch = fill([], [1], () => ({}))
    for (const mode of Object.values(AngelMode)) {
      const row = batch.open()
      batch.mode[row] = mode
      batch.ticks.price[row] = 250_005
      batch.day.yearLow[row] = 100
      batch.depth.setBid(row, 0, 250_000, 75, 3)
      batch.depth.setAsk(row, 0, 250_010, 50, 2)
      commitAt(batch, 0, 1_700_000_000_123)
    }
    const [ltp, quote, snap, depth] = [0, 1, 2, 3].map((row) => Buffer.from(encode(batch, row)))
    assert.deepStrictEqual([ltp?.length, quote?.length, snap?.length, depth?.length], [51, 123, 379, 443])
    assert.strictEqual(ltp?.subarray(0, 6).toString("hex"), "010133303000")
    assert.strictEqual(ltp?.readBigInt64LE(35), 1_700_000_000_123n)
    assert.strictEqual(ltp?.readInt32LE(43), 250_005)
    assert.strictEqual(snap?.readInt16LE(147), 1)
    assert.strictEqual(snap?.readBigInt64LE(157), 250_000n)
    assert.strictEqual(snap?.readInt16LE(247), 0)
    assert.strictEqual(snap?.readBigInt64LE(371), 100n)
    assert.strictEqual(depth?.readBigInt64LE(27), 1_700_000_000_123n)
    assert.deepStrictEqual([depth?.readInt32LE(43), depth?.readInt32LE(47), depth?.readInt16LE(51)], [75, 250_000, 3])
    assert.deepStrictEqual([depth?.readInt32LE(243), depth?.readInt32LE(247)], [50, 250_010])
  })
  it("of depth 20 take price, volume and open interest from the packet before", () => {
    const batch = new FeedBatch(2, 20)
    for (const mode of [AngelMode.depth20, AngelMode.snapQuote, AngelMode.depth20]) {
      const row = batch.open()
      batch.mode[row] = mode
      batch.ticks.price[row] = 250_005
      batch.ticks.volume[row] = 1_000
      batch.ticks.openInterest[row] = 77
      for (let level = 0; level < 20; level++) batch.depth.setBid(row, level, 250_000 - level, 10 + level, level)
      commitAt(batch, 0, RECEIVED_AT)
    }
    const got = new FeedBatch(1, 20)
    const decoder = new AngelDecoder(keys)
    for (let row = 0; row < 3; row++) assert.isUndefined(decoder.decode(encode(batch, row), RECEIVED_AT, got))
    assert.deepInclude(decoder.counters, { rows: 2, withoutPrice: 1 })
    assert.deepInclude(got.ticks.tick(1), {
      price: paise(250_005),
      volume: 1_000,
      openInterest: 77,
      bid: paise(250_000),
      bidQuantity: 10
    })
    assert.deepStrictEqual([got.depth.bids[1], got.depth.bidPrice[20 + 19]], [20, 249_981])
  })
  it("of currency are divided by 1e7", () => {
    const currency = KeyTable.from([[angelKey(AngelExchangeType.cde_fo, "1"), 0]])
    const frame = new Uint8Array(51)
    frame.set([1, 13, 0x31])
    new DataView(frame.buffer).setInt32(43, 834_525_000, true)
    const got = new FeedBatch(1)
    new AngelDecoder(currency).decode(frame, RECEIVED_AT, got)
    assert.strictEqual(got.ticks.price[0], 8_345)
  })
  it("with a price beyond all prices are counted and skipped", () => {
    const batch = batchOf([])
    const row = batch.open()
    batch.mode[row] = AngelMode.quote
    batch.ticks.price[0] = 100
    commitAt(batch, 0, RECEIVED_AT)
    const frame = encode(batch, 0)
    frame[98] = 0x7f
    const got = new FeedBatch(1)
    const decoder = new AngelDecoder(keys)
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
    assert.deepInclude(decoder.counters, { badPackets: 1, rows: 0 })
    assert.strictEqual(got.length, 0)
  })
  it("of a wrong length or mode are dropped", () => {
    const decoder = new AngelDecoder(keys)
    for (const frame of [new Uint8Array(0), Uint8Array.from([2, 1]), new Uint8Array(51), new Uint8Array(60).fill(3)]) {
      assert.instanceOf(decoder.decode(frame, RECEIVED_AT, new FeedBatch(1)), MalformedFrame)
    }
    assert.strictEqual(decoder.counters.droppedFrames, 4)
  })
  it.prop("of any bytes never throw", [SomeBytes], ([bytes]) => {
    const decoder = new AngelDecoder(keys)
    for (const mode of [1, 2, 3, 4]) {
      decoder.decode(Uint8Array.from([mode, ...bytes]), RECEIVED_AT, new FeedBatch(1))
    }
  })
  it.prop("cut short or damaged never throw", [SomeRows, SomeDamage], ([rows, how]) => {
    const sent = batchOf(rows)
    const got = new FeedBatch(1)
    const decoder = new AngelDecoder(keys)
    for (let row = 0; row < sent.length; row++) decoder.decode(damage(encode(sent, row), how), RECEIVED_AT, got)
    const { counters } = decoder
    assert.strictEqual(counters.rows, got.length)
    assert.strictEqual(
      counters.frames,
      counters.rows + counters.badPackets + counters.unknownInstruments + counters.withoutPrice +
        counters.droppedFrames
    )
  })
})
