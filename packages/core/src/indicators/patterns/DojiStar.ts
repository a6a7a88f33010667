import { definePattern } from "./CandlePattern.ts"
import { color, gapsDown, gapsUp, isDoji, isLongBody } from "./CandleWindow.ts"

/** Doji star, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLDOJISTAR",
  title: "Doji star",
  formula: "A long body, then a doji beyond a gap in its direction.",
  warmup: 11,
  found: (w) =>
    isLongBody(w, 1) && isDoji(w, 0) && (color(w, 1) > 0 ? gapsUp(w, 0) : gapsDown(w, 0))
      ? -color(w, 1)
      : 0
})
