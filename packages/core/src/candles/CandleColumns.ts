/**
 * One-minute candles of one instrument as columns, ascending by minute: the shape in which the archive gives and takes
 * them. Numbers of 32 bits, so that years of the whole market fit into memory.
 */
export interface CandleColumns {
  readonly length: number
  /** Start of the candle, minutes since 1970-01-01T00:00Z. */
  readonly minute: Int32Array
  /** Paise. */
  readonly open: Int32Array
  readonly high: Int32Array
  readonly low: Int32Array
  readonly close: Int32Array
  /** Traded quantity inside the candle. */
  readonly volume: Uint32Array
  /** At the candle's end; 0 when it is not known or there is none. */
  readonly openInterest: Uint32Array
}

export const candleColumns = (length: number): CandleColumns => ({
  length,
  minute: new Int32Array(length),
  open: new Int32Array(length),
  high: new Int32Array(length),
  low: new Int32Array(length),
  close: new Int32Array(length),
  volume: new Uint32Array(length),
  openInterest: new Uint32Array(length)
})

/** Bytes that one candle takes in memory. */
export const CANDLE_BYTES = 28

/** Rows `[from, to)`, without a copy. */
export const sliceColumns = (columns: CandleColumns, from: number, to: number): CandleColumns => ({
  length: to - from,
  minute: columns.minute.subarray(from, to),
  open: columns.open.subarray(from, to),
  high: columns.high.subarray(from, to),
  low: columns.low.subarray(from, to),
  close: columns.close.subarray(from, to),
  volume: columns.volume.subarray(from, to),
  openInterest: columns.openInterest.subarray(from, to)
})

/** Writes `source` into `target` from row `at` on. */
export const copyColumns = (source: CandleColumns, target: CandleColumns, at: number): void => {
  const { length } = source
  target.minute.set(source.minute.subarray(0, length), at)
  target.open.set(source.open.subarray(0, length), at)
  target.high.set(source.high.subarray(0, length), at)
  target.low.set(source.low.subarray(0, length), at)
  target.close.set(source.close.subarray(0, length), at)
  target.volume.set(source.volume.subarray(0, length), at)
  target.openInterest.set(source.openInterest.subarray(0, length), at)
}

/** A copy of those rows, in that order. */
export const rowsOf = (columns: CandleColumns, rows: ReadonlyArray<number>): CandleColumns => {
  const picked = candleColumns(rows.length)
  rows.forEach((row, at) => {
    const one = sliceColumns(columns, row, row + 1)
    copyColumns(one, picked, at)
  })
  return picked
}

/** The first row that starts at the minute or later. */
export const rowAt = ({ length, minute }: CandleColumns, from: number): number => {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    // Inside the column by construction.
    if (minute[middle]! < from) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Both, ascending; where both have a minute, the one of `over` stands. Both must be ascending without repeated minutes.
 */
export const mergeColumns = (under: CandleColumns, over: CandleColumns): CandleColumns => {
  if (under.length === 0) return over
  if (over.length === 0) return under
  const merged = candleColumns(under.length + over.length)
  let a = 0
  let b = 0
  let n = 0
  while (a < under.length || b < over.length) {
    // Each is read only below its length.
    const left = a < under.length ? under.minute[a]! : Infinity
    const right = b < over.length ? over.minute[b]! : Infinity
    if (right <= left) {
      copyRow(over, b++, merged, n++)
      if (left === right) a++
    } else copyRow(under, a++, merged, n++)
  }
  return sliceColumns(merged, 0, n)
}

export const copyRow = (source: CandleColumns, from: number, target: CandleColumns, to: number): void => {
  // The caller names rows that both have.
  target.minute[to] = source.minute[from]!
  target.open[to] = source.open[from]!
  target.high[to] = source.high[from]!
  target.low[to] = source.low[from]!
  target.close[to] = source.close[from]!
  target.volume[to] = source.volume[from]!
  target.openInterest[to] = source.openInterest[from]!
}
