/** One day of everything, out of blocks and live rows. Pure. */
import {
  type CandleColumns,
  candleColumns,
  copyColumns,
  mergeColumns,
  sliceColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import { runsIn } from "./Block.ts"
import { decodeRun, runInstrument, runLength } from "./CandleRun.ts"

/** Instrument `i` has rows `[starts[i], starts[i + 1])` of the candles; their order means nothing. */
export interface DayRows {
  readonly instruments: ReadonlyArray<number>
  readonly starts: Int32Array
  readonly candles: CandleColumns
}

export const dayRows = (
  blocks: ReadonlyArray<Uint32Array>,
  live: ReadonlyMap<number, CandleColumns>
): DayRows => {
  const runs = blocks.flatMap((words) => runsIn(words).map((at) => ({ at, words, of: runInstrument(words, at) })))
  const packed = new Set(live.size === 0 ? [] : runs.map(({ of }) => of))
  const onlyLive = Array.from(live).filter(([instrument]) => !packed.has(instrument))
  let most = 0
  for (const { at, words } of runs) most += runLength(words, at)
  for (const { length } of live.values()) most += length
  const candles = candleColumns(most)
  const starts = new Int32Array(runs.length + onlyLive.length + 1)
  const instruments: Array<number> = []
  let row = 0
  const take = (instrument: number, columns: CandleColumns) => {
    copyColumns(columns, candles, row)
    row += columns.length
    instruments.push(instrument)
    starts[instruments.length] = row
  }
  for (const { at, of, words } of runs) {
    const over = live.get(of)
    if (over === undefined) {
      row += decodeRun(words, at, candles, row)
      instruments.push(of)
      starts[instruments.length] = row
    } else {
      const under = candleColumns(runLength(words, at))
      decodeRun(words, at, under, 0)
      take(of, mergeColumns(under, over))
    }
  }
  for (const [instrument, columns] of onlyLive) take(instrument, columns)
  return { instruments, starts, candles: sliceColumns(candles, 0, row) }
}
