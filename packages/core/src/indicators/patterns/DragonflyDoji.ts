import { definePattern } from "./CandlePattern.ts"
import { isDoji, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

/** Dragonfly doji, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLDRAGONFLYDOJI",
  title: "Dragonfly doji",
  formula: "A doji without upper shadow but with a lower one.",
  warmup: 10,
  found: (w) => isDoji(w, 0) && upperShadow(w, 0) < trifle(w, 0) && lowerShadow(w, 0) > trifle(w, 0) ? 1 : 0
})
