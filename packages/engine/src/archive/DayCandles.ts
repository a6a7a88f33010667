/** One day of everything, out of blocks and live rows. Pure. */
import {
  type CandleColumns,
  candleColumns,
  copyColumns,
  mergeColumns,
  sliceColumns
} from "@keepgaining/core/candles/CandleColumns.ts"
import { runsIn } from "./Block.ts"
import { runInstrument, runLength } from "./CandleRun.ts"
import { unpackRuns } from "./kernel/unpackRuns.ts"

/** Instrument `i` has rows `[starts[i], starts[i + 1])` of the candles; their order means nothing. */
export interface DayRows {
  readonly instruments: ReadonlyArray<number>
  readonly starts: Int32Array
  readonly candles: CandleColumns
}

export const dayRows = (blocks: ReadonlyArray<Uint32Array>, live: ReadonlyMap<number, CandleColumns>): DayRows => {
  const instruments: Array<number> = []
  const starts = [0]
  let end = 0
  for (const words of blocks) {
    for (const at of runsIn(words)) {
      instruments.push(runInstrument(words, at))
      starts.push(end += runLength(words, at))
    }
  }
  const candles = candleColumns(end)
  let row = 0
  for (const words of blocks) row = unpackRuns(words, candles, row)
  const packed = { instruments, starts: Int32Array.from(starts), candles }
  return live.size === 0 ? packed : withLive(packed, live)
}

const withLive = (packed: DayRows, live: ReadonlyMap<number, CandleColumns>): DayRows => {
  const known = new Set(packed.instruments)
  const onlyLive = Array.from(live).filter(([instrument]) => !known.has(instrument))
  let most = packed.candles.length
  for (const { length } of live.values()) most += length
  const candles = candleColumns(most)
  const instruments: Array<number> = []
  const starts = new Int32Array(packed.instruments.length + onlyLive.length + 1)
  let row = 0
  const take = (instrument: number, columns: CandleColumns) => {
    copyColumns(columns, candles, row)
    row += columns.length
    instruments.push(instrument)
    starts[instruments.length] = row
  }
  packed.instruments.forEach((instrument, i) => {
    const under = sliceColumns(packed.candles, packed.starts[i] ?? 0, packed.starts[i + 1] ?? 0)
    const over = live.get(instrument)
    take(instrument, over === undefined ? under : mergeColumns(under, over))
  })
  for (const [instrument, columns] of onlyLive) take(instrument, columns)
  return { instruments, starts, candles: sliceColumns(candles, 0, row) }
}
