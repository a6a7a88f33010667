import { definePattern } from "./CandlePattern.ts"
import { body, gapsUp, isShortBody, lowerShadow, trifle, upperShadow } from "./CandleWindow.ts"

/** Shooting star, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLSHOOTINGSTAR",
  title: "Shooting star",
  formula: "A short body with an upper shadow longer than it, hardly a lower one, after a gap up.",
  warmup: 11,
  found: (w) =>
    isShortBody(w, 0) && upperShadow(w, 0) > body(w, 0) && lowerShadow(w, 0) < trifle(w, 0) && gapsUp(w, 0) ? -1 : 0
})
