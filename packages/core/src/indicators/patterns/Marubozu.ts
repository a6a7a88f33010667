import { definePattern } from "./CandlePattern.ts"
import { color, isLongBody, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

/** Marubozu, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLMARUBOZU",
  title: "Marubozu",
  formula: "A long body without shadows; its colour decides.",
  warmup: 10,
  found: (w) =>
    isLongBody(w, 0) && upperShadow(w, 0) < trifle(w, 0) && lowerShadow(w, 0) < trifle(w, 0) ? color(w, 0) : 0
})
