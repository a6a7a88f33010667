import { definePattern } from "./CandlePattern.ts"
import { type CandleWindow, close, color, high, lowerShadow, open, trifle } from "./CandleWindow.ts"

const isCrow = (w: CandleWindow, back: number): boolean => color(w, back) < 0 && lowerShadow(w, back) < trifle(w, back)

const follows = (w: CandleWindow, back: number): boolean =>
  open(w, back) < open(w, back + 1) && open(w, back) > close(w, back + 1) && close(w, back) < close(w, back + 1)

/** Three black crows, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDL3BLACKCROWS",
  title: "Three black crows",
  formula:
    "After a rising candle three falling ones with lower closes and hardly a lower shadow, each opening in the body " +
    "before.",
  warmup: 13,
  found: (w) =>
    color(w, 3) > 0 && high(w, 3) > close(w, 2) && isCrow(w, 2) && isCrow(w, 1) && isCrow(w, 0) && follows(w, 1) &&
      follows(w, 0)
      ? -1
      : 0
})
