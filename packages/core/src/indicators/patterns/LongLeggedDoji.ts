import { definePattern } from "./CandlePattern.ts"
import { body, isDoji, lowerShadow, upperShadow } from "./CandleWindow.ts"

/** Long-legged doji, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLLONGLEGGEDDOJI",
  title: "Long-legged doji",
  formula: "A doji with a shadow longer than its body.",
  warmup: 10,
  found: (w) => isDoji(w, 0) && Math.max(lowerShadow(w, 0), upperShadow(w, 0)) > body(w, 0) ? 1 : 0
})
