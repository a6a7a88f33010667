import * as Schema from "effect/Schema"
import { istDay } from "../../market/IndianTime.ts"
import { defineIndicator } from "../definition/Indicator.ts"

export interface State {
  /** IST day number of the session; -1 before the first candle. */
  day: number
  value: number
  volume: number
}

export const initial = (): State => ({ day: -1, value: 0, volume: 0 })

/** Takes a price and a volume of that instant (epoch ms); NaN while nothing was traded in the session. */
export const next = (state: State, start: number, price: number, volume: number): number => {
  const day = istDay(start)
  if (day !== state.day) {
    state.day = day
    state.value = 0
    state.volume = 0
  }
  state.value += price * volume
  state.volume += volume
  return state.volume > 0 ? state.value / state.volume : Number.NaN
}

/** Volume-weighted average price of the session (IST day), as in TradingView: of the typical price (h + l + c) / 3. */
export const indicator = defineIndicator({
  name: "VWAP",
  title: "Volume-weighted average price of the session",
  group: "session",
  formula:
    "Sum of (high + low + close) / 3 * volume over the sum of volume since the session began (IST day); none while " +
    "nothing was traded. TradingView's ta.vwap.",
  parameters: Schema.Struct({}),
  reads: ["start", "high", "low", "close", "volume"],
  outputs: ["vwap"],
  warmup: () => 0,
  initial,
  update: (state, { close, high, low, start, volume }, out) => {
    out[0] = next(state, start, (high + low + close) / 3, volume)
  }
})
