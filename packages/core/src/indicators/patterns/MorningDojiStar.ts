import { definePattern } from "./CandlePattern.ts"
import { body, close, color, gapsDown, isDoji, isLongBody } from "./CandleWindow.ts"

/** Morning doji star, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLMORNINGDOJISTAR",
  title: "Morning doji star",
  formula: "A long falling body, a doji below a gap, then a rising one that closes more than 30 % into the first.",
  warmup: 12,
  found: (w) =>
    isLongBody(w, 2) && color(w, 2) < 0 && isDoji(w, 1) && gapsDown(w, 1) && isLongBody(w, 0) && color(w, 0) > 0 &&
      close(w, 0) > close(w, 2) + body(w, 2) * 0.3
      ? 1
      : 0
})
