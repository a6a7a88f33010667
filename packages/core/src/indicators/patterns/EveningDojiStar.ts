import { definePattern } from "./CandlePattern.ts"
import { body, close, color, gapsUp, isDoji, isLongBody } from "./CandleWindow.ts"

/** Evening doji star, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLEVENINGDOJISTAR",
  title: "Evening doji star",
  formula: "A long rising body, a doji above a gap, then a falling one that closes more than 30 % into the first.",
  warmup: 12,
  found: (w) =>
    isLongBody(w, 2) && color(w, 2) > 0 && isDoji(w, 1) && gapsUp(w, 1) && isLongBody(w, 0) && color(w, 0) < 0 &&
      close(w, 0) < close(w, 2) - body(w, 2) * 0.3
      ? -1
      : 0
})
