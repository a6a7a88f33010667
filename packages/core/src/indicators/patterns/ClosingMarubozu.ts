import { definePattern } from "./CandlePattern.ts"
import { color, isLongBody, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

/** Closing marubozu, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLCLOSINGMARUBOZU",
  title: "Closing marubozu",
  formula: "A long body that closes at the end of its range; its colour decides.",
  warmup: 10,
  found: (w) =>
    isLongBody(w, 0) && (color(w, 0) > 0 ? upperShadow(w, 0) : lowerShadow(w, 0)) < trifle(w, 0)
      ? color(w, 0)
      : 0
})
