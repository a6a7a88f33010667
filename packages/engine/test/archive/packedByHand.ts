/** Packing of a run number by number, as its layout is written down: what `kernel/packRuns.ts` is compared with. */
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { dayOfMinute, firstMinuteOf } from "../../src/archive/CandleRun.ts"

const HEADER = 6
const FRAME = 64
const COLUMNS = 7

const widthWords = (candles: number): number => (Math.ceil(candles / FRAME) * COLUMNS + 3) >>> 2

// Every index below is inside what the caller and the layout promise.

/** A run of rows `[from, to)`, all of one Indian day. */
const runOf = (instrument: number, rows: CandleColumns, from: number, to: number): Uint32Array => {
  const { close, high, low, minute, open, openInterest, volume } = rows
  const count = to - from
  const day = dayOfMinute(minute[from]!)
  const columns = Array.from({ length: COLUMNS }, () => new Uint32Array(count))
  const [gaps, opens, bodies, uppers, lowers, volumes, interests] = columns
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
  const words = new Uint32Array(HEADER + widthWords(count) + COLUMNS * Math.ceil(count / FRAME) * FRAME)
  const widths = new Uint8Array(words.buffer, HEADER * 4)
  let end = HEADER + widthWords(count)
  let width = 0
  for (let start = 0; start < count; start += FRAME) {
    const stop = Math.min(start + FRAME, count)
    for (const values of columns) {
      const bits = 32 - Math.clz32(values.subarray(start, stop).reduce((union, value) => union | value, 0))
      widths[width++] = bits
      end = pack(values, start, stop, bits, words, end)
    }
  }
  words[0] = instrument
  words[1] = (day << 16) | count
  words[2] = ((minute[from]! - firstMinuteOf(day)) << 16) | end
  words[3] = divisor
  words[4] = firstOpen
  words[5] = openInterest[from]!
  return words.slice(0, end)
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

/** A run for each Indian day. */
export const packedByHand = (instrument: number, rows: CandleColumns): ReadonlyArray<number> => {
  const all: Array<number> = []
  for (let start = 0; start < rows.length;) {
    let stop = start + 1
    while (stop < rows.length && dayOfMinute(rows.minute[stop]!) === dayOfMinute(rows.minute[start]!)) stop++
    all.push(...runOf(instrument, rows, start, stop))
    start = stop
  }
  return all
}
