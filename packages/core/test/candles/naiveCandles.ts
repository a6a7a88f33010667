/**
 * Candles the slow and plain way: every accepted tick is kept, and each interval is built from the ticks alone. It
 * shares nothing with the builder but the rules in its description.
 */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { type Interval, intervalMillis } from "@keepgaining/core/candles/Interval.ts"
import { plainHours, type SegmentHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { paise } from "@keepgaining/core/market/Money.ts"

export interface NaiveTick {
  readonly time: number
  readonly price: number
  readonly cumulative: number
  readonly openInterest: number
}

interface Accepted {
  readonly time: number
  readonly price: number
  readonly traded: number
  readonly openInterest: number
}

const second = (time: number): number => Math.floor(time / 1_000) * 1_000

export class NaiveCandles {
  late = 0
  readonly #accepted: Array<Accepted> = []
  readonly #emitted = new Set<string>()
  readonly #hours: SegmentHours
  #closedTo = 0
  #day = 0
  #counter: number | undefined
  #interest = 0

  constructor(hours: SegmentHours = new TradingHours(plainHours).of("cash")) {
    this.#hours = hours
  }

  #span(time: number): { readonly open: number; readonly close: number } | undefined {
    return this.#hours.day(time)?.spans.find(({ close, open }) => time >= open && time < close)
  }

  tick({ cumulative, openInterest, price, time }: NaiveTick): "accepted" | "late" | "outside" {
    const day = this.#hours.day(time)
    if (day === undefined || this.#span(time) === undefined || day.open < this.#day) return "outside"
    if (day.open > this.#day) {
      this.#day = day.open
      this.#counter = undefined
      this.#interest = 0
    }
    const newest = this.#accepted.at(-1)
    if (time < this.#closedTo || (newest !== undefined && time < second(newest.time))) {
      this.late++
      return "late"
    }
    let traded = 0
    if (this.#counter === undefined || cumulative < this.#counter / 2) this.#counter = cumulative
    else if (cumulative > this.#counter) {
      traded = cumulative - this.#counter
      this.#counter = cumulative
    }
    if (openInterest > 0) this.#interest = openInterest
    this.#accepted.push({ time, price, traded, openInterest: this.#interest })
    return "accepted"
  }

  /** The candles of that interval that ended by now and were not answered before. */
  close(interval: Interval, now: number): Array<Candle> {
    return this.all(interval).filter((candle) => {
      const key = `${interval} ${candle.start}`
      if (candle.end > now || this.#emitted.has(key)) return false
      this.#emitted.add(key)
      return true
    })
  }

  /** The whole feed was silent: what was traded meanwhile belongs to no candle. */
  passGap(): void {
    this.#counter = undefined
  }

  /** To be told after all intervals were closed. */
  closedUntil(now: number): void {
    this.#closedTo = Math.max(this.#closedTo, second(now))
  }

  forming(interval: Interval): Candle | undefined {
    return this.all(interval).find((candle) => !this.#emitted.has(`${interval} ${candle.start}`))
  }

  all(interval: Interval): Array<Candle> {
    const groups = new Map<number, Array<Accepted>>()
    for (const tick of this.#accepted) {
      // An accepted tick lies in a session.
      const { open } = interval === "1d" ? this.#hours.day(tick.time)! : this.#span(tick.time)!
      const start = open + Math.floor((tick.time - open) / intervalMillis[interval]) * intervalMillis[interval]
      const group = groups.get(start)
      if (group === undefined) groups.set(start, [tick])
      else group.push(tick)
    }
    return [...groups].map(([start, ticks]) => {
      const prices = ticks.map(({ price }) => price)
      const volume = ticks.reduce((sum, { traded }) => sum + traded, 0)
      const value = ticks.reduce((sum, { price, traded }) => sum + price * traded, 0)
      const last = ticks.at(-1)!
      return {
        instrument: 7,
        interval,
        start,
        end: interval === "1d"
          ? this.#hours.day(start)!.close
          : Math.min(start + intervalMillis[interval], this.#span(start)!.close),
        open: paise(prices[0]!),
        high: paise(Math.max(...prices)),
        low: paise(Math.min(...prices)),
        close: paise(last.price),
        volume,
        openInterest: last.openInterest,
        vwap: volume > 0 ? value / volume : last.price,
        ticks: ticks.length
      }
    })
  }
}
