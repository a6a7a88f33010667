/**
 * Runs an indicator: candle by candle with {@link advance}, over columns with {@link compute}; the bits are the same.
 */
import { type AnyIndicator, type Bar, type BarColumns, type Field, isUsable, LARGEST } from "./Indicator.ts"

/**
 * Takes one closed candle. A candle that lacks a usable number in a field that the indicator reads gives no values and
 * leaves the state as it was, as if it had not been.
 */
export const advance = (indicator: AnyIndicator, state: unknown, bar: Bar, out: Float64Array): void => {
  const { reads } = indicator
  for (let i = 0; i < reads.length; i++) {
    // In range by the loop.
    if (!isUsable(bar[reads[i]!])) {
      out.fill(Number.NaN)
      return
    }
  }
  indicator.update(state, bar, out)
}

/**
 * Runs over all rows and answers one column per output; the state goes on from where it stood and can be used further.
 */
export const compute = (
  indicator: AnyIndicator,
  state: unknown,
  columns: BarColumns
): ReadonlyArray<Float64Array> => {
  const outputs = indicator.outputs.map(() => new Float64Array(columns.length))
  if (indicator.batch === undefined) runRows(indicator, state, columns, outputs)
  else indicator.batch(state, columns, outputs)
  return outputs
}

const runRows = (
  indicator: AnyIndicator,
  state: unknown,
  columns: BarColumns,
  outputs: ReadonlyArray<Float64Array>
): void => {
  const row = new Float64Array(outputs.length)
  const bar = { start: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 }
  const unusable = unusableRows(columns, indicator.reads)
  for (let i = 0; i < columns.length; i++) {
    // Every column has `length` rows and `row` a place per output, so none of these reads can miss.
    bar.start = columns.start[i]!
    bar.open = columns.open[i]!
    bar.high = columns.high[i]!
    bar.low = columns.low[i]!
    bar.close = columns.close[i]!
    bar.volume = columns.volume[i]!
    if (unusable?.[i] === 1) row.fill(Number.NaN)
    else indicator.update(state, bar, row)
    for (let k = 0; k < row.length; k++) outputs[k]![i] = row[k]!
  }
}

/** One flag a row; `undefined` when all can be used, which is the rule. */
const unusableRows = (columns: BarColumns, reads: ReadonlyArray<Field>): Uint8Array | undefined => {
  let flags: Uint8Array | undefined
  for (const field of reads) {
    const column = columns[field]
    for (let i = 0; i < columns.length; i++) {
      // In range by the loop; written so that NaN counts as too large.
      if (!(Math.abs(column[i]!) <= LARGEST)) {
        flags ??= new Uint8Array(columns.length)
        flags[i] = 1
      }
    }
  }
  return flags
}

/** Columns for that many candles, to be filled. */
export const barColumns = (length: number): BarColumns => ({
  length,
  start: new Float64Array(length),
  open: new Float64Array(length),
  high: new Float64Array(length),
  low: new Float64Array(length),
  close: new Float64Array(length),
  volume: new Float64Array(length)
})

/** The candles as columns. */
export const columnsOf = (bars: ReadonlyArray<Bar>): BarColumns => {
  const columns = barColumns(bars.length)
  bars.forEach((bar, i) => {
    columns.start[i] = bar.start
    columns.open[i] = bar.open
    columns.high[i] = bar.high
    columns.low[i] = bar.low
    columns.close[i] = bar.close
    columns.volume[i] = bar.volume
  })
  return columns
}

/** Rows `from` to `to` (exclusive) of the columns, sharing their memory. */
export const sliceColumns = (columns: BarColumns, from: number, to: number): BarColumns => ({
  length: to - from,
  start: columns.start.subarray(from, to),
  open: columns.open.subarray(from, to),
  high: columns.high.subarray(from, to),
  low: columns.low.subarray(from, to),
  close: columns.close.subarray(from, to),
  volume: columns.volume.subarray(from, to)
})
