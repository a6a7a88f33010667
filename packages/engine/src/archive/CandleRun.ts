/**
 * The archive's unit of storage: the one-minute candles of one instrument on one Indian day, packed. A block is runs behind
 * each other; because a run needs nothing outside itself, a block of a month and a block of a day hold the same bytes in a
 * different order, and one is made from the other without unpacking.
 *
 * Layout, 32-bit words, little-endian:
 *
 *     0      instrument
 *     1      day (days since 1970-01-01, IST) << 16 | candles
 *     2      minute of the day of the first candle << 16 | words of the run
 *     3      divisor of all prices
 *     4      first open / divisor
 *     5      first open interest
 *     6 …    width in bits, a byte for each column of each frame, frame by frame
 *     …      values: frame by frame, column by column, each bit-packed from a new word on, lowest bit first
 *
 * A frame is 64 candles. The seven columns are minutes since the candle before less one; zigzag of open less the close
 * before; zigzag of close less open; high less the larger of open and close; the smaller of them less low; volume; zigzag of
 * open interest less the one before. All arithmetic is modulo 2^32, so whatever fits into 32 bits comes back as it was,
 * also candles that contradict themselves. Prices are divided by their greatest common divisor, usually the tick.
 *
 * Why not a general compressor: this unpacks ten times as fast as delta, varint and zstd in about the same space
 * (docs/performance.md), and is the same bytes on PGlite and on a server. Packing is here, unpacking in
 * `kernel/unpackRuns.ts`.
 */
import { type CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"

const HEADER = 6
const FRAME = 64
const COLUMNS = 7

/** Candles that a run can hold: the minutes of a day. */
export const RUN_MOST = 1_440

/** Words that a run of so many candles has at most. */
export const runWordsAtMost = (candles: number): number =>
  HEADER + widthWords(candles) + COLUMNS * Math.ceil(candles / FRAME) * FRAME

const IST_MINUTES = 330
const DAY_MINUTES = 1_440

/** Indian day of a minute since 1970 UTC. */
export const dayOfMinute = (minute: number): number => Math.floor((minute + IST_MINUTES) / DAY_MINUTES)

/** Minute since 1970 UTC at which an Indian day begins. */
export const firstMinuteOf = (day: number): number => day * DAY_MINUTES - IST_MINUTES

const widthWords = (candles: number): number => (Math.ceil(candles / FRAME) * COLUMNS + 3) >>> 2

// Scratch: encoding is synchronous, and no run is longer.
const scratch = Array.from({ length: COLUMNS }, () => new Uint32Array(RUN_MOST))

// Every index below is inside what the caller and the layout promise; a block's checksum was verified before it is read.

/**
 * Packs rows `[from, to)`, all of one Indian day, at most {@link RUN_MOST}, into `words` from `at` on. Answers where the
 * run ends.
 */
export const encodeRun = (
  instrument: number,
  rows: CandleColumns,
  from: number,
  to: number,
  words: Uint32Array,
  at: number
): number => {
  const { close, high, low, minute, open, openInterest, volume } = rows
  const count = to - from
  const day = dayOfMinute(minute[from]!)
  const [gaps, opens, bodies, uppers, lowers, volumes, interests] = scratch
  const divisor = commonDivisor(rows, from, to)
  const firstOpen = (open[from]! / divisor) | 0
  let lastMinute = minute[from]! - 1
  let lastClose = firstOpen
  let lastInterest = openInterest[from]!
  for (let i = 0, row = from; row < to; i++, row++) {
    const o = (open[row]! / divisor) | 0
    const c = (close[row]! / divisor) | 0
    const step = (o - lastClose) | 0
    const body = (c - o) | 0
    const interest = (openInterest[row]! - lastInterest) | 0
    gaps![i] = minute[row]! - lastMinute - 1
    opens![i] = (step << 1) ^ (step >> 31)
    bodies![i] = (body << 1) ^ (body >> 31)
    uppers![i] = (((high[row]! / divisor) | 0) - (o > c ? o : c)) | 0
    lowers![i] = ((o < c ? o : c) - ((low[row]! / divisor) | 0)) | 0
    volumes![i] = volume[row]!
    interests![i] = (interest << 1) ^ (interest >> 31)
    lastMinute = minute[row]!
    lastClose = c
    lastInterest = openInterest[row]!
  }
  const widthsAt = (at + HEADER) * 4
  const bytes = new Uint8Array(words.buffer, words.byteOffset)
  words.fill(0, at + HEADER, at + HEADER + widthWords(count))
  let end = at + HEADER + widthWords(count)
  let width = widthsAt
  for (let start = 0; start < count; start += FRAME) {
    const stop = Math.min(start + FRAME, count)
    for (let column = 0; column < COLUMNS; column++) {
      const values = scratch[column]!
      let union = 0
      for (let i = start; i < stop; i++) union |= values[i]!
      const bits = 32 - Math.clz32(union)
      bytes[width++] = bits
      end = pack(values, start, stop, bits, words, end)
    }
  }
  words[at] = instrument
  words[at + 1] = ((day << 16) | count) >>> 0
  words[at + 2] = (((minute[from]! - firstMinuteOf(day)) << 16) | (end - at)) >>> 0
  words[at + 3] = divisor
  words[at + 4] = firstOpen
  words[at + 5] = openInterest[from]!
  return end
}

const pack = (
  values: Uint32Array,
  start: number,
  stop: number,
  bits: number,
  words: Uint32Array,
  at: number
): number => {
  if (bits === 0) return at
  let word = 0
  let filled = 0
  for (let i = start; i < stop; i++) {
    const value = values[i]!
    word |= value << filled
    filled += bits
    if (filled >= 32) {
      words[at++] = word
      filled -= 32
      // A shift by 32 would be a shift by 0.
      word = filled === 0 ? 0 : value >>> (bits - filled)
    }
  }
  if (filled > 0) words[at++] = word
  return at
}

/** Greatest common divisor of all prices; 1 when they have none, are all zero, or one is below zero. */
const commonDivisor = ({ close, high, low, open }: CandleColumns, from: number, to: number): number => {
  let divisor = 0
  for (let row = from; row < to; row++) {
    const o = open[row]!
    const h = high[row]!
    const l = low[row]!
    const c = close[row]!
    if (o < 0 || h < 0 || l < 0 || c < 0) return 1
    if (divisor === 0) divisor = gcd(gcd(o, h), gcd(l, c))
    else if (o % divisor !== 0 || h % divisor !== 0 || l % divisor !== 0 || c % divisor !== 0) {
      divisor = gcd(divisor, gcd(gcd(o, h), gcd(l, c)))
    }
    if (divisor === 1) return 1
  }
  return divisor === 0 ? 1 : divisor
}

const gcd = (a: number, b: number): number => {
  while (b !== 0) {
    const rest = a % b
    a = b
    b = rest
  }
  return a
}

export const runInstrument = (words: Uint32Array, at: number): number => words[at]!
export const runDay = (words: Uint32Array, at: number): number => words[at + 1]! >>> 16
export const runLength = (words: Uint32Array, at: number): number => words[at + 1]! & 0xffff
/** Words of the run: the next one begins behind them. */
export const runWords = (words: Uint32Array, at: number): number => words[at + 2]! & 0xffff
