/** Memory of an engine that runs for ten trading days: per instrument, and whether it grows. */
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { collectGarbage } from "./collectGarbage.ts"
import type { Figure } from "./Figure.ts"
import { kernelWithStrategy } from "./fullPath.ts"
import { generate } from "./market.ts"

const DAYS = ["01", "02", "03", "04", "07", "08", "09", "10", "11", "14"]
const TICKS_A_DAY = 400_000

const used = (): number => {
  collectGarbage()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

export const memory = (): ReadonlyArray<Figure> => {
  const before = used()
  const first = generate(1_000)
  const kernel = kernelWithStrategy(first)
  const after: Array<number> = []
  for (const day of DAYS) {
    // What is listed differs a little from day to day; the engine only sees indices.
    const market = generate(TICKS_A_DAY, `2026-09-${day}`)
    for (const frame of market.frames) {
      kernel.batch(frame)
      kernel.takeDecisions()
    }
    const hours = new TradingHours(plainHours).of("cash").day(kernel.now)
    if (hours !== undefined) kernel.finish(hours.close)
    after.push(used() - before)
  }
  const bytes = after.at(-1) ?? 0
  const size = kernel.instruments.size
  // From the third day on everything bounded is full; least squares over what follows.
  const tail = after.slice(2)
  const mean = tail.reduce((sum, value) => sum + value, 0) / tail.length
  const middle = (tail.length - 1) / 2
  const slope = tail.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) /
    tail.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)
  return [{
    what: `Memory after ${DAYS.length} days, ${size} instruments with a strategy each`,
    measured: `${(bytes / size / 1_024).toFixed(0)} KB an instrument`,
    yardstick: `day 3: ${((after[2] ?? 0) / size / 1_024).toFixed(0)} KB`,
    ratio: (bytes / (after[2] ?? bytes)).toFixed(2),
    goal: "flat",
    met: undefined
  }, {
    what: "Slope of memory over days 3 to 10",
    measured: `${(slope / 1_024).toFixed(0)} KB a day`,
    yardstick: `${(mean / 1_048_576).toFixed(1)} MB in use`,
    ratio: (slope / mean).toFixed(4),
    goal: "< 0.01 a day",
    met: slope / mean < 0.01
  }]
}
