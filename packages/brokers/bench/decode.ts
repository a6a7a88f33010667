/**
 * Decoding speed of the brokers' frames against a bare DataView loop over the same bytes in the same run, and what a tick
 * allocates on the heap once the compiler has had its time: nothing.
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
import { type HeapProfiler, Session } from "node:inspector"
import { fastest, type Figure, perSecond, rate, ratio } from "../../engine/bench/Figure.ts"

const INSTRUMENTS = 500
/** Packets that Kite puts in a frame on a busy day. */
const PACKETS_A_FRAME = 142
const FRAMES = 50
const ROUNDS = 20
/** Packets before anything is measured: the compiler settles later than one thinks. */
const WARM_UP = 1_500_000
/** Packets whose allocations are counted. */
const COUNTED = 1_000_000
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
    // Numbers beyond 31 bits are those that would be boxed.
    ticks.volume[row] = 3_000_000_000 + number * 1_000 + i
    ticks.openInterest[row] = 3_500_000_000 + i
    ticks.bid[row] = price - 5
    ticks.ask[row] = price + 5
    ticks.bidQuantity[row] = 75
    ticks.askQuantity[row] = 150
    day.averagePrice[row] = price - 10
    day.open[row] = price - 500
    day.high[row] = price + 900
    day.low[row] = price - 900
    day.close[row] = price - 300
    day.totalBuy[row] = 3_000_400_000 + i
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

/** Made when they are asked for: other benchmarks load this file too. */
const subjects = (): ReadonlyArray<Subject> => {
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

  return [
    {
      name: "Kite full packets",
      frames: batches(KiteMode.full).map((batch) => encodeKiteFrame(batch, kiteTokens)),
      decoder: new KiteDecoder(kiteTokens)
    },
    {
      name: "Kite quote packets",
      frames: batches(KiteMode.quote).map((batch) => encodeKiteFrame(batch, kiteTokens)),
      decoder: new KiteDecoder(kiteTokens)
    },
    {
      name: "Upstox full frames",
      frames: batches(UpstoxMode.full).map((batch) =>
        encodeUpstoxFrame(batch, upstoxKeys, UpstoxFeedType.live_feed, RECEIVED_AT)
      ),
      decoder: new UpstoxDecoder(upstoxKeys)
    },
    {
      name: "Upstox ltpc frames",
      frames: batches(UpstoxMode.ltpc).map((batch) =>
        encodeUpstoxFrame(batch, upstoxKeys, UpstoxFeedType.live_feed, RECEIVED_AT)
      ),
      decoder: new UpstoxDecoder(upstoxKeys)
    },
    { name: "Angel quote packets", frames: angelFrames(AngelMode.quote), decoder: new AngelDecoder(angelKeys) },
    {
      name: "Angel snap quote packets",
      frames: angelFrames(AngelMode.snapQuote),
      decoder: new AngelDecoder(angelKeys)
    },
    {
      name: "Fyers HSM updates",
      frames: batches(HsmMode.symbol).map((batch) => hsm.encode(batch)),
      decoder: hsmDecoder
    }
  ]
}

/** The yardstick: every four bytes as one integer, into a sum. */
const bare = (frames: ReadonlyArray<Uint8Array>): number => {
  let sum = 0
  for (const frame of frames) {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
    for (let at = 0; at + 4 <= frame.length; at += 4) sum = sum + view.getInt32(at) | 0
  }
  return sum
}

/** Packets that were read. */
const decodeAll = ({ decoder, frames }: Subject, batch: FeedBatch): number => {
  const before = decoder.counters.rows
  // An iterator would be an object a frame, on the decoder's account; the index is within the list.
  for (let i = 0; i < frames.length; i++) {
    batch.clear()
    const error = decoder.decode(frames[i]!, RECEIVED_AT, batch)
    if (error !== undefined) throw error
  }
  return decoder.counters.rows - before
}

const selfSizes = ({ children, selfSize }: HeapProfiler.SamplingHeapProfileNode): number =>
  children.reduce((sum, child) => sum + selfSizes(child), selfSize)

/**
 * Bytes that the work allocates on the heap, those of dead objects too. V8's own count of allocated bytes moves in steps of
 * 100 kB and more; its sampling profiler sees one in so many bytes, and says where.
 */
const allocatedBy = (work: () => void): number => {
  const session = new Session()
  session.connect()
  session.post("HeapProfiler.startSampling", {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true
  })
  work()
  let bytes = Number.NaN
  // It answers before `post` returns.
  session.post("HeapProfiler.stopSampling", (error, answer) => {
    if (error === null) bytes = selfSizes(answer.profile.head)
  })
  session.disconnect()
  return bytes
}

const repeat = (packets: number, work: () => number): number => {
  let done = 0
  while (done < packets) done += work()
  return done
}

let sink = 0

const figureOf = (subject: Subject): Figure => {
  const batch = new FeedBatch(PACKETS_A_FRAME)
  repeat(WARM_UP, () => decodeAll(subject, batch))
  const bytes = subject.frames.reduce((sum, frame) => sum + frame.length, 0)
  const packets = decodeAll(subject, batch)
  const ours = perSecond(packets, fastest(ROUNDS, () => void decodeAll(subject, batch)))
  const yardstick = perSecond(packets, fastest(ROUNDS, () => void (sink ^= bare(subject.frames))))
  let counted = 0
  const heap = allocatedBy(() => {
    counted = repeat(COUNTED, () => decodeAll(subject, batch))
  }) / counted
  return {
    what: `Decoding ${subject.name}, ${(bytes / packets).toFixed(0)} B each`,
    measured: `${rate(ours, "ticks")}, ${heap.toFixed(2)} B allocated a tick`,
    yardstick: `bare DataView loop: ${rate(yardstick, "ticks")}`,
    ratio: ratio(ours / yardstick),
    goal: "< 0.1 B a tick",
    met: heap < 0.1
  }
}

/** What an object a tick would show as, to see that it would be seen. */
const control = (): number => {
  const kept: Array<{ readonly price: number }> = []
  return allocatedBy(() => {
    for (let i = 0; i < COUNTED; i++) kept[i % 16] = { price: i }
  }) / COUNTED
}

export const decode = (): ReadonlyArray<Figure> => {
  const seen = control()
  if (!(seen > 10)) throw new Error(`an object a tick shows as ${seen} B, so nothing can be said of the decoders`)
  return subjects().map(figureOf)
}
