import { assert, describe, it } from "@effect/vitest"
import { encodeUpstoxFrame, encodeUpstoxMarketInfo } from "@keepgaining/brokers/upstox/encodeUpstoxFrame.ts"
import { ProtoReader } from "@keepgaining/brokers/upstox/ProtoReader.ts"
import { ProtoWriter } from "@keepgaining/brokers/upstox/ProtoWriter.ts"
import { readMarketInfo } from "@keepgaining/brokers/upstox/readMarketInfo.ts"
import { UpstoxDecoder } from "@keepgaining/brokers/upstox/UpstoxDecoder.ts"
import { UpstoxFeedType, UpstoxMode } from "@keepgaining/brokers/upstox/UpstoxMode.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"
import { commitAt, damage, fill, plain, RECEIVED_AT, SomeBytes, SomeDamage, SomeRows } from "../wire/someRows.ts"

const keys = KeyTable.from(Array.from({ length: 10 }, (_, i) => [`NSE_EQ|INE00${i}A0101${i}`, i]))
const modes = Object.values(UpstoxMode)

const batchOf = (rows: typeof SomeRows.Type): FeedBatch =>
  fill(rows, modes, (mode) => {
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

describe("Upstox frames", () => {
  it.prop("decode to what was encoded", [SomeRows], ([rows]) => {
    const sent = batchOf(rows)
    const got = new FeedBatch(1, 30)
    const decoder = new UpstoxDecoder(keys)
    const frame = encodeUpstoxFrame(sent, keys, UpstoxFeedType.live_feed, 0)
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
    assert.deepStrictEqual(plain(got), plain(sent))
    assert.strictEqual(decoder.type, UpstoxFeedType.live_feed)
    assert.deepInclude(decoder.counters, { rows: rows.length, badPackets: 0 })
  })
  it("read a frame written by hand", () => {
    // type = live_feed; feeds { key "A", value { ltpc { ltp 100.05 ltt 1700000000000 ltq 25 cp 99.95 } } }; currentTs
    const inner = Buffer.from("0933333333330359401080d095ffbc31181921cdccccccccfc5840", "hex")
    const nested = (tag: number, content: Uint8Array) => Uint8Array.from([tag, content.length, ...content])
    const value = nested(0x12, nested(0x0a, inner))
    const entry = nested(0x12, Uint8Array.from([0x0a, 1, 0x41, ...value]))
    const frame = Uint8Array.from([0x08, 1, ...entry, ...Buffer.from("18e8d795ffbc31", "hex")])
    const batch = new FeedBatch(1)
    const decoder = new UpstoxDecoder(KeyTable.from([["A", 4]]))
    assert.isUndefined(decoder.decode(frame, 1_700_000_005_000, batch))
    assert.deepInclude(batch.ticks.tick(0), {
      instrument: 4,
      price: paise(10_005),
      lastQuantity: 25,
      eventTime: 1_700_000_001_000
    })
    assert.deepStrictEqual([batch.day.lastTradeTime[0], batch.day.close[0]], [1_700_000_000_000, 9_995])
  })
  it.prop("of any bytes never throw", [SomeBytes], ([bytes]) => {
    const batch = new FeedBatch(1)
    const decoder = new UpstoxDecoder(keys)
    const frame = Uint8Array.from(bytes)
    const error = decoder.decode(frame, RECEIVED_AT, batch)
    if (error !== undefined) assert.strictEqual(batch.length, 0)
    readMarketInfo(frame)
  })
  it.prop("cut short or damaged never throw", [SomeRows, SomeDamage], ([rows, how]) => {
    const batch = new FeedBatch(1)
    const decoder = new UpstoxDecoder(keys)
    const frame = damage(encodeUpstoxFrame(batchOf(rows), keys, UpstoxFeedType.live_feed, RECEIVED_AT), how)
    const error = decoder.decode(frame, RECEIVED_AT, batch)
    const { counters } = decoder
    if (error !== undefined) assert.strictEqual(batch.length, 0)
    assert.strictEqual(counters.rows, batch.length)
    assert.strictEqual(
      counters.packets,
      counters.rows + counters.badPackets + counters.unknownInstruments + counters.withoutPrice
    )
  })
  it("skip an entry that is malformed inside, and read the one after it", () => {
    const good = fill([], [0], () => ({}))
    for (const price of [100, 200]) {
      const row = good.open()
      good.ticks.price[row] = price
      commitAt(good, price === 100 ? 1 : 2, RECEIVED_AT)
    }
    const frame = encodeUpstoxFrame(good, keys, UpstoxFeedType.live_feed, 0)
    // The tag of the first entry's ltp becomes one of a group, which no proto3 message has.
    const at = frame.indexOf(0x09)
    assert.isAbove(at, 0)
    frame[at] = 0x0b
    const batch = new FeedBatch(1)
    const decoder = new UpstoxDecoder(keys)
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, batch))
    assert.deepInclude(decoder.counters, { packets: 2, badPackets: 1, rows: 1 })
    assert.deepInclude(batch.ticks.tick(0), { instrument: 2, price: paise(200) })
  })
  it("skip a price that is no number", () => {
    const writer = new ProtoWriter()
    writer.message(0x12, () => {
      writer.text(0x0a, "A")
      writer.message(0x12, () => writer.message(0x0a, () => writer.double(0x09, Number.NaN)))
    })
    const decoder = new UpstoxDecoder(KeyTable.from([["A", 4]]))
    const batch = new FeedBatch(1)
    assert.isUndefined(decoder.decode(writer.finish(), RECEIVED_AT, batch))
    assert.deepInclude(decoder.counters, { badPackets: 1, rows: 0 })
  })
  it("tell the state of the segments first", () => {
    const frame = encodeUpstoxMarketInfo([["NSE_EQ", 2], ["NSE_FO", 0], ["MCX_FO", 99]], RECEIVED_AT)
    assert.deepEqual(readMarketInfo(frame), new Map([["NSE_EQ", "NORMAL_OPEN"], ["NSE_FO", "PRE_OPEN_START"]]))
    assert.instanceOf(readMarketInfo(frame.slice(0, -1)), MalformedFrame)
    const decoder = new UpstoxDecoder(keys)
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, new FeedBatch(1)))
    assert.strictEqual(decoder.type, UpstoxFeedType.market_info)
  })
})

describe("protobuf integers", () => {
  const whole = Schema.Int.check(
    Schema.isBetween({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
  )
  it.prop("are read as they were written", [whole], ([value]) => {
    const writer = new ProtoWriter()
    writer.varint(0x08, value)
    const bytes = writer.finish()
    const reader = new ProtoReader()
    reader.reset(bytes)
    if (value === 0) assert.strictEqual(bytes.length, 0)
    else {
      assert.strictEqual(reader.varint(bytes.length), 8)
      assert.strictEqual(reader.varint(bytes.length), value)
      assert.strictEqual(reader.position, bytes.length)
    }
    assert.isFalse(reader.failed)
  })
})
