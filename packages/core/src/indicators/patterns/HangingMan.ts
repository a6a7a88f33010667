import { definePattern } from "./CandlePattern.ts"
import { body, bodyBottom, high, isShortBody, lowerShadow, near, trifle, upperShadow } from "./CandleWindow.ts"

/** Hanging man, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLHANGINGMAN",
  title: "Hanging man",
  formula: "The shape of a hammer, near or above the high before.",
  warmup: 11,
  found: (w) =>
    isShortBody(w, 0) && lowerShadow(w, 0) > body(w, 0) && upperShadow(w, 0) < trifle(w, 0) &&
      bodyBottom(w, 0) >= high(w, 1) - near(w, 1)
      ? -1
      : 0
})
