import { definePattern } from "./CandlePattern.ts"
import { type CandleWindow, color, high, isLongBody, low, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

const isMarubozu = (w: CandleWindow, back: number): boolean =>
  isLongBody(w, back) && upperShadow(w, back) < trifle(w, back) && lowerShadow(w, back) < trifle(w, back)

/** Kicking, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLKICKING",
  title: "Kicking",
  formula: "Two marubozu of opposite colours with a gap between them; the second decides.",
  warmup: 11,
  found: (w) =>
    color(w, 0) !== color(w, 1) && isMarubozu(w, 1) && isMarubozu(w, 0) &&
      (color(w, 1) < 0 ? low(w, 0) > high(w, 1) : high(w, 0) < low(w, 1))
      ? color(w, 0)
      : 0
})
