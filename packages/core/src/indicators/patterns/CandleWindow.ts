/**
 * The last candles and TA-Lib's idea of what is long, short, near or a doji: measures relative to the average of the
 * candles before the one in question, with the settings that TA-Lib starts with. `back` counts from the newest candle,
 * 0.
 */

export interface CandleWindow {
  /** Rings. */
  readonly opens: Array<number>
  readonly highs: Array<number>
  readonly lows: Array<number>
  readonly closes: Array<number>
  /** Candles taken. */
  count: number
}

/** Ten candles of an average before the oldest of four that a pattern looks at; a power of two, for the ring. */
const SIZE = 16

const ring = (): Array<number> => Array.from({ length: SIZE }, () => 0)

export const initial = (): CandleWindow => ({ opens: ring(), highs: ring(), lows: ring(), closes: ring(), count: 0 })

export const push = (window: CandleWindow, open: number, high: number, low: number, close: number): void => {
  const at = window.count & (SIZE - 1)
  window.opens[at] = open
  window.highs[at] = high
  window.lows[at] = low
  window.closes[at] = close
  window.count += 1
}

const place = (window: CandleWindow, back: number): number => (window.count - 1 - back) & (SIZE - 1)

// Places are below SIZE by the mask, so none of these reads can miss.
export const open = (window: CandleWindow, back: number): number => window.opens[place(window, back)]!
export const high = (window: CandleWindow, back: number): number => window.highs[place(window, back)]!
export const low = (window: CandleWindow, back: number): number => window.lows[place(window, back)]!
export const close = (window: CandleWindow, back: number): number => window.closes[place(window, back)]!

export const body = (window: CandleWindow, back: number): number => Math.abs(close(window, back) - open(window, back))
export const bodyTop = (window: CandleWindow, back: number): number => Math.max(close(window, back), open(window, back))
export const bodyBottom = (window: CandleWindow, back: number): number =>
  Math.min(close(window, back), open(window, back))
export const upperShadow = (window: CandleWindow, back: number): number => high(window, back) - bodyTop(window, back)
export const lowerShadow = (window: CandleWindow, back: number): number => bodyBottom(window, back) - low(window, back)
export const range = (window: CandleWindow, back: number): number => high(window, back) - low(window, back)

/** 1 when it closed at its open or above, -1 below. */
export const color = (window: CandleWindow, back: number): 1 | -1 => close(window, back) >= open(window, back) ? 1 : -1

/** Whether the body of `back` lies wholly above that of the candle before it. */
export const gapsUp = (window: CandleWindow, back: number): boolean =>
  bodyBottom(window, back) > bodyTop(window, back + 1)
export const gapsDown = (window: CandleWindow, back: number): boolean =>
  bodyTop(window, back) < bodyBottom(window, back + 1)

/** Mean of a measure over that many candles before `back`. */
const mean = (
  window: CandleWindow,
  back: number,
  candles: number,
  measure: (window: CandleWindow, back: number) => number
): number => {
  let sum = 0
  for (let i = back + candles; i > back; i--) sum += measure(window, i)
  return sum / candles
}

const averageBody = (window: CandleWindow, back: number): number => mean(window, back, 10, body)

export const isLongBody = (window: CandleWindow, back: number): boolean =>
  body(window, back) > averageBody(window, back)
/** Shorter than the average; {@link isSmallBody} also takes one just as long. */
export const isShortBody = (window: CandleWindow, back: number): boolean =>
  body(window, back) < averageBody(window, back)
export const isSmallBody = (window: CandleWindow, back: number): boolean =>
  body(window, back) <= averageBody(window, back)
export const isDoji = (window: CandleWindow, back: number): boolean =>
  body(window, back) <= 0.1 * mean(window, back, 10, range)

/** What counts as no shadow. */
export const trifle = (window: CandleWindow, back: number): number => 0.1 * mean(window, back, 10, range)
export const near = (window: CandleWindow, back: number): number => 0.2 * mean(window, back, 5, range)
export const far = (window: CandleWindow, back: number): number => 0.6 * mean(window, back, 5, range)
