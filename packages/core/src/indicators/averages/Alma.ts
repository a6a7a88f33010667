import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/**
 * Arnaud Legoux moving average, as in TradingView. Every candle costs `period` steps: the weights have no recurrence.
 */
export const indicator = defineIndicator({
  name: "ALMA",
  title: "Arnaud Legoux moving average",
  group: "average",
  formula:
    "Mean of the last `period` closes with the weights exp(-(i - m)^2 / (2 s^2)), i counting from the oldest, m = " +
    "offset * (period - 1), s = period / sigma. TradingView's ta.alma.",
  parameters: Schema.Struct({
    period: Parameter.period(9),
    offset: Parameter.number(0.85, { minimum: 0, maximum: 1 }, "Where the weights peak: 0 oldest, 1 newest candle"),
    sigma: Parameter.number(6, { minimum: 0.1, maximum: 100 }, "How narrow the peak is")
  }),
  reads: ["close"],
  outputs: ["alma"],
  warmup: ({ period }) => period - 1,
  initial: ({ offset, period, sigma }) => {
    const middle = offset * (period - 1)
    const width = period / sigma
    const raw = Array.from({ length: period }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * width * width)))
    const total = raw.reduce((sum, weight) => sum + weight, 0)
    return {
      weights: raw.map((weight) => weight / total),
      closes: Array.from({ length: period }, () => 0),
      at: 0,
      count: 0
    }
  },
  update: (state, { close }, out) => {
    const { closes, weights } = state
    const period = closes.length
    closes[state.at] = close
    state.at = (state.at + 1) % period
    if (state.count < period) state.count += 1
    if (state.count < period) {
      out[0] = Number.NaN
      return
    }
    let sum = 0
    // `at` is the oldest close; both indices stay below the period.
    for (let i = 0, from = state.at; i < period; i++, from = from + 1 === period ? 0 : from + 1) {
      sum += weights[i]! * closes[from]!
    }
    out[0] = sum
  }
})
