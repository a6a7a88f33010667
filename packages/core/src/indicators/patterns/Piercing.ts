import { definePattern } from "./CandlePattern.ts"
import { body, close, color, isLongBody, low, open } from "./CandleWindow.ts"

/** Piercing line, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLPIERCING",
  title: "Piercing line",
  formula:
    "Two long bodies, falling then rising: it opens below the low before and closes in the upper half of that body.",
  warmup: 11,
  found: (w) =>
    isLongBody(w, 1) && color(w, 1) < 0 && isLongBody(w, 0) && color(w, 0) > 0 && open(w, 0) < low(w, 1) &&
      close(w, 0) < open(w, 1) && close(w, 0) > close(w, 1) + body(w, 1) * 0.5
      ? 1
      : 0
})
