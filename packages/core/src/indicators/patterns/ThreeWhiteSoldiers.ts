import { definePattern } from "./CandlePattern.ts"
import {
  body,
  type CandleWindow,
  close,
  color,
  far,
  isLongBody,
  near,
  open,
  trifle,
  upperShadow
} from "./CandleWindow.ts"

const isSoldier = (w: CandleWindow, back: number): boolean =>
  color(w, back) > 0 && upperShadow(w, back) < trifle(w, back)

const follows = (w: CandleWindow, back: number): boolean =>
  close(w, back) > close(w, back + 1) && open(w, back) > open(w, back + 1) &&
  open(w, back) <= close(w, back + 1) + near(w, back + 1) && body(w, back) > body(w, back + 1) - far(w, back + 1)

/** Three white soldiers, as in TA-Lib. */
export const indicator = definePattern({
  name: "CDL3WHITESOLDIERS",
  title: "Three white soldiers",
  formula:
    "Three rising bodies with higher closes and hardly an upper shadow, each opening in or near the one before, none " +
    "far shorter.",
  warmup: 12,
  found: (w) =>
    isSoldier(w, 2) && isSoldier(w, 1) && isSoldier(w, 0) && follows(w, 1) && follows(w, 0) && isLongBody(w, 0) ? 1 : 0
})
