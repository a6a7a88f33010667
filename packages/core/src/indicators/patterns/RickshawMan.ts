import { definePattern } from "./CandlePattern.ts"
import { body, bodyBottom, bodyTop, isDoji, low, lowerShadow, near, range, upperShadow } from "./CandleWindow.ts"

/** Rickshaw man, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLRICKSHAWMAN",
  title: "Rickshaw man",
  formula: "A doji with two long shadows and its body near the middle of the range.",
  warmup: 10,
  found: (w) =>
    isDoji(w, 0) && lowerShadow(w, 0) > body(w, 0) && upperShadow(w, 0) > body(w, 0) &&
      bodyBottom(w, 0) <= low(w, 0) + range(w, 0) / 2 + near(w, 0) &&
      bodyTop(w, 0) >= low(w, 0) + range(w, 0) / 2 - near(w, 0)
      ? 1
      : 0
})
