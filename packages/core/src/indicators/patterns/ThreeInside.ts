import { definePattern } from "./CandlePattern.ts"
import { bodyBottom, bodyTop, close, color, isLongBody, isSmallBody, open } from "./CandleWindow.ts"

/** Three inside up or down, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDL3INSIDE",
  title: "Three inside up or down",
  formula: "A harami, confirmed by a close beyond the first body's open.",
  warmup: 12,
  found: (w) =>
    isLongBody(w, 2) && isSmallBody(w, 1) && bodyTop(w, 1) < bodyTop(w, 2) && bodyBottom(w, 1) > bodyBottom(w, 2) &&
      color(w, 0) !== color(w, 2) && (color(w, 2) > 0 ? close(w, 0) < open(w, 2) : close(w, 0) > open(w, 2))
      ? -color(w, 2)
      : 0
})
