import { definePattern } from "./CandlePattern.ts"
import { bodyBottom, bodyTop, type CandleWindow, color, isLongBody, isSmallBody } from "./CandleWindow.ts"

const found = (w: CandleWindow): number => {
  if (!isLongBody(w, 1) || !isSmallBody(w, 0)) return 0
  const above = bodyTop(w, 1) - bodyTop(w, 0)
  const below = bodyBottom(w, 0) - bodyBottom(w, 1)
  if (above < 0 || below < 0) return 0
  return above > 0 && below > 0 ? -color(w, 1) : -0.8 * color(w, 1)
}

/** Harami, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLHARAMI",
  title: "Harami",
  formula: "A small body inside the long one before it, which it turns against; 80 when they share an end.",
  warmup: 11,
  found
})
