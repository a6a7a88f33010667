import { definePattern } from "./CandlePattern.ts"
import { isDoji } from "./CandleWindow.ts"

/** Doji, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLDOJI",
  title: "Doji",
  formula: "The body is at most a tenth of the average range of the ten candles before.",
  warmup: 10,
  found: (w) => isDoji(w, 0) ? 1 : 0
})
