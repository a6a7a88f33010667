import { definePattern } from "./CandlePattern.ts"
import { isDoji, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

/** Gravestone doji, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLGRAVESTONEDOJI",
  title: "Gravestone doji",
  formula: "A doji without lower shadow but with an upper one; TA-Lib tells it as 100.",
  warmup: 10,
  found: (w) => isDoji(w, 0) && lowerShadow(w, 0) < trifle(w, 0) && upperShadow(w, 0) > trifle(w, 0) ? 1 : 0
})
