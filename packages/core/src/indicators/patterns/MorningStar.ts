import { definePattern } from "./CandlePattern.ts"
import { body, close, color, gapsDown, isLongBody, isSmallBody } from "./CandleWindow.ts"

/** Morning star, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLMORNINGSTAR",
  title: "Morning star",
  formula: "A long falling body, a small one below a gap, then a rising one that closes more than 30 % into the first.",
  warmup: 12,
  found: (w) =>
    isLongBody(w, 2) && color(w, 2) < 0 && isSmallBody(w, 1) && gapsDown(w, 1) && isLongBody(w, 0) && color(w, 0) > 0 &&
      close(w, 0) > close(w, 2) + body(w, 2) * 0.3
      ? 1
      : 0
})
