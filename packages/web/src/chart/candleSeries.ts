/** Candles of one instrument and interval, oldest first, and where things happened on them. */
import { type Candle } from "@keepgaining/core/candles/Candle.ts"

/** Most candles that a chart holds; beyond it drawing becomes slow. */
export const maxCandles = 10_000

/** With the candle in its place: it replaces the one that begins at the same time. The list itself is changed. */
export const mergeCandle = (candles: Array<Candle>, candle: Candle): "appended" | "replaced" | "inserted" => {
  const last = candles.at(-1)
  if (last === undefined || candle.start > last.start) {
    candles.push(candle)
    if (candles.length > maxCandles) candles.splice(0, candles.length - maxCandles)
    return "appended"
  }
  const place = placeAt(candles, candle.start)
  if (candles[place]?.start === candle.start) {
    candles[place] = candle
    return place === candles.length - 1 ? "replaced" : "inserted"
  }
  candles.splice(place + 1, 0, candle)
  return "inserted"
}

/** Position of the candle that holds the instant: the last one that began by then, -1 when there is none. */
export const placeAt = (candles: ReadonlyArray<Pick<Candle, "start">>, instant: number): number => {
  let low = 0
  let high = candles.length
  while (low < high) {
    const middle = (low + high) >> 1
    // middle is below candles.length.
    if (candles[middle]!.start <= instant) low = middle + 1
    else high = middle
  }
  return low - 1
}
