import { definePattern } from "./CandlePattern.ts"
import { body, type CandleWindow, close, color, high, isDoji, isLongBody, isSmallBody, low } from "./CandleWindow.ts"

const found = (w: CandleWindow): number => {
  const side = color(w, 0)
  if (!isLongBody(w, 2) || !isDoji(w, 1) || isSmallBody(w, 0) || color(w, 2) === side) return 0
  const apart = side > 0
    ? high(w, 1) < low(w, 2) && low(w, 0) > high(w, 1)
    : low(w, 1) > high(w, 2) && high(w, 0) < low(w, 1)
  return apart && side * (close(w, 0) - close(w, 2)) > body(w, 2) * 0.3 ? side : 0
}

/** Abandoned baby, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLABANDONEDBABY",
  title: "Abandoned baby",
  formula:
    "A long body, a doji that neither range touches, then an opposite body that closes more than 30 % into the " +
    "first.",
  warmup: 12,
  found
})
