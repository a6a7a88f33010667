import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as Delay from "../windows/Delay.ts"

export type State = Delay.Delay

export const initial = (period: number): State => Delay.initial(period)

/** Percent by which the value exceeds that of `period` values ago; 0 where that was 0. NaN while there is none. */
export const next = (state: State, value: number): number => {
  const past = Delay.next(state, value)
  return past === 0 ? 0 : 100 * (value / past - 1)
}

/** Rate of change in percent, as in TA-Lib. */
export const indicator = defineIndicator({
  name: "ROC",
  title: "Rate of change",
  group: "momentum",
  formula: "100 * (close / close `period` ago - 1); 0 where that was 0. TA-Lib.",
  parameters: Schema.Struct({ period: Parameter.period(10) }),
  reads: ["close"],
  outputs: ["roc"],
  warmup: ({ period }) => period,
  initial: ({ period }) => initial(period),
  update: (state, { close }, out) => {
    out[0] = next(state, close)
  }
})
