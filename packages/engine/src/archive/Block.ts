/**
 * A block: runs of candles behind each other, as they lie in a row of SQL. A block of a month holds one instrument's days,
 * a block of a day one day's instruments. Pure; see `CandleRun` for the bytes.
 */
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { dayOfMinute, encodeRun, runLength, runWords, runWordsAtMost } from "./CandleRun.ts"
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

  constructor(words = 1 << 16) {
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
  write(instrument: number, rows: CandleColumns): void {
    const to = rows.length
    let start = 0
    while (start < to) {
      // Rows are ascending: a day's rows lie together.
      const day = dayOfMinute(rows.minute[start]!)
      let stop = start + 1
      while (stop < to && dayOfMinute(rows.minute[stop]!) === day) stop++
      this.#reserve(runWordsAtMost(stop - start))
      this.#end = encodeRun(instrument, rows, start, stop, this.#words, this.#end)
      start = stop
    }
  }

  /** Appends a run as it is. */
  append(run: Uint32Array): void {
    this.#reserve(run.length)
    this.#words.set(run, this.#end)
    this.#end += run.length
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
