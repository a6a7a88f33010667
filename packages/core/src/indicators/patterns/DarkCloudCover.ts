import { definePattern } from "./CandlePattern.ts"
import { body, close, color, high, isLongBody, open } from "./CandleWindow.ts"

/** Dark cloud cover, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDLDARKCLOUDCOVER",
  title: "Dark cloud cover",
  formula: "After a long rising body it opens above the high and closes falling in the lower half of that body.",
  warmup: 11,
  found: (w) =>
    isLongBody(w, 1) && color(w, 1) > 0 && color(w, 0) < 0 && open(w, 0) > high(w, 1) && close(w, 0) > open(w, 1) &&
      close(w, 0) < close(w, 1) - body(w, 1) * 0.5
      ? -1
      : 0
})
