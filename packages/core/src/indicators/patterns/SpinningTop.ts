import { definePattern } from "./CandlePattern.ts"
import { body, color, isShortBody, lowerShadow, upperShadow } from "./CandleWindow.ts"

/** Spinning top, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLSPINNINGTOP",
  title: "Spinning top",
  formula: "A short body with both shadows longer than it; its colour decides.",
  warmup: 10,
  found: (w) => isShortBody(w, 0) && upperShadow(w, 0) > body(w, 0) && lowerShadow(w, 0) > body(w, 0) ? color(w, 0) : 0
})
