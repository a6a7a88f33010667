import { definePattern } from "./CandlePattern.ts"
import { bodyBottom, bodyTop, close, color } from "./CandleWindow.ts"

/** Three outside up or down, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDL3OUTSIDE",
  title: "Three outside up or down",
  formula: "An engulfing body, confirmed by a close beyond it.",
  warmup: 3,
  found: (w) =>
    color(w, 1) !== color(w, 2) && bodyTop(w, 1) > bodyTop(w, 2) && bodyBottom(w, 1) < bodyBottom(w, 2) &&
      (color(w, 1) > 0 ? close(w, 0) > close(w, 1) : close(w, 0) < close(w, 1))
      ? color(w, 1)
      : 0
})
