/**
 * The simulated market as a function of time: the price of an instrument at an instant follows from the seed alone, so
 * ticks that stream today and candles that are asked for tomorrow agree, in any order and as often as one likes.
 *
 * A price is its base times e to the power of value noise in octaves from hours to seconds, each as strong as the square
 * root of its period (a random walk's spectrum). Futures and options are priced off their underlying (Black 1976), so put-call
 * parity holds. Volume grows with the time of day. A scripted move shifts an underlying, and what hangs on it, from its
 * instant on.
 */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { segmentOf } from "@keepgaining/core/candles/segmentOf.ts"
import type { Hours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { DAY_MS, istDay, istTimeOfDay, startOfIstDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import { black76, type Greeks, greeks } from "@keepgaining/core/options/blackScholes.ts"
import type { SimInstrument } from "./SimInstrument.ts"

const OCTAVES = [14_400, 3_600, 900, 240, 60, 15, 4].map((seconds) => ({
  period: seconds * 1_000,
  /** Share of a year's deviation, by trading time (252 days of 6.25 hours). */
  weight: Math.sqrt(seconds / (252 * 22_500))
}))
const YEAR_MS = 365 * DAY_MS
const RATE = 0.065
const OPEN = timeOfDay(9, 15)
const CLOSE = timeOfDay(15, 30)
/** No exchange rests longer. */
const LONGEST_REST = 30 * DAY_MS

export interface SimQuote {
  readonly at: number
  readonly price: Paise
  readonly bid: Paise
  readonly ask: Paise
  readonly bidQuantity: number
  readonly askQuantity: number
  /** Since the start of the day. */
  readonly volume: number
  readonly openInterest: number
  readonly previousClose: Paise
  readonly open: Paise
  readonly high: Paise
  readonly low: Paise
  /** Between these the exchange takes orders; 0 of an index. */
  readonly lowerCircuit: Paise
  readonly upperCircuit: Paise
  /** Volume-weighted price of the day; about. */
  readonly averagePrice: Paise
  readonly lastQuantity: number
}

export interface SimCandle {
  readonly at: number
  readonly open: Paise
  readonly high: Paise
  readonly low: Paise
  readonly close: Paise
  readonly volume: number
  readonly openInterest: number
}

/** What may change of an instrument overnight. */
export interface Relisting {
  readonly exchangeToken?: number
  readonly lotSize?: number
  readonly freezeQuantity?: number
}

interface Move {
  readonly from: number
  readonly factor: number
}

interface Band {
  readonly lowest: Paise
  readonly highest: Paise
}

/** The exchange's operating range at first, by how much it is widened at a time, and how near to its edge. */
const BAND = 0.1
const BAND_STEP = 0.05
const BAND_EDGE = 0.02

export class SimMarket {
  readonly #all: Array<SimInstrument>
  readonly #seed: number
  /** Numbers of days. */
  readonly #closed: ReadonlySet<number>
  readonly #hours: TradingHours | undefined
  readonly #underlyings: ReadonlySet<string>
  readonly #bySymbol = new Map<string, SimInstrument>()
  readonly #moves = new Map<number, Array<Move>>()
  readonly #bands = new Map<number, Band>()
  /** Extremes of the day so far: by instrument, the day and up to when it was looked at. */
  readonly #ranges = new Map<number, { day: number; until: number; high: number; low: number }>()

  /** `closed`: weekdays on which nothing trades, `YYYY-MM-DD`; `hours`: when anything trades, in place of those. */
  constructor(
    seed: number,
    instruments: ReadonlyArray<SimInstrument>,
    closed: Iterable<string> = [],
    hours?: TradingHours
  ) {
    this.#hours = hours
    this.#underlyings = new Set(instruments.flatMap(({ instrument }) => instrument.underlying ?? []))
    this.#seed = seed
    this.#closed = new Set(Array.from(closed, dayOf))
    this.#all = [...instruments]
    for (const each of instruments) this.#bySymbol.set(each.instrument.symbol, each)
  }

  get instruments(): ReadonlyArray<SimInstrument> {
    return this.#all
  }

  ofSymbol(symbol: string): SimInstrument | undefined {
    return this.#bySymbol.get(symbol)
  }

  /** Lists the instrument of that symbol anew, as the exchange changes it from one day to the next. Its price goes on. */
  relist(symbol: string, change: Relisting): boolean {
    const known = this.#bySymbol.get(symbol)
    if (known === undefined) return false
    const { lotSize = known.instrument.lotSize, ...rest } = change
    const made: SimInstrument = { ...known, ...rest, instrument: { ...known.instrument, lotSize } }
    this.#all[known.index] = made
    this.#bySymbol.set(symbol, made)
    return true
  }

  /** Throws a `RangeError` for a row that is not listed: that is a defect, not bad input. */
  at(index: number): SimInstrument {
    const found = this.#all[index]
    if (found === undefined) throw new RangeError(`No simulated instrument ${index} of ${this.#all.length}`)
    return found
  }

  /** From now on the instrument (of a derivative its underlying) trades at `price` and goes on from there. */
  moveTo(of: SimInstrument, price: Paise, now: number): void {
    const root = of.underlying === undefined ? of : this.at(of.underlying)
    const moves = this.#moves.get(root.index) ?? []
    moves.push({ from: now, factor: price / this.#spot(root, now) })
    this.#moves.set(root.index, moves)
  }

  /** Between these prices, and whatever happens no others, it takes orders of the instrument; by its own rule again without. */
  setBand(of: SimInstrument, band: Band | undefined): void {
    if (band === undefined) this.#bands.delete(of.index)
    else this.#bands.set(of.index, band)
  }

  /**
   * A share of the previous close either way, of an option of its underlying's; widened when the price comes near to its edge. On
   * the tick.
   */
  #band(of: SimInstrument, price: Paise, previousClose: Paise, day: number): Band {
    const set = this.#bands.get(of.index)
    if (set !== undefined) return set
    const { kind, tickSize } = of.instrument
    if (kind === "index") return { lowest: paise(0), highest: paise(0) }
    const root = kind === "option" && of.underlying !== undefined ? this.at(of.underlying) : undefined
    const base = root === undefined ? previousClose : this.price(root, this.#previousClose(root, day))
    let share = BAND
    while (Math.abs(price - previousClose) > (share - BAND_EDGE) * base) share += BAND_STEP
    const lowest = Math.ceil((previousClose - share * base) / tickSize) * tickSize
    const highest = Math.floor((previousClose + share * base) / tickSize) * tickSize
    return { lowest: paise(Math.max(tickSize, lowest)), highest: paise(highest) }
  }

  price(of: SimInstrument, now: number): Paise {
    const tick = of.instrument.tickSize
    return paise(Math.max(tick, Math.round(this.#fairPrice(of, now) / tick) * tick))
  }

  quote(of: SimInstrument, now: number): SimQuote {
    const { instrument } = of
    const price = this.price(of, now)
    const day = startOfIstDay(istDay(now))
    const open = this.price(of, day + OPEN)
    const range = this.#range(of, now, price, open)
    const second = Math.floor(now / 1_000)
    const away = instrument.tickSize * (1 + hash(this.#seed, of.index, 901, second) % 2)
    const lots = (salt: number) => (1 + hash(this.#seed, of.index, salt, second) % 24) * instrument.lotSize
    const index = instrument.kind === "index"
    const previousClose = this.price(of, this.#previousClose(of, day))
    const band = this.#band(of, price, previousClose, day)
    return {
      at: now,
      price,
      bid: index ? paise(0) : paise(Math.max(instrument.tickSize, price - away)),
      ask: index ? paise(0) : paise(price + instrument.tickSize),
      bidQuantity: index ? 0 : lots(902),
      askQuantity: index ? 0 : lots(903),
      volume: this.#volume(of, now),
      openInterest: this.#openInterest(of, now),
      previousClose,
      lowerCircuit: band.lowest,
      upperCircuit: band.highest,
      open,
      high: paise(range.high),
      low: paise(range.low),
      averagePrice: paise(Math.round((range.high + range.low + price + open) / 4)),
      lastQuantity: index ? 0 : (1 + hash(this.#seed, of.index, 904, second) % 5) * instrument.lotSize
    }
  }

  /** Of an option, per the units of `core/options/blackScholes.ts`, in rupees; `undefined` for anything else. */
  greeks(of: SimInstrument, now: number): (Greeks & { readonly volatility: number }) | undefined {
    const { expiry, right, strike } = of.instrument
    if (of.underlying === undefined || expiry === undefined || right === undefined || strike === undefined) {
      return undefined
    }
    const spot = this.#spot(this.at(of.underlying), now) / 100
    const time = yearsTo(expiry, now)
    return {
      ...greeks({ right, spot, strike: strike / 100, time, rate: RATE, volatility: of.volatility }),
      volatility: of.volatility
    }
  }

  /** Candles whose start lies in `[from, to]`, ascending, in session hours of days that trade; `minutes` of a day's candle: 1440. */
  candles(of: SimInstrument, from: number, to: number, minutes: number): ReadonlyArray<SimCandle> {
    const candles: Array<SimCandle> = []
    const step = minutes * 60_000
    for (let day = istDay(from); day <= istDay(to); day++) {
      const midnight = startOfIstDay(day)
      const spans = this.#spans(of, midnight)
      const [first] = spans
      const last = spans.at(-1)
      if (first === undefined || last === undefined) continue
      const cuts = minutes >= 1_440
        ? [{ at: midnight, begin: first.open, end: last.close }]
        : spans.flatMap(({ close, open }) =>
          Array.from({ length: Math.ceil((close - open) / step) }, (_, i) => open + i * step)
            .map((at) => ({ at, begin: at, end: Math.min(at + step, close) }))
        )
      for (const { at, begin, end } of cuts) if (at >= from && at <= to) candles.push(this.#candle(of, at, begin, end))
    }
    return candles
  }

  #candle(of: SimInstrument, at: number, begin: number, end: number): SimCandle {
    const open = this.price(of, begin)
    let high: number = open
    let low: number = open
    const step = Math.max(4_000, (end - begin) / 60)
    for (let now = begin + step; now < end; now += step) {
      const price = this.price(of, now)
      if (price > high) high = price
      if (price < low) low = price
    }
    const close = this.price(of, end - 1)
    return {
      at,
      open,
      high: paise(Math.max(high, close)),
      low: paise(Math.min(low, close)),
      close,
      volume: this.#volume(of, end - 1) - this.#volume(of, begin),
      openInterest: this.#openInterest(of, end - 1)
    }
  }

  #fairPrice(of: SimInstrument, now: number): number {
    if (of.underlying === undefined) return this.#spot(of, now)
    const { expiry = "", right, strike } = of.instrument
    const time = yearsTo(expiry, now)
    const forward = this.#spot(this.at(of.underlying), now) * Math.exp(RATE * time)
    if (right === undefined || strike === undefined) return forward
    return black76(right, forward, strike, time, of.volatility, Math.exp(-RATE * time))
  }

  #spot(of: SimInstrument, now: number): number {
    let exponent = 0
    for (const [octave, { period, weight }] of OCTAVES.entries()) {
      exponent += weight * this.#noise(of.index, octave, now / period)
    }
    let price = of.basePrice * Math.exp(of.volatility * exponent)
    for (const move of this.#moves.get(of.index) ?? []) if (now >= move.from) price *= move.factor
    return price
  }

  /** Smooth noise of about unit deviation: independent values at whole numbers, eased in between. */
  #noise(index: number, octave: number, position: number): number {
    const left = Math.floor(position)
    const between = position - left
    const eased = between * between * (3 - 2 * between)
    const value = (at: number) => (hash(this.#seed, index, octave, at) / 0xffff_ffff - 0.5) * 3.46
    return value(left) * (1 - eased) + value(left + 1) * eased
  }

  /** Never falls within a day: the noise is slower than the clock. */
  #volume(of: SimInstrument, now: number): number {
    const seconds = Math.min(Math.max(istTimeOfDay(now), OPEN), CLOSE) / 1_000 - OPEN / 1_000
    const wiggled = Math.max(
      0,
      seconds + 30 * (this.#noise(of.index, 20, seconds / 300) - this.#noise(of.index, 20, 0))
    )
    const units = Math.floor(of.tradedPerSecond * wiggled)
    return units - units % of.instrument.lotSize
  }

  #openInterest(of: SimInstrument, now: number): number {
    if (of.underlying === undefined) return 0
    const lots = Math.round(20_000 * (1 + 0.3 * this.#noise(of.index, 21, now / DAY_MS)))
    return Math.max(1, lots) * of.instrument.lotSize
  }

  /** When it traded last before that day. */
  #previousClose(of: SimInstrument, midnight: number): number {
    for (let day = midnight - DAY_MS; day > midnight - LONGEST_REST; day -= DAY_MS) {
      const last = this.#spans(of, day).at(-1)
      if (last !== undefined) return last.close
    }
    return midnight - DAY_MS + CLOSE
  }

  /** When it trades on the day, epoch ms. */
  #spans({ instrument }: SimInstrument, midnight: number): ReadonlyArray<Hours> {
    if (this.#hours !== undefined) {
      return this.#hours.of(segmentOf(instrument, this.#underlyings)).day(midnight)?.spans ?? []
    }
    return isWeekday(midnight) && !this.#closed.has(istDay(midnight))
      ? [{ open: midnight + OPEN, close: midnight + CLOSE }]
      : []
  }

  #range(of: SimInstrument, now: number, price: Paise, open: Paise): { readonly high: number; readonly low: number } {
    const day = istDay(now)
    const known = this.#ranges.get(of.index)
    const range = known !== undefined && known.day === day && known.until <= now
      ? known
      : { day, until: startOfIstDay(day) + OPEN, high: open as number, low: open as number }
    range.high = Math.max(range.high, price)
    range.low = Math.min(range.low, price)
    range.until = now
    this.#ranges.set(of.index, range)
    return range
  }
}

const isWeekday = (midnight: number): boolean => {
  const weekday = (istDay(midnight) + 4) % 7
  return weekday !== 0 && weekday !== 6
}

/** To 15:30 of the expiry day. */
const yearsTo = (expiry: string, now: number): number =>
  Math.max(0, (Date.parse(`${expiry}T15:30:00+05:30`) - now) / YEAR_MS)

/** 32 well mixed bits of four numbers. */
const hash = (seed: number, a: number, b: number, c: number): number => {
  let value = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(a + 1, 0x85ebca6b)
  value = Math.imul(value ^ value >>> 15, 0x2c1b3c6d) ^ Math.imul(b + 1, 0xc2b2ae35)
  value = Math.imul(value ^ value >>> 13, 0x297a2d39) ^ Math.imul(c | 0, 0x27d4eb2f) ^ Math.floor(c / 0x1_0000_0000)
  value = Math.imul(value ^ value >>> 16, 0x21f0aaad)
  value = Math.imul(value ^ value >>> 15, 0x735a2d97)
  return (value ^ value >>> 15) >>> 0
}
