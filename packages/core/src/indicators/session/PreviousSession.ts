/** High, low and close of the session before the current one; a session is an IST day that has candles. */
import { istDay } from "../../market/IndianTime.ts"

export interface State {
  /** IST day number; -1 before the first candle. */
  day: number
  high: number
  low: number
  close: number
  /** Of the session before; meaningful once `known`. */
  known: boolean
  previousHigh: number
  previousLow: number
  previousClose: number
}

export const initial = (): State => ({
  day: -1,
  high: 0,
  low: 0,
  close: 0,
  known: false,
  previousHigh: 0,
  previousLow: 0,
  previousClose: 0
})

/** Takes a candle; whether there is a session before its own. */
export const next = (state: State, start: number, high: number, low: number, close: number): boolean => {
  const day = istDay(start)
  if (day === state.day) {
    if (high > state.high) state.high = high
    if (low < state.low) state.low = low
  } else {
    state.known = state.day >= 0
    state.previousHigh = state.high
    state.previousLow = state.low
    state.previousClose = state.close
    state.day = day
    state.high = high
    state.low = low
  }
  state.close = close
  return state.known
}
