import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"
import * as PreviousSession from "./PreviousSession.ts"

/** Levels 1 to 4 on both sides of the pivot. */
const classic = (pivot: number, range: number, high: number, low: number, out: Float64Array): void => {
  out[1] = 2 * pivot - low
  out[5] = 2 * pivot - high
  for (let level = 2; level <= 4; level++) {
    out[level] = pivot + (level - 1) * range
    out[level + 4] = pivot - (level - 1) * range
  }
}

/** As classic, but from the third level on they are counted from the session's high and low. */
const traditional = (pivot: number, range: number, high: number, low: number, out: Float64Array): void => {
  classic(pivot, range, high, low, out)
  for (let level = 3; level <= 4; level++) {
    out[level] = (level - 1) * pivot + high - (level - 1) * low
    out[level + 4] = (level - 1) * pivot - ((level - 1) * high - low)
  }
}

/** Distances in shares of the range, the same on both sides. */
const symmetric = (middle: number, range: number, shares: ReadonlyArray<number>, out: Float64Array): void => {
  for (let level = 1; level <= 4; level++) {
    const away = range * (shares[level - 1] ?? Number.NaN)
    out[level] = middle + away
    out[level + 4] = middle - away
  }
}

const fibonacci = [0.382, 0.618, 1]
const camarilla = [1.1 / 12, 1.1 / 6, 1.1 / 4, 1.1 / 2]

/** Pivot points of the session before (IST day), as in TradingView; Fibonacci's have no fourth level. */
export const indicator = defineIndicator({
  name: "PivotPoints",
  title: "Pivot points",
  group: "session",
  formula:
    "Of high, low and close of the session before: p = (high + low + close) / 3. classic: r1 = 2p - low, r2 = p + " +
    "range, r3 = p + 2 range, r4 = p + 3 range; traditional: r3 = 2p + high - 2 low, r4 = 3p + high - 3 low; " +
    "fibonacci: p +- 0.382, 0.618, 1 range; camarilla: close +- 1.1 range / 12, 6, 4, 2. s1 to s4 mirrored. " +
    "TradingView.",
  parameters: Schema.Struct({
    kind: Parameter.choice(["classic", "traditional", "fibonacci", "camarilla"], "classic", "Whose levels")
  }),
  reads: ["start", "high", "low", "close"],
  outputs: ["p", "r1", "r2", "r3", "r4", "s1", "s2", "s3", "s4"],
  warmup: () => 1,
  initial: ({ kind }) => ({ kind, session: PreviousSession.initial() }),
  update: ({ kind, session }, { close, high, low, start }, out) => {
    if (!PreviousSession.next(session, start, high, low, close)) {
      out.fill(Number.NaN)
      return
    }
    const { previousClose, previousHigh, previousLow } = session
    const pivot = (previousHigh + previousLow + previousClose) / 3
    const range = previousHigh - previousLow
    out[0] = pivot
    switch (kind) {
      case "classic":
        return classic(pivot, range, previousHigh, previousLow, out)
      case "traditional":
        return traditional(pivot, range, previousHigh, previousLow, out)
      case "fibonacci":
        return symmetric(pivot, range, fibonacci, out)
      case "camarilla":
        return symmetric(previousClose, range, camarilla, out)
    }
  }
})
