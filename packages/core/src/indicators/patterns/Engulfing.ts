import { definePattern } from "./CandlePattern.ts"
import { bodyBottom, bodyTop, type CandleWindow, color } from "./CandleWindow.ts"

const found = (w: CandleWindow): number => {
  const above = bodyTop(w, 0) - bodyTop(w, 1)
  const below = bodyBottom(w, 1) - bodyBottom(w, 0)
  if (color(w, 0) === color(w, 1) || above < 0 || below < 0 || above + below === 0) return 0
  return above > 0 && below > 0 ? color(w, 0) : 0.8 * color(w, 0)
}

/** Engulfing, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLENGULFING",
  title: "Engulfing",
  formula: "A body that reaches beyond both ends of the opposite body before it; 80 when one end is the same.",
  warmup: 2,
  found
})
