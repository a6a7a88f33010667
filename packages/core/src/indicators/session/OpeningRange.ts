import * as Schema from "effect/Schema"
import { istDay, MINUTE_MS, startOfIstDay } from "../../market/IndianTime.ts"
import { defineIndicator } from "../definition/Indicator.ts"
import * as Parameter from "../definition/Parameter.ts"

/** Range of the first minutes of the session; known from the first candle after them. */
export const indicator = defineIndicator({
  name: "OpeningRange",
  title: "Opening range",
  group: "session",
  formula:
    "Highest high and lowest low of the candles that start in the first `minutes` of the session (`open`, minutes after midnight IST), from " +
    "the first candle after them to the day's end; breakout = 1 when the close is above, -1 when it is below, else " +
    "0. None on a day without candles in those minutes.",
  parameters: Schema.Struct({
    minutes: Parameter.int(15, { minimum: 1, maximum: 375 }, "Length of the range, minutes from the open"),
    open: Parameter.int(
      555,
      { minimum: 0, maximum: 1_439 },
      "The session's open, minutes after midnight IST: 555 = 09:15"
    )
  }),
  reads: ["start", "high", "low", "close"],
  outputs: ["high", "low", "middle", "breakout"],
  warmup: () => 1,
  initial: ({ minutes, open }) => ({
    millis: minutes * MINUTE_MS,
    open: open * MINUTE_MS,
    day: -1,
    from: 0,
    to: 0,
    seen: false,
    high: 0,
    low: 0
  }),
  update: (state, { close, high, low, start }, out) => {
    const day = istDay(start)
    if (day !== state.day) {
      state.day = day
      state.from = startOfIstDay(day) + state.open
      state.to = state.from + state.millis
      state.seen = false
    }
    out.fill(Number.NaN)
    if (start < state.from) return
    if (start < state.to) {
      state.high = state.seen ? Math.max(state.high, high) : high
      state.low = state.seen ? Math.min(state.low, low) : low
      state.seen = true
      return
    }
    if (!state.seen) return
    out[0] = state.high
    out[1] = state.low
    out[2] = (state.high + state.low) / 2
    out[3] = close > state.high ? 1 : close < state.low ? -1 : 0
  }
})
