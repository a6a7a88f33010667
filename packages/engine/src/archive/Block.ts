/**
 * A block: runs of candles behind each other, as they lie in a row of SQL. A block of a month holds one instrument's days,
 * a block of a day one day's instruments. Pure; see `CandleRun` for the bytes.
 */
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { runLength, runWords } from "./CandleRun.ts"
import { packRuns } from "./kernel/packRuns.ts"
import { unpackRuns } from "./kernel/unpackRuns.ts"

/** The words of a block as SQL gave it. Its checksum must have been verified. */
export const wordsOf = (bytes: Uint8Array): Uint32Array => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2)
}

/** Where each run begins, in order. */
export const runsIn = (words: Uint32Array): ReadonlyArray<number> => {
  const runs: Array<number> = []
  for (let at = 0; at < words.length; at += runWords(words, at)) runs.push(at)
  return runs
}

/** Candles in a block as SQL gave it. */
export const candlesIn = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let candles = 0
  for (let at = 0; at < bytes.byteLength;) {
    const words = view.getUint16(at + 8, true)
    if (words === 0) return NaN
    candles += view.getUint16(at + 4, true)
    at += words * 4
  }
  return candles
}

/** A month as a number that counts on: of an Indian day. */
export const monthOfDay = (day: number): number => {
  const date = new Date(day * 86_400_000)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** First day of a month. */
export const firstDayOf = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12) / 86_400_000

/** Packs blocks one after the other into one buffer that grows, so that a statement's blocks travel as one value. */
export class BlockWriter {
  #words: Uint32Array
  #end = 0

  constructor(words = 1 << 10) {
    this.#words = new Uint32Array(words)
  }

  /** Bytes packed so far. */
  get bytes(): number {
    return this.#end * 4
  }

  /** All that was packed; valid until the next write. */
  take(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.#end * 4)
  }

  clear(): void {
    this.#end = 0
  }

  /** Appends the candles, a run for each Indian day. */
  write(instrument: number, candles: CandleColumns): void {
    packRuns(instrument, candles, (runs) => this.append(runs))
  }

  /** Appends runs as they are. */
  append(runs: Uint32Array): void {
    this.#reserve(runs.length)
    this.#words.set(runs, this.#end)
    this.#end += runs.length
  }

  #reserve(words: number): void {
    if (this.#end + words <= this.#words.length) return
    const grown = new Uint32Array(Math.max(this.#words.length * 2, this.#end + words))
    grown.set(this.#words.subarray(0, this.#end))
    this.#words = grown
  }
}

/** All candles of a block of one instrument. */
export const decodeBlock = (words: Uint32Array, candles: number): CandleColumns => {
  const columns = candleColumns(candles)
  unpackRuns(words, columns, 0)
  return columns
}

/** The last candles of a block, at least `wanted` when it has them: only the days that they lie in are unpacked. */
export const decodeTail = (words: Uint32Array, wanted: number): CandleColumns => {
  const runs = runsIn(words)
  let first = runs.length
  let count = 0
  while (first > 0 && count < wanted) count += runLength(words, runs[--first]!)
  return decodeBlock(words.subarray(runs[first] ?? words.length), count)
}
