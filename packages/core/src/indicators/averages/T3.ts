import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as EmaChain from "./EmaChain.ts"

/**
 * T3, as in TA-Lib (Tillson 1998): the third, fourth, fifth and sixth EMA of a chain, weighted by the volume factor.
 */
export const indicator = defineIndicator({
  name: "T3",
  title: "Tillson's T3 moving average",
  group: "average",
  formula:
    "c1 e6 + c2 e5 + c3 e4 + c4 e3 of a chain of six EMAs; with the factor v: c1 = -v^3, c2 = 3v^2 + 3v^3, c3 = " +
    "-6v^2 - 3v - 3v^3, c4 = 1 + 3v + v^3 + 3v^2. TA-Lib (Tillson 1998).",
  parameters: Schema.Struct({
    period: Parameter.period(5),
    factor: Parameter.number(0.7, { minimum: 0, maximum: 1 }, "Volume factor: 0 is an EMA of EMAs, 1 is DEMA of DEMAs")
  }),
  reads: ["close"],
  outputs: ["t3"],
  warmup: ({ period }) => 6 * (period - 1),
  initial: ({ factor, period }) => ({ factor, chain: EmaChain.initial(period, 6) }),
  update: (state, { close }, out) => {
    const { chain, factor } = state
    if (!EmaChain.next(chain, close)) {
      out[0] = Number.NaN
      return
    }
    const square = factor * factor
    const cube = square * factor
    const c2 = 3 * (square + cube)
    const c3 = -6 * square - 3 * (factor + cube)
    const c4 = 1 + 3 * factor + cube + 3 * square
    // The chain has as many values as are read here.
    const [, , e3, e4, e5, e6] = chain.values
    out[0] = -cube * e6! + c2 * e5! + c3 * e4! + c4 * e3!
  }
})
