/**
 * Binary frames of the Kite ticker (Kite Connect 3, "WebSocket streaming"), big-endian: a count of packets, then each
 * with its length before it. A frame of one byte is a heartbeat. Tokens and quantities are unsigned.
 *
 * Event time is the exchange timestamp of `full` packets (whole seconds); the other modes carry none, so it is the
 * receive time.
 */
import { i32, u16, u32 } from "../wire/BigEndian.ts"
import { DecodeCounters } from "../wire/DecodeCounters.ts"
import { type FeedBatch } from "../wire/FeedBatch.ts"
import { MalformedFrame } from "../wire/MalformedFrame.ts"
import { quantity } from "../wire/quantity.ts"
import { FULL_BYTES, INDEX_FULL_BYTES, INDEX_QUOTE_BYTES, KiteMode, LTP_BYTES, QUOTE_BYTES } from "./KiteMode.ts"
import { KiteSegment, segmentOf, unitsInPaisa } from "./KiteSegment.ts"
import { type KiteTokens } from "./KiteTokens.ts"

const HEADER_BYTES = 2
const DEPTH_OFFSET = 64
const LEVELS = 5
const LEVEL_BYTES = 12

export class KiteDecoder {
  readonly counters = new DecodeCounters()
  readonly #tokens: KiteTokens

  constructor(tokens: KiteTokens) {
    this.#tokens = tokens
  }

  /** Appends the frame's packets to `into`; `receivedAt` in epoch ms. Answers why, when the frame was dropped. */
  decode(frame: Uint8Array, receivedAt: number, into: FeedBatch): MalformedFrame | undefined {
    const { counters } = this
    counters.frames++
    into.receivedAt = receivedAt
    if (frame.length === 1) {
      counters.heartbeats++
      return undefined
    }
    if (frame.length < HEADER_BYTES) return this.#drop(frame, 0, "there is no count of packets")
    const packets = u16(frame, 0)
    let end = HEADER_BYTES
    // The lengths are walked before anything is read, so that a frame counts whole or not at all.
    for (let i = 0; i < packets; i++) {
      if (end + HEADER_BYTES > frame.length) return this.#drop(frame, end, `packet ${i + 1} of ${packets} is missing`)
      const next = end + HEADER_BYTES + u16(frame, end)
      if (next > frame.length) {
        return this.#drop(frame, end, `packet ${i + 1} of ${packets} says ${u16(frame, end)} bytes, too few are left`)
      }
      end = next
    }
    if (end !== frame.length) return this.#drop(frame, end, `bytes follow the last of ${packets} packets`)
    let at = HEADER_BYTES
    for (let i = 0; i < packets; i++) {
      const length = u16(frame, at)
      at += HEADER_BYTES
      counters.packets++
      this.#packet(frame, at, length, into)
      at += length
    }
    return undefined
  }

  #packet(frame: Uint8Array, at: number, length: number, into: FeedBatch): void {
    const { counters } = this
    if (length < LTP_BYTES) {
      counters.badPackets++
      return
    }
    const token = u32(frame, at)
    const segment = segmentOf(token)
    const mode = modeOf(length, segment)
    if (mode === 0) {
      counters.badPackets++
      return
    }
    const instrument = this.#tokens.instrument(token)
    if (instrument < 0) {
      counters.unknownInstruments++
      return
    }
    const units = unitsInPaisa(segment)
    const row = into.open()
    into.mode[row] = mode
    into.ticks.price[row] = price(frame, at + 4, units)
    if (mode === KiteMode.indexQuote || mode === KiteMode.indexFull) {
      const { day } = into
      day.high[row] = price(frame, at + 8, units)
      day.low[row] = price(frame, at + 12, units)
      day.open[row] = price(frame, at + 16, units)
      day.close[row] = price(frame, at + 20, units)
      if (mode === KiteMode.indexFull) into.ticks.eventTime[row] = u32(frame, at + 28) * 1_000
    } else if (mode !== KiteMode.ltp) {
      quote(frame, at, units, row, into)
      if (mode === KiteMode.full) {
        full(frame, at, units, row, into)
        into.ticks.eventTime[row] = u32(frame, at + 60) * 1_000
      }
    }
    into.commit(instrument, counters)
  }

  #drop(frame: Uint8Array, offset: number, problem: string): MalformedFrame {
    this.counters.droppedFrames++
    return new MalformedFrame({ protocol: "Kite ticker", length: frame.length, offset, problem })
  }
}

/** 0 for a length that the segment does not have. */
const modeOf = (length: number, segment: number): KiteMode | 0 => {
  if (length === LTP_BYTES) return KiteMode.ltp
  if (segment === KiteSegment.indices) {
    return length === INDEX_QUOTE_BYTES ? KiteMode.indexQuote : length === INDEX_FULL_BYTES ? KiteMode.indexFull : 0
  }
  return length === QUOTE_BYTES ? KiteMode.quote : length === FULL_BYTES ? KiteMode.full : 0
}

const price = (frame: Uint8Array, at: number, units: number): number =>
  units === 1 ? i32(frame, at) : Math.round(i32(frame, at) / units)

const quote = (frame: Uint8Array, at: number, units: number, row: number, into: FeedBatch): void => {
  const { day, ticks } = into
  ticks.lastQuantity[row] = quantity(u32(frame, at + 8))
  day.averagePrice[row] = price(frame, at + 12, units)
  ticks.volume[row] = u32(frame, at + 16)
  day.totalBuy[row] = u32(frame, at + 20)
  day.totalSell[row] = u32(frame, at + 24)
  day.open[row] = price(frame, at + 28, units)
  day.high[row] = price(frame, at + 32, units)
  day.low[row] = price(frame, at + 36, units)
  day.close[row] = price(frame, at + 40, units)
}

const full = (frame: Uint8Array, at: number, units: number, row: number, into: FeedBatch): void => {
  const { day, depth, ticks } = into
  day.lastTradeTime[row] = u32(frame, at + 44) * 1_000
  ticks.openInterest[row] = u32(frame, at + 48)
  day.openInterestHigh[row] = u32(frame, at + 52)
  day.openInterestLow[row] = u32(frame, at + 56)
  for (let level = 0; level < LEVELS; level++) {
    const bid = at + DEPTH_OFFSET + level * LEVEL_BYTES
    const ask = bid + LEVELS * LEVEL_BYTES
    depth.setBid(row, level, price(frame, bid + 4, units), quantity(u32(frame, bid)), u16(frame, bid + 8))
    depth.setAsk(row, level, price(frame, ask + 4, units), quantity(u32(frame, ask)), u16(frame, ask + 8))
  }
  into.touchFromDepth(row)
}
