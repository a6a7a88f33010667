import { definePattern } from "./CandlePattern.ts"
import { body, isDoji, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

/** Takuri, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLTAKURI",
  title: "Takuri",
  formula: "A dragonfly doji with a lower shadow longer than twice its body.",
  warmup: 10,
  found: (w) =>
    isDoji(w, 0) && upperShadow(w, 0) < trifle(w, 0) && lowerShadow(w, 0) > 2 * body(w, 0)
      ? 1
      : 0
})
