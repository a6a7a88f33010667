/**
 * A feed leaves out what it does not know or what has not changed: a packet whose price is 0 or below is no quote, whichever
 * broker's it is.
 */
import { assert, describe, it } from "@effect/vitest"
import { AngelDecoder } from "@keepgaining/brokers/angel/AngelDecoder.ts"
import { AngelExchangeType, angelKey, AngelMode } from "@keepgaining/brokers/angel/AngelMode.ts"
import { encodeAngelPacket } from "@keepgaining/brokers/angel/encodeAngelPacket.ts"
import { HsmDecoder } from "@keepgaining/brokers/fyers/HsmDecoder.ts"
import { HsmEncoder } from "@keepgaining/brokers/fyers/HsmEncoder.ts"
import { HsmMode } from "@keepgaining/brokers/fyers/HsmTopic.ts"
import { encodeKiteFrame } from "@keepgaining/brokers/kite/encodeKiteFrame.ts"
import { KiteDecoder } from "@keepgaining/brokers/kite/KiteDecoder.ts"
import { KiteMode } from "@keepgaining/brokers/kite/KiteMode.ts"
import { KiteTokens } from "@keepgaining/brokers/kite/KiteTokens.ts"
import { encodeUpstoxFrame } from "@keepgaining/brokers/upstox/encodeUpstoxFrame.ts"
import { UpstoxDecoder } from "@keepgaining/brokers/upstox/UpstoxDecoder.ts"
import { UpstoxFeedType, UpstoxMode } from "@keepgaining/brokers/upstox/UpstoxMode.ts"
import type { DecodeCounters } from "@keepgaining/brokers/wire/DecodeCounters.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import type { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { commitAt, RECEIVED_AT } from "./someRows.ts"

interface Decoder {
  readonly counters: DecodeCounters
  readonly decode: (frame: Uint8Array, receivedAt: number, into: FeedBatch) => MalformedFrame | undefined
}

interface Candidate {
  readonly modes: ReadonlyArray<number>
  readonly decoder: () => Decoder
  readonly frames: (batch: FeedBatch) => ReadonlyArray<Uint8Array>
}

const SHARE = 0x100 + 1
const INDEX = 0x200 + 9
const upstoxKeys = KeyTable.from([["NSE_EQ|A", 0], ["NSE_INDEX|B", 1]])
const kiteTokens = KiteTokens.from([[SHARE, 0], [INDEX, 1]])
const angelKeys = KeyTable.from([[angelKey(AngelExchangeType.nse_cm, "1"), 0]])
const hsmKeys = KeyTable.from([["sf|nse_cm|1", 0], ["if|nse_cm|B", 1]])

const candidates: Readonly<Record<string, Candidate>> = {
  Upstox: {
    modes: Object.values(UpstoxMode),
    decoder: () => new UpstoxDecoder(upstoxKeys),
    frames: (batch) => [encodeUpstoxFrame(batch, upstoxKeys, UpstoxFeedType.live_feed, RECEIVED_AT)]
  },
  Kite: {
    modes: [KiteMode.ltp, KiteMode.quote, KiteMode.full, KiteMode.indexQuote, KiteMode.indexFull],
    decoder: () => new KiteDecoder(kiteTokens),
    frames: (batch) => [encodeKiteFrame(batch, kiteTokens)]
  },
  Angel: {
    modes: [AngelMode.ltp, AngelMode.quote, AngelMode.snapQuote],
    decoder: () => new AngelDecoder(angelKeys),
    frames: (batch) =>
      Array.from(
        { length: batch.length },
        (_, row) => encodeAngelPacket(batch, row, angelKeys, row) ?? new Uint8Array(0)
      )
  },
  Fyers: {
    modes: [HsmMode.symbol, HsmMode.index, HsmMode.lite],
    decoder: () => new HsmDecoder(hsmKeys, false),
    frames: (batch) => [new HsmEncoder(hsmKeys, false).encode(batch)]
  }
}

const isIndex = (name: string, mode: number): boolean =>
  (name === "Kite" && (mode === KiteMode.indexQuote || mode === KiteMode.indexFull)) ||
  (name === "Fyers" && mode === HsmMode.index) || (name === "Upstox" && mode === UpstoxMode.indexFull)

/** One instrument's rows at these prices, some of which no batch would take. */
const rowsOf = (mode: number, instrument: number, prices: ReadonlyArray<number>): FeedBatch => {
  const batch = new FeedBatch(4)
  for (const price of prices) {
    const row = batch.open()
    batch.mode[row] = mode
    batch.ticks.price[row] = 1
    batch.ticks.volume[row] = 500
    commitAt(batch, instrument, RECEIVED_AT)
    batch.ticks.price[row] = price
  }
  return batch
}

for (const [name, candidate] of Object.entries(candidates)) {
  describe(`${name} packets without a price`, () => {
    it.each(candidate.modes)("make no row in mode %i, and the ones around them do", (mode) => {
      const sent = rowsOf(mode, isIndex(name, mode) ? 1 : 0, [10_000, 0, -5, 10_005])
      const decoder = candidate.decoder()
      const got = new FeedBatch(1)
      for (const frame of candidate.frames(sent)) assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
      assert.deepStrictEqual(Array.from(got.ticks.price.subarray(0, got.length)), [10_000, 10_005])
      assert.deepInclude(decoder.counters, { rows: 2, withoutPrice: 2, badPackets: 0 })
    })
  })
}

describe("what is remembered of an instrument", () => {
  it("is not lost by a packet without a price: Angel's depth still has one", () => {
    const decoder = new AngelDecoder(angelKeys)
    const got = new FeedBatch(1)
    for (const [mode, price] of [[AngelMode.quote, 10_000], [AngelMode.quote, 0], [AngelMode.depth20, 0]] as const) {
      const frame = encodeAngelPacket(rowsOf(mode, 0, [price]), 0, angelKeys, 1) ?? new Uint8Array(0)
      assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
    }
    assert.deepStrictEqual(Array.from(got.ticks.price.subarray(0, got.length)), [10_000, 10_000])
  })
  it("is not lost by a packet without a price: Fyers' depth still has one", () => {
    const decoder = new HsmDecoder(KeyTable.from([["sf|nse_cm|1", 0], ["dp|nse_cm|1", 0]]), false)
    const encoder = new HsmEncoder(hsmKeys, false)
    const got = new FeedBatch(1)
    for (const [mode, price] of [[HsmMode.symbol, 10_000], [HsmMode.symbol, 0], [HsmMode.depth, 0]] as const) {
      assert.isUndefined(decoder.decode(encoder.encode(rowsOf(mode, 0, [price])), RECEIVED_AT, got))
    }
    assert.deepStrictEqual(Array.from(got.ticks.price.subarray(0, got.length)), [10_000, 10_000])
  })
})

describe("Fyers' mark for what has not changed", () => {
  const topic = Buffer.from("sf|nse_cm|1").toString("hex")
  const snapshot = (price: string) => `53 0007 0b ${topic} 02 ${price} 000003e8 0000 0001 02 00 00 00`
  const prices = (...records: ReadonlyArray<string>) => {
    const head = `0000 06 ${String(records.length).padStart(4, "0")}`
    const got = new FeedBatch(1)
    const decoder = new HsmDecoder(hsmKeys, false)
    const frame = Buffer.from(`${head} ${records.join(" ")}`.replaceAll(" ", ""), "hex")
    assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
    assert.strictEqual(decoder.counters.badPackets, 0)
    return Array.from(got.ticks.price.subarray(0, got.length))
  }
  it("in a snapshot leaves the price open until there is one", () => {
    const update = "55 0007 02 80000000 000003e9"
    assert.deepStrictEqual(prices(snapshot("80000000"), update, "55 0007 01 0000c350"), [50_000])
  })
  it("in a lite record leaves the price as it was", () => {
    assert.deepStrictEqual(prices(snapshot("0000c350"), "4c 0007 80000000", "4c 0007 0000c351"), [
      50_000,
      50_000,
      50_001
    ])
  })
})
