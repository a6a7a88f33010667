/**
 * Decoding speed of each broker's fullest common frame against a bare DataView loop over the same bytes in the same run,
 * and the bytes of heap that a packet costs. Run: `node packages/brokers/bench/decode.ts`.
 */
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
import { DecodeCounters } from "@keepgaining/brokers/wire/DecodeCounters.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import { type MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import { getHeapStatistics } from "node:v8"

const INSTRUMENTS = 500
/** Packets that Kite puts in a frame on a busy day. */
const PACKETS_A_FRAME = 142
const FRAMES = 50
const ROUNDS = 20
const RECEIVED_AT = 1_764_000_000_000

const frameOf = (number: number, mode: number): FeedBatch => {
  const batch = new FeedBatch(PACKETS_A_FRAME)
  const { day, depth, greeks, ticks } = batch
  for (let i = 0; i < PACKETS_A_FRAME; i++) {
    const row = batch.open()
    const instrument = (number * PACKETS_A_FRAME + i * 7) % INSTRUMENTS
    const price = 100_000 + instrument * 50 + number * 5
    batch.mode[row] = mode
    ticks.price[row] = price
    ticks.lastQuantity[row] = 1 + i % 50
    ticks.volume[row] = 1_000_000 + number * 1_000 + i
    ticks.openInterest[row] = 5_000_000 + i
    ticks.bid[row] = price - 5
    ticks.ask[row] = price + 5
    ticks.bidQuantity[row] = 75
    ticks.askQuantity[row] = 150
    day.averagePrice[row] = price - 10
    day.open[row] = price - 500
    day.high[row] = price + 900
    day.low[row] = price - 900
    day.close[row] = price - 300
    day.totalBuy[row] = 400_000 + i
    day.totalSell[row] = 300_000 + i
    day.lastTradeTime[row] = RECEIVED_AT - 1_000
    greeks.delta[row] = 0.5
    greeks.theta[row] = -12.3
    greeks.gamma[row] = 0.001
    greeks.vega[row] = 14.2
    greeks.rho[row] = 1.1
    greeks.impliedVolatility[row] = 0.14
    for (let level = 0; level < 5; level++) {
      depth.setBid(row, level, price - 5 - level * 5, 75 * (level + 1), 3)
      depth.setAsk(row, level, price + 5 + level * 5, 75 * (level + 1), 4)
    }
    batch.ticks.eventTime[batch.length] = RECEIVED_AT
    batch.receivedAt = RECEIVED_AT
    batch.commit(instrument, new DecodeCounters())
  }
  return batch
}

interface Subject {
  readonly name: string
  readonly frames: ReadonlyArray<Uint8Array>
  readonly decoder: {
    readonly counters: DecodeCounters
    decode(frame: Uint8Array, receivedAt: number, into: FeedBatch): MalformedFrame | undefined
  }
}

const range = Array.from({ length: INSTRUMENTS }, (_, i) => i)
const batches = (mode: number) => Array.from({ length: FRAMES }, (_, i) => frameOf(i, mode))

const kiteTokens = KiteTokens.from(range.map((i) => [(i + 1) * 256 + 2, i]))
const upstoxKeys = KeyTable.from(range.map((i) => [`NSE_FO|${40_000 + i}`, i]))
const angelKeys = KeyTable.from(range.map((i) => [angelKey(AngelExchangeType.nse_fo, String(40_000 + i)), i]))
const hsmKeys = KeyTable.from(range.map((i) => [`sf|nse_fo|${40_000 + i}`, i]))
const hsm = new HsmEncoder(hsmKeys, false)
const hsmDecoder = new HsmDecoder(hsmKeys, false)
// Snapshots come once a connection and make the topics; the updates after them are what is measured.
for (const batch of batches(HsmMode.symbol)) hsmDecoder.decode(hsm.encode(batch), RECEIVED_AT, new FeedBatch(200))

const angelFrames = (mode: number) =>
  batches(mode).flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => encodeAngelPacket(batch, row, angelKeys, row)).filter((frame) =>
      frame !== undefined
    )
  )

const subjects: ReadonlyArray<Subject> = [
  {
    name: "Kite full",
    frames: batches(KiteMode.full).map((batch) => encodeKiteFrame(batch, kiteTokens)),
    decoder: new KiteDecoder(kiteTokens)
  },
  {
    name: "Kite quote",
    frames: batches(KiteMode.quote).map((batch) => encodeKiteFrame(batch, kiteTokens)),
    decoder: new KiteDecoder(kiteTokens)
  },
  {
    name: "Upstox full",
    frames: batches(UpstoxMode.full).map((batch) =>
      encodeUpstoxFrame(batch, upstoxKeys, UpstoxFeedType.live_feed, RECEIVED_AT)
    ),
    decoder: new UpstoxDecoder(upstoxKeys)
  },
  {
    name: "Upstox ltpc",
    frames: batches(UpstoxMode.ltpc).map((batch) =>
      encodeUpstoxFrame(batch, upstoxKeys, UpstoxFeedType.live_feed, RECEIVED_AT)
    ),
    decoder: new UpstoxDecoder(upstoxKeys)
  },
  { name: "Angel quote", frames: angelFrames(AngelMode.quote), decoder: new AngelDecoder(angelKeys) },
  { name: "Angel snap quote", frames: angelFrames(AngelMode.snapQuote), decoder: new AngelDecoder(angelKeys) },
  {
    name: "Fyers symbol",
    frames: batches(HsmMode.symbol).map((batch) => hsm.encode(batch)),
    decoder: hsmDecoder
  }
]

/** The yardstick: every four bytes as one integer, into a sum. */
const bare = (frames: ReadonlyArray<Uint8Array>): number => {
  let sum = 0
  for (const frame of frames) {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
    for (let at = 0; at + 4 <= frame.length; at += 4) sum = sum + view.getInt32(at) | 0
  }
  return sum
}

const batch = new FeedBatch(PACKETS_A_FRAME)
const decodeAll = ({ decoder, frames }: Subject): void => {
  for (const frame of frames) {
    batch.clear()
    const error = decoder.decode(frame, RECEIVED_AT, batch)
    if (error !== undefined) throw error
  }
}

const fastest = (work: () => void): number => {
  let best = Infinity
  for (let i = 0; i < ROUNDS; i++) {
    const started = performance.now()
    work()
    best = Math.min(best, performance.now() - started)
  }
  return best
}

/** Bytes that the program ever allocated on the heap; only grows. */
const allocated = (): number => getHeapStatistics().total_allocated_bytes

const grouped = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 0 })
let sink = 0
for (const subject of subjects) {
  const bytes = subject.frames.reduce((sum, frame) => sum + frame.length, 0)
  const millis = fastest(() => decodeAll(subject))
  const yardstick = fastest(() => {
    sink ^= bare(subject.frames)
  })
  const rowsBefore = subject.decoder.counters.rows
  const before = allocated()
  for (let i = 0; i < ROUNDS; i++) decodeAll(subject)
  const heap = allocated() - before
  const rows = subject.decoder.counters.rows - rowsBefore
  const packets = rows / ROUNDS
  console.log(
    `${subject.name.padEnd(18)} ${(bytes / packets).toFixed(0).padStart(4)} B/packet ` +
      `${grouped.format(packets / millis * 1_000).padStart(13)} packets/s ` +
      `${(millis / yardstick).toFixed(1).padStart(5)} x bare DataView loop ` +
      `${(heap / rows).toFixed(2).padStart(7)} heap B/packet`
  )
}
if (sink === 1) console.log("")
