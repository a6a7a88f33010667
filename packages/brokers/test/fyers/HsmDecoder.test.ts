import { assert, describe, it } from "@effect/vitest"
import { FyersFrames } from "@keepgaining/brokers/fyers/FyersFrames.ts"
import {
  hsmAck,
  hsmAuth,
  hsmAuthAnswer,
  hsmDone,
  hsmMode,
  hsmPing,
  hsmResume,
  hsmSubscribe,
  hsmUnsubscribe,
  readHsmAuthAnswer,
  readHsmControl,
  readHsmTopics
} from "@keepgaining/brokers/fyers/HsmControl.ts"
import { HsmDecoder } from "@keepgaining/brokers/fyers/HsmDecoder.ts"
import { HsmEncoder } from "@keepgaining/brokers/fyers/HsmEncoder.ts"
import { HsmMode, topicOfIndex, topicOfToken } from "@keepgaining/brokers/fyers/HsmTopic.ts"
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"
import { commitAt, damage, fill, plain, RECEIVED_AT, SomeBytes, SomeDamage, SomeRows } from "../wire/someRows.ts"

/** Instruments 0 to 8 are symbols, 9 is an index. */
const keys = KeyTable.from([
  ...Array.from({ length: 9 }, (_, i) => [`sf|nse_cm|30${i}`, i] as const),
  ["if|nse_cm|Nifty 50", 9] as const,
  ...Array.from({ length: 9 }, (_, i) => [`dp|nse_cm|30${i}`, i] as const)
])

const batchOf = (rows: typeof SomeRows.Type): FeedBatch => {
  const fitted = rows.map((row) => ({ ...row, mode: row.instrument === 9 ? HsmMode.index : HsmMode.symbol }))
  return fill(fitted, [0, HsmMode.symbol, HsmMode.index], (mode) => {
    const symbol = mode === HsmMode.symbol
    return {
      time: true,
      ohlc: true,
      close: true,
      last: symbol,
      volume: symbol,
      openInterest: symbol,
      stats: symbol,
      average: symbol,
      circuits: symbol,
      year: symbol,
      lastTrade: symbol,
      touch: symbol
    }
  })
}

describe("Fyers HSM frames", () => {
  it.prop("decode to what was encoded, snapshots and what changed", [SomeRows, Schema.Boolean], ([rows, numbered]) => {
    const sent = batchOf(rows)
    const got = new FeedBatch(1, 30)
    const decoder = new HsmDecoder(keys, numbered)
    const encoder = new HsmEncoder(keys, numbered)
    assert.isUndefined(decoder.decode(encoder.encode(sent), RECEIVED_AT, got))
    assert.deepStrictEqual(plain(got), plain(sent))
    assert.strictEqual(decoder.messageNumber, numbered ? 1 : 0)
  })
  it("read a snapshot, an update and a lite record written by hand", () => {
    const topic = Buffer.from("sf|nse_cm|3045").toString("hex")
    const snapshot = `53 0007 0e ${topic} 03 0000c350 000003e8 6553f100 0000 0001 02 066e73655f636d 0433303435 0353424e`
    const update = "55 0007 02 80000000 000003e9"
    const lite = "4c 0007 0000c351"
    const frame = Buffer.from(`0000 06 0003 ${snapshot} ${update} ${lite}`.replaceAll(" ", ""), "hex")
    const got = new FeedBatch(1)
    const decoder = new HsmDecoder(KeyTable.from([["sf|nse_cm|3045", 5]]), false)
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
    assert.deepStrictEqual(Array.from(got.ticks.price.subarray(0, 3)), [50_000, 50_000, 50_001])
    assert.deepStrictEqual(Array.from(got.ticks.volume.subarray(0, 3)), [1_000, 1_001, 1_001])
    assert.deepStrictEqual(Array.from(got.mode.subarray(0, 3)), [HsmMode.symbol, HsmMode.symbol, HsmMode.lite])
    assert.strictEqual(got.day.lastTradeTime[0], 1_700_000_000_000)
  })
  it("divide prices by precision and multiplier", () => {
    const topic = Buffer.from("sf|nse_cm|1").toString("hex")
    const frame = Buffer.from(
      `0000060001 530007 0b ${topic} 01 000186a0 0000 0002 04 00 00 00`.replaceAll(" ", ""),
      "hex"
    )
    const got = new FeedBatch(1)
    assert.isUndefined(
      new HsmDecoder(KeyTable.from([["sf|nse_cm|1", 5]]), false).decode(frame, RECEIVED_AT, got)
    )
    // 100000 / (10^4 * 2) rupees.
    assert.strictEqual(got.ticks.price[0], 500)
  })
  it("of depth take price, volume and open interest from the symbol's", () => {
    const sent = new FeedBatch(1)
    for (const mode of [HsmMode.depth, HsmMode.symbol, HsmMode.depth, HsmMode.lite]) {
      const row = sent.open()
      sent.mode[row] = mode
      sent.ticks.price[row] = mode === HsmMode.lite ? 1_010 : 1_000
      sent.ticks.volume[row] = 55
      sent.ticks.openInterest[row] = 66
      for (let level = 0; level < 5; level++) {
        sent.depth.setBid(row, level, 990 - level, 10 + level, 1)
        sent.depth.setAsk(row, level, 1_005 + level, 20 + level, 2)
      }
      commitAt(sent, 3, RECEIVED_AT)
    }
    const got = new FeedBatch(1)
    const decoder = new HsmDecoder(keys, false)
    assert.isUndefined(decoder.decode(new HsmEncoder(keys, false).encode(sent), RECEIVED_AT, got))
    assert.deepInclude(decoder.counters, { rows: 3, withoutPrice: 1 })
    assert.deepInclude(got.ticks.tick(1), {
      price: paise(1_000),
      volume: 55,
      openInterest: 66,
      bid: paise(990),
      ask: paise(1_005),
      askQuantity: 20
    })
    assert.deepStrictEqual([got.depth.bids[1], got.depth.askPrice[5 + 4], got.depth.bidOrders[5]], [5, 1_009, 1])
    assert.deepInclude(got.ticks.tick(2), { price: paise(1_010), volume: 55, openInterest: 66, bid: paise(0) })
  })
  it("of a topic never introduced are counted, and those with too many fields", () => {
    const decoder = new HsmDecoder(keys, false)
    const update = Buffer.from("0000060001550009010000c350", "hex")
    assert.isUndefined(decoder.decode(update, RECEIVED_AT, new FeedBatch(1)))
    assert.deepInclude(decoder.counters, { unknownInstruments: 1, rows: 0, badPackets: 0 })
    const encoder = new HsmEncoder(keys, false)
    const index = fill([], [0], () => ({}))
    index.open()
    index.mode[0] = HsmMode.index
    index.ticks.price[0] = 100
    commitAt(index, 9, RECEIVED_AT)
    decoder.decode(encoder.encode(index), RECEIVED_AT, new FeedBatch(1))
    const tooLong = Buffer.from(`000006000155000107${"00000001".repeat(7)}`, "hex")
    assert.isUndefined(decoder.decode(tooLong, RECEIVED_AT, new FeedBatch(1)))
    assert.deepInclude(decoder.counters, { badPackets: 1, rows: 1 })
  })
  it.prop("of any bytes never throw", [SomeBytes], ([bytes]) => {
    for (const frame of [Uint8Array.from(bytes), Uint8Array.from([0, 0, 6, 0, 1, ...bytes])]) {
      const batch = new FeedBatch(1)
      if (new HsmDecoder(keys, false).decode(frame, RECEIVED_AT, batch) !== undefined) {
        assert.strictEqual(batch.length, 0)
      }
      const control = readHsmControl(frame)
      if (!(control instanceof MalformedFrame)) {
        readHsmTopics(control)
        readHsmAuthAnswer(control)
      }
    }
  })
  it.prop("cut short or damaged never throw", [SomeRows, SomeDamage], ([rows, how]) => {
    const batch = new FeedBatch(1)
    const decoder = new HsmDecoder(keys, false)
    const frame = damage(new HsmEncoder(keys, false).encode(batchOf(rows)), how)
    const error = decoder.decode(frame, RECEIVED_AT, batch)
    const { counters } = decoder
    if (error !== undefined) assert.strictEqual(batch.length, 0)
    assert.strictEqual(counters.rows, batch.length)
    assert.strictEqual(
      counters.packets,
      counters.rows + counters.badPackets + counters.unknownInstruments + counters.withoutPrice
    )
  })
})

describe("Fyers HSM control frames", () => {
  const read = (frame: Uint8Array) => {
    const control = readHsmControl(frame)
    assert.notInstanceOf(control, MalformedFrame)
    return control
  }
  it("authenticate", () => {
    const auth = read(hsmAuth("key", "JS_API"))
    assert.deepEqual([...auth.fields].map(([id, value]) => [id, Buffer.from(value).toString()]), [
      [1, "key"],
      [2, "P"],
      [3, "\u0001"],
      [4, "JS_API"]
    ])
    const answer = { accepted: true, ackCount: 2, config: "{}" }
    assert.deepEqual(readHsmAuthAnswer(read(hsmAuthAnswer(answer))), answer)
    const refused = { accepted: false, ackCount: 0, config: undefined }
    assert.deepEqual(readHsmAuthAnswer(read(hsmAuthAnswer(refused))), refused)
  })
  it("subscribe, acknowledge and keep alive", () => {
    const topics = ["sf|nse_cm|3045", topicOfIndex("nse_cm", "Nifty 50")]
    assert.deepEqual(readHsmTopics(read(hsmSubscribe(topics, 11))), topics)
    assert.deepEqual(readHsmTopics(read(hsmUnsubscribe(topics, 11))), topics)
    assert.strictEqual(read(hsmSubscribe(topics, 11)).fields.get(2)?.[0], 11)
    assert.deepEqual(Buffer.from(hsmPing()).toString("hex"), "00010b")
    assert.strictEqual(Buffer.from(hsmAck(258)).toString("hex"), "0009030101000400000102")
    assert.strictEqual(Buffer.from(hsmDone(4)).toString("hex"), "000604010100014b")
    assert.strictEqual(Buffer.from(hsmResume([0, 11])).toString("hex"), "000d08010100080000000000000801")
    assert.strictEqual(Buffer.from(read(hsmMode("lite", [1])).fields.get(2) ?? []).toString(), "L")
  })
  it("name topics by fyToken", () => {
    assert.strictEqual(topicOfToken("sf", "10100000003045"), "sf|nse_cm|3045")
    assert.strictEqual(topicOfToken("dp", "101126112543919"), "dp|nse_fo|43919")
    assert.isUndefined(topicOfToken("sf", "99990000003045"))
    assert.isUndefined(topicOfToken("sf", ""))
  })
})

describe("whether Fyers' frames are numbered", () => {
  const share: BrokerInstrument = {
    index: 3,
    instrument: { symbol: "NSE:SBIN", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 },
    token: "10100000003045",
    tradingSymbol: "NSE:SBIN-EQ"
  }
  const topics = KeyTable.from([["sf|nse_cm|3045", 3]])
  it.each(
    [
      ["by ack count", 0, false],
      ["by ack count", 2, true],
      ["always", 0, true],
      ["always", 2, true],
      ["never", 0, false],
      ["never", 2, false]
    ] as const
  )("is taken %s, with an ack count of %i", (numbers, ackCount, isNumbered) => {
    const frames = new FyersFrames(new Map(), () => undefined, numbers)
    frames.learn([share])
    frames.decode(hsmAuthAnswer({ accepted: true, ackCount, config: undefined }), RECEIVED_AT)
    const sent = new FeedBatch(1)
    sent.mode[sent.open()] = HsmMode.symbol
    sent.ticks.price[0] = 80_000
    commitAt(sent, 3, RECEIVED_AT)
    const batch = frames.decode(new HsmEncoder(topics, isNumbered).encode(sent), RECEIVED_AT)
    assert.deepStrictEqual([batch.length, batch.ticks.price[0]], [1, 80_000])
    assert.strictEqual(frames.messageNumber, isNumbered ? 1 : 0)
    // Taken otherwise it is no frame at all.
    const other = frames.decode(new HsmEncoder(topics, !isNumbered).encode(sent), RECEIVED_AT)
    assert.strictEqual(other.length, 0)
  })
})
