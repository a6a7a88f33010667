/** Made-up candles, the same for the same seed. */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { type Interval, intervalMillis } from "@keepgaining/core/candles/Interval.ts"
import type { Bar } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Random from "@keepgaining/core/random/Random.ts"

/** 2021-06-09 09:15 IST. */
export const OPEN = 1_623_210_300_000

/** A walk in ticks of 5 paise: some candles are flat, some have no volume. */
export const walk = (seed: number, length: number, interval: Interval = "1m", from = 100_000): Array<Candle> => {
  const random = Random.fromSeed(seed)
  const step = (size: number): number => Math.floor(Random.uniform(random) * size)
  const millis = intervalMillis[interval]
  let last = from
  return Array.from({ length }, (_, i) => {
    const quiet = step(12) === 0
    const open = last + (quiet ? 0 : (step(21) - 10) * 5)
    const close = Math.max(5_000, open + (quiet ? 0 : (step(81) - 40) * 5))
    const high = Math.max(open, close) + (quiet ? 0 : step(20) * 5)
    const low = Math.min(open, close) - (quiet ? 0 : step(20) * 5)
    last = close
    const volume = quiet || step(20) === 0 ? 0 : 100 + step(10_000)
    return candle(interval, i, { open, high, low, close, volume, start: OPEN + i * millis })
  })
}

/** One candle; what is not given is that of a flat one at 100 rupees. */
export const candle = (
  interval: Interval,
  index: number,
  fields: Partial<Record<"open" | "high" | "low" | "close" | "volume" | "start", number>>
): Candle => {
  const close = fields.close ?? 10_000
  const open = fields.open ?? close
  const start = fields.start ?? OPEN + index * intervalMillis[interval]
  return {
    instrument: 0,
    interval,
    start,
    end: start + intervalMillis[interval],
    open: paise(open),
    high: paise(fields.high ?? Math.max(open, close)),
    low: paise(fields.low ?? Math.min(open, close)),
    close: paise(close),
    volume: fields.volume ?? 1_000,
    openInterest: 0,
    vwap: close,
    ticks: 1
  }
}

/** A {@link walk} in rupees. */
export const rupeeWalk = (seed: number, length: number): Array<Bar> =>
  walk(seed, length).map(({ close, high, low, open, start, volume }) => ({
    start,
    open: open / 100,
    high: high / 100,
    low: low / 100,
    close: close / 100,
    volume
  }))

/** A {@link walk} with gaps between the candles, but for every other pair of seeds. */
export const gappyWalk = (seed: number, length: number): Array<Bar> =>
  walk(seed, length, "1m", 20_000).map((bar, i) => {
    const gap = seed % 4 >= 2
      ? 0
      : ((i * 7_919 + seed * 104_729) % 13 - 6) * 40 - (seed % 2 === 1 && i % 5 === 2 ? 200 : 0)
    return { ...bar, open: bar.open + gap, high: bar.high + gap, low: bar.low + gap, close: bar.close + gap }
  })
