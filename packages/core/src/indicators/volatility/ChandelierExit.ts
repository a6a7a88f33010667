import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as RollingExtreme from "../windows/RollingExtreme.ts"
import * as Atr from "./Atr.ts"

/** Chandelier exit (Le Beau), with the ATR of TA-Lib. */
export const indicator = defineIndicator({
  name: "ChandelierExit",
  title: "Chandelier exit",
  group: "volatility",
  formula:
    "long = highest high of `period` - multiplier * ATR(period); short = lowest low of `period` + multiplier * " +
    "ATR(period). Le Beau, with TA-Lib's ATR.",
  parameters: Schema.Struct({
    period: Parameter.period(22),
    multiplier: Parameter.number(3, { minimum: 0.1, maximum: 100 }, "Average true ranges from the extreme")
  }),
  reads: ["high", "low", "close"],
  outputs: ["long", "short"],
  warmup: ({ period }) => period,
  initial: ({ multiplier, period }) => ({
    multiplier,
    range: Atr.initial(period),
    high: RollingExtreme.initial(period, "highest"),
    low: RollingExtreme.initial(period, "lowest")
  }),
  update: (state, { close, high, low }, out) => {
    const away = state.multiplier * Atr.next(state.range, high, low, close)
    // The ATR has a value later than the windows are full, and makes both NaN until then.
    out[0] = RollingExtreme.push(state.high, high) - away
    out[1] = RollingExtreme.push(state.low, low) + away
  }
})
