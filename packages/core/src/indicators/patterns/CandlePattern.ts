/** What all candlestick patterns have in common: 100 bullish, -100 bearish, 0 not there, as TA-Lib tells them. */
import * as Schema from "effect/Schema"
import { defineIndicator } from "../definition/Indicator.ts"
import * as CandleWindow from "./CandleWindow.ts"

export interface CandlePattern {
  readonly name: string
  readonly title: string
  readonly formula: string
  /** Candles before the first that it can be told of. */
  readonly warmup: number
  /** 1 bullish, -1 bearish, 0 not there, 0.8 of either where TA-Lib says 80; for the newest candle of the window. */
  readonly found: (window: CandleWindow.CandleWindow) => number
}

export const definePattern = ({ formula, found, name, title, warmup }: CandlePattern) =>
  defineIndicator({
    name,
    title,
    group: "pattern",
    formula: `${formula} 100 bullish, -100 bearish, 0 not there. TA-Lib's ${name}.`,
    parameters: Schema.Struct({}),
    reads: ["open", "high", "low", "close"],
    outputs: ["pattern"],
    warmup: () => warmup,
    initial: () => CandleWindow.initial(),
    update: (window, { close, high, low, open }, out) => {
      CandleWindow.push(window, open, high, low, close)
      out[0] = window.count > warmup ? 100 * found(window) : Number.NaN
    }
  })
