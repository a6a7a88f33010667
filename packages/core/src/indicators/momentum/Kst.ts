import * as Schema from "effect/Schema"
import * as Sma from "../averages/Sma.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RateOfChange from "./RateOfChange.ts"

interface Part {
  readonly change: RateOfChange.State
  readonly average: Sma.State
}

const part = (change: number, average: number): Part => ({
  change: RateOfChange.initial(change),
  average: Sma.initial(average)
})

const nextPart = ({ average, change }: Part, value: number): number => {
  const percent = RateOfChange.next(change, value)
  return Number.isNaN(percent) ? percent : Sma.next(average, percent)
}

/** Know sure thing (Pring 1992), as in TradingView. */
export const indicator = defineIndicator({
  name: "KST",
  title: "Know sure thing",
  group: "momentum",
  formula:
    "Sum of SMA(smoothN) of ROC(changeN), weighted 1 to 4; signal = SMA(signal) of it. TradingView (Pring 1992).",
  parameters: Schema.Struct({
    change1: Parameter.period(10, "Candles of the first rate of change"),
    change2: Parameter.period(15, "Candles of the second rate of change"),
    change3: Parameter.period(20, "Candles of the third rate of change"),
    change4: Parameter.period(30, "Candles of the fourth rate of change"),
    smooth1: Parameter.period(10, "Candles of the first smoothing"),
    smooth2: Parameter.period(10, "Candles of the second smoothing"),
    smooth3: Parameter.period(10, "Candles of the third smoothing"),
    smooth4: Parameter.period(15, "Candles of the fourth smoothing"),
    signal: Parameter.period(9, "Candles of the signal line")
  }),
  reads: ["close"],
  outputs: ["kst", "signal"],
  warmup: (p) =>
    Math.max(p.change1 + p.smooth1, p.change2 + p.smooth2, p.change3 + p.smooth3, p.change4 + p.smooth4) - 1 +
    p.signal - 1,
  initial: (p) => ({
    parts: [
      part(p.change1, p.smooth1),
      part(p.change2, p.smooth2),
      part(p.change3, p.smooth3),
      part(p.change4, p.smooth4)
    ],
    signal: Sma.initial(p.signal)
  }),
  update: (state, { close }, out) => {
    let kst = 0
    for (let i = 0; i < state.parts.length; i++) {
      // In range by the loop.
      kst += (i + 1) * nextPart(state.parts[i]!, close)
    }
    out[0] = kst
    out[1] = Number.isNaN(kst) ? kst : Sma.next(state.signal, kst)
  }
})
