import { definePattern } from "./CandlePattern.ts"
import { body, bodyBottom, isShortBody, low, lowerShadow, near, trifle, upperShadow } from "./CandleWindow.ts"

/** Hammer, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLHAMMER",
  title: "Hammer",
  formula: "A short body with a lower shadow longer than it, hardly an upper one, near or below the low before.",
  warmup: 11,
  found: (w) =>
    isShortBody(w, 0) && lowerShadow(w, 0) > body(w, 0) && upperShadow(w, 0) < trifle(w, 0) &&
      bodyBottom(w, 0) <= low(w, 1) + near(w, 1)
      ? 1
      : 0
})
