import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as PreviousSession from "./PreviousSession.ts"

/** Central pivot range of the session before (IST day). */
export const indicator = defineIndicator({
  name: "CPR",
  title: "Central pivot range",
  group: "session",
  formula:
    "Of high, low and close of the session before: pivot = (high + low + close) / 3; the range lies between (high + " +
    "low) / 2 and its mirror image at the pivot, top being the higher of the two; width in percent of the pivot. " +
    "Ochoa.",
  parameters: Schema.Struct({}),
  reads: ["start", "high", "low", "close"],
  outputs: ["pivot", "top", "bottom", "width"],
  warmup: () => 1,
  initial: () => PreviousSession.initial(),
  update: (state, { close, high, low, start }, out) => {
    if (!PreviousSession.next(state, start, high, low, close)) {
      out.fill(Number.NaN)
      return
    }
    const pivot = (state.previousHigh + state.previousLow + state.previousClose) / 3
    const middle = (state.previousHigh + state.previousLow) / 2
    const mirrored = 2 * pivot - middle
    out[0] = pivot
    out[1] = Math.max(middle, mirrored)
    out[2] = Math.min(middle, mirrored)
    out[3] = pivot === 0 ? Number.NaN : 100 * Math.abs(mirrored - middle) / pivot
  }
})
