import { definePattern } from "./CandlePattern.ts"
import { bodyBottom, bodyTop, type CandleWindow, close, color, near, open } from "./CandleWindow.ts"

/** Whether it has the colour of the candle before it, closes further, and opens in or near that body. */
const goesOn = (w: CandleWindow, back: number): boolean => {
  const side = color(w, back)
  return color(w, back + 1) === side && side * (close(w, back) - close(w, back + 1)) > 0 &&
    open(w, back) >= bodyBottom(w, back + 1) - near(w, back + 1) &&
    open(w, back) <= bodyTop(w, back + 1) + near(w, back + 1)
}

const found = (w: CandleWindow): number => {
  const side = color(w, 1)
  const strikes = color(w, 0) !== side && side * (open(w, 0) - close(w, 1)) > 0 && side * (close(w, 0) - open(w, 3)) < 0
  return strikes && goesOn(w, 2) && goesOn(w, 1) ? side : 0
}

/** Three line strike, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDL3LINESTRIKE",
  title: "Three line strike",
  formula:
    "Three bodies of one colour with further closes, then one that opens beyond and closes before all three; told by " +
    "the colour of the three.",
  warmup: 8,
  found
})
