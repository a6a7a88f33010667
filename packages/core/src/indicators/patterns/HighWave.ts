import { definePattern } from "./CandlePattern.ts"
import { body, color, isShortBody, lowerShadow, upperShadow } from "./CandleWindow.ts"

/** High wave, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLHIGHWAVE",
  title: "High wave",
  formula: "A short body with both shadows longer than twice the body; its colour decides.",
  warmup: 10,
  found: (w) =>
    isShortBody(w, 0) && upperShadow(w, 0) > 2 * body(w, 0) && lowerShadow(w, 0) > 2 * body(w, 0)
      ? color(w, 0)
      : 0
})
