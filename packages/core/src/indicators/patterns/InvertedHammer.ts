import { definePattern } from "./CandlePattern.ts"
import { body, gapsDown, isShortBody, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

/** Inverted hammer, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLINVERTEDHAMMER",
  title: "Inverted hammer",
  formula: "A short body with an upper shadow longer than it, hardly a lower one, after a gap down.",
  warmup: 11,
  found: (w) =>
    isShortBody(w, 0) && upperShadow(w, 0) > body(w, 0) && lowerShadow(w, 0) < trifle(w, 0) && gapsDown(w, 0) ? 1 : 0
})
