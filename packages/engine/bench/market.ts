/** A generated trading day in memory: what the benchmarks feed on, so that they need no file. */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as SimulatedExchange from "@keepgaining/engine/feeds/simulated/SimulatedExchange.ts"
import * as Universe from "@keepgaining/engine/feeds/simulated/Universe.ts"

/** Rows of one frame. */
const FRAME = 4_096

export interface Market {
  readonly instruments: InstrumentTable
  readonly frames: ReadonlyArray<TickBatch>
  readonly ticks: number
}

/** `activity` multiplies how many ticks a second there are. Frames from 09:15 IST of a fixed date on, until there are at least `ticks` of them or the day ends. */
export const generate = (ticks: number, date = "2026-09-01", activity = 1): Market => {
  const open = parseIst(`${date} 09:15:00`)
  if (open === undefined) throw new Error(`${date} is no date`)
  const universe = Universe.make(open, { activity })
  const state = SimulatedExchange.initial(7, open, universe)
  const frames: Array<TickBatch> = []
  let total = 0
  for (let until = open; total < ticks && until <= open + 22_500_000; until += 10_000 / activity) {
    for (let done = false; !done;) {
      const frame = new TickBatch(FRAME)
      done = SimulatedExchange.step(state, universe, frame, until)
      total += frame.length
      frames.push(frame)
    }
  }
  return { instruments: InstrumentTable.from(universe.instruments), frames, ticks: total }
}
