/**
 * Candles of a made-up market, in the shape of the real one: shares and indices that trade every minute, futures that live
 * for three months, options that live for a few weeks and trade now and then. The same for the same size.
 */
import { dayOf, isWeekend } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CandleColumns, candleColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import { firstMinuteOf } from "../src/archive/CandleRun.ts"

const OPEN = 555
const MINUTES = 375

interface Kind {
  readonly name: string
  readonly share: number
  /** How long an instrument lives, days of trading; Infinity = all the time. */
  readonly life: number
  /** How often a minute has a trade. */
  readonly density: number
  readonly price: number
  readonly volume: number
  readonly interest: boolean
}

const share: Kind = {
  name: "NSE:SHARE",
  share: 0.56,
  life: Infinity,
  density: 1,
  price: 120_000,
  volume: 2_000,
  interest: false
}

/**
 * Shares of candles as in 340 million real ones of 72,877 instruments in four years: most instruments are options, most
 * candles are not.
 */
const kinds: ReadonlyArray<Kind> = [
  share,
  { name: "NSE:INDEX", share: 0.03, life: Infinity, density: 1, price: 2_400_000, volume: 0, interest: false },
  { name: "NFO:FUTURE", share: 0.18, life: 60, density: 0.9, price: 150_000, volume: 800, interest: true },
  { name: "NFO:OPTION", share: 0.23, life: 25, density: 0.12, price: 8_000, volume: 300, interest: true }
]

/** So many weekdays from the day on. */
const daysOfTrading = (count: number, from: string): ReadonlyArray<number> => {
  const days: Array<number> = []
  for (let day = dayOf(from); days.length < count; day++) if (!isWeekend(day)) days.push(day)
  return days
}

const candlesOf = (kind: Kind, days: ReadonlyArray<number>, random: Random.Random): CandleColumns => {
  const columns = candleColumns(days.length * MINUTES)
  let price = 5 * Math.round(kind.price * (0.3 + Random.uniform(random) * 2) / 5)
  let interest = 0
  let n = 0
  for (const day of days) {
    const first = firstMinuteOf(day) + OPEN
    for (let minute = 0; minute < MINUTES; minute++) {
      if (kind.density < 1 && Random.uniform(random) >= kind.density) continue
      const step = Math.max(1, price / 40_000)
      const spread = () =>
        5 * Math.round(step * (Random.uniform(random) + Random.uniform(random) + Random.uniform(random) - 1.5) * 4)
      const open = Math.max(5, price + spread())
      const close = Math.max(5, open + 2 * spread())
      columns.minute[n] = first + minute
      columns.open[n] = open
      columns.close[n] = close
      columns.high[n] = Math.max(open, close) + Math.abs(spread())
      columns.low[n] = Math.max(5, Math.min(open, close) - Math.abs(spread()))
      // Lognormal, as volumes are.
      columns.volume[n] = kind.volume === 0 ? 0 : Math.round(kind.volume * Math.exp(Random.normal(random)))
      if (kind.interest && minute % 3 === 0) {
        interest = Math.max(0, interest + 75 * Math.round((Random.uniform(random) - 0.48) * 40))
      }
      columns.openInterest[n] = interest
      price = close
      n++
    }
  }
  return sliceColumns(columns, 0, n)
}

export interface GeneratedInstrument {
  readonly symbol: string
  readonly candles: CandleColumns
}

/** About `candles` candles over so many days (250 are a year), instrument by instrument. */
export function* archiveMarket(candles: number, count: number): Generator<GeneratedInstrument> {
  const random = Random.fromSeed(20_261_124)
  const days = daysOfTrading(count, "2022-01-03")
  for (const kind of kinds) {
    let left = candles * kind.share
    for (let i = 0; left > 0; i++) {
      const length = Math.min(days.length, kind.life)
      const start = Math.floor(Random.uniform(random) * (days.length - length + 1))
      const made = candlesOf(kind, days.slice(start, start + length), random)
      left -= made.length
      yield { symbol: `${kind.name}${i}`, candles: made }
    }
  }
}

/** Shares that traded every minute of four years, 375,000 candles each. */
export const longHistories = (count: number): ReadonlyArray<GeneratedInstrument> => {
  const random = Random.fromSeed(20_261_125)
  const days = daysOfTrading(1_000, "2018-01-01")
  return Array.from({ length: count }, (_, i) => ({ symbol: `NSE:LONG${i}`, candles: candlesOf(share, days, random) }))
}
