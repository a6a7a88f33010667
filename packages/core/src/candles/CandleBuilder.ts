/**
 * The candles of one instrument, all intervals at once, from ticks.
 *
 * Layout: all state is one slice of numbers, so a snapshot is a copy. A tick only touches the one-second candle; when
 * that closes it is merged into the minute, and a closed minute into everything longer. Open, high, low, close, sums of
 * volume and of price times volume are associative and exact in whole paise, so the result equals building each
 * interval from the ticks.
 *
 * Rules:
 * - Intervals are aligned to the session's open (09:15 IST on an ordinary day); the last one of a session ends with it, and
 *   may be short. On a day with two sessions each begins anew; the daily candle holds both.
 * - Nothing is invented: an interval without ticks has no candle.
 * - A tick outside the session changes nothing.
 * - A tick older than what was already closed, or than the second that is open, is late: it changes nothing. Its volume
 *   arrives with the next tick, for the counter is cumulative.
 * - Volume is the growth of the day's cumulative counter. The first tick of a day is its baseline and contributes
 *   nothing. A counter that steps back is ignored until it passes its highest value again; one that falls below half of
 *   it was reset, and the new value is the baseline.
 * - What was traded while the whole feed was silent for longer than {@link FEED_GAP} belongs to no candle: the first
 *   tick after it is a new baseline ({@link CandleBuilder.passGap}).
 * - Candles close only by {@link CandleBuilder.closeUntil}: by event time or a timer input, never by a clock. Whoever
 *   feeds ticks closes first what ended before the tick, that is whenever {@link CandleBuilder.nextClose} has come.
 */
import { paise } from "../market/Money.ts"
import type { Candle } from "./Candle.ts"
import { type Interval, intervalMillis, intervals } from "./Interval.ts"
import type { SegmentHours } from "./TradingHours.ts"

/** Silence of the whole feed inside a session after which the counter's growth says nothing about one candle, ms. */
export const FEED_GAP = 60_000

/** What became of a tick. */
export const ACCEPTED = 0
export const LATE = 1
export const OUTSIDE_SESSION = 2

const COUNT = intervals.length
const SECOND = 0
const MINUTE = 1
const DAY = COUNT - 1

// Slots of the shared part.
const OPEN = 0
const CLOSE = 1
const COUNTER = 2
const INTEREST = 3
const CLOSED_TO = 4
const LATE_TICKS = 5
/** Open and close of the whole day, which has one session as a rule. */
const DAY_OPEN = 6
const DAY_CLOSE = 7
const SHARED = 8

// Slots of one candle. TICKS = 0 means that none is open.
const START = 0
const END = 1
const FIRST = 2
const HIGH = 3
const LOW = 4
const LAST = 5
const VOLUME = 6
const VALUE = 7
const TICKS = 8
const OI = 9
const WIDTH = 10

/** Forming candles, then the ones closed last. */
const FORMING = SHARED
const CLOSED = SHARED + COUNT * WIDTH

// Every read below is inside the slice that the constructor was given, so no index can miss.
export class CandleBuilder {
  static readonly stateSize = SHARED + 2 * COUNT * WIDTH
  readonly instrument: number
  readonly #s: Float64Array
  readonly #hours: SegmentHours

  constructor(buffer: Float64Array, offset: number, instrument: number, hours: SegmentHours) {
    this.instrument = instrument
    this.#hours = hours
    this.#s = buffer.subarray(offset, offset + CandleBuilder.stateSize)
    this.#s[COUNTER] = -1
  }

  save(target: Float64Array, at: number): void {
    target.set(this.#s, at)
  }

  load(source: Float64Array, at: number): void {
    this.#s.set(source.subarray(at, at + CandleBuilder.stateSize))
  }

  /** Ticks that came too late for their candle. */
  get lateTicks(): number {
    return this.#s[LATE_TICKS]!
  }

  /** Event time at which {@link closeUntil} has something to close; Infinity when no candle is open. */
  get nextClose(): number {
    const s = this.#s
    return s[FORMING + TICKS]! > 0 ? s[FORMING + END]! : this.#nextLonger()
  }

  #nextLonger(): number {
    const s = this.#s
    let next = Infinity
    for (let at = FORMING + MINUTE * WIDTH; at < CLOSED; at += WIDTH) {
      if (s[at + TICKS]! > 0 && s[at + END]! < next) next = s[at + END]!
    }
    return next
  }

  /**
   * Takes a tick: event time in epoch ms, price in paise, the day's cumulative volume, open interest (0 = not given).
   */
  onTick(time: number, price: number, cumulative: number, openInterest: number): number {
    const s = this.#s
    if (time < s[OPEN]! || time >= s[CLOSE]!) {
      if (!this.#openSession(time)) return OUTSIDE_SESSION
    }
    if (time < s[CLOSED_TO]! || (s[FORMING + TICKS]! > 0 && time < s[FORMING + START]!)) {
      s[LATE_TICKS]! += 1
      return LATE
    }
    let traded = 0
    const counter = s[COUNTER]!
    if (cumulative > counter) {
      if (counter >= 0) traded = cumulative - counter
      s[COUNTER] = cumulative
    } else if (cumulative < counter / 2) s[COUNTER] = cumulative
    if (openInterest > 0) s[INTEREST] = openInterest
    if (this.#isEmpty(FORMING)) {
      const start = time - ((time - s[OPEN]!) % 1_000)
      s[FORMING + START] = start
      s[FORMING + END] = Math.min(start + 1_000, s[CLOSE]!)
      s[FORMING + FIRST] = price
      s[FORMING + HIGH] = price
      s[FORMING + LOW] = price
      s[FORMING + VOLUME] = 0
      s[FORMING + VALUE] = 0
    } else {
      if (price > s[FORMING + HIGH]!) s[FORMING + HIGH] = price
      if (price < s[FORMING + LOW]!) s[FORMING + LOW] = price
    }
    s[FORMING + LAST] = price
    s[FORMING + VOLUME]! += traded
    s[FORMING + VALUE]! += traded * price
    s[FORMING + TICKS]! += 1
    s[FORMING + OI] = s[INTEREST]!
    return ACCEPTED
  }

  /** The feed was silent: the next tick's counter is the new baseline. */
  passGap(): void {
    this.#s[COUNTER] = -1
  }

  /**
   * Closes every candle that ended by event time `now` and answers which, one bit for each of `intervals`. At most one
   * candle of an interval can be open, so one call is enough however far time jumped.
   */
  closeUntil(now: number): number {
    const s = this.#s
    if (now > s[CLOSED_TO]!) s[CLOSED_TO] = now - ((now - s[OPEN]!) % 1_000)
    let mask = 0
    if (s[FORMING + TICKS]! > 0 && s[FORMING + END]! <= now) {
      mask = this.#merge(SECOND, MINUTE) | 1
      this.#close(SECOND)
    }
    const minute = FORMING + MINUTE * WIDTH
    if (s[minute + TICKS]! > 0 && s[minute + END]! <= now) {
      for (let longer = MINUTE + 1; longer < COUNT; longer++) mask |= this.#merge(MINUTE, longer)
      this.#close(MINUTE)
      mask |= 1 << MINUTE
    }
    for (let i = MINUTE + 1; i < COUNT; i++) {
      const at = FORMING + i * WIDTH
      if (s[at + TICKS]! > 0 && s[at + END]! <= now) {
        this.#close(i)
        mask |= 1 << i
      }
    }
    return mask
  }

  /** The candle of that interval that closed last; meaningful right after its bit was answered. */
  closed(interval: Interval): Candle {
    return this.#candle(CLOSED + intervals.indexOf(interval) * WIDTH, interval)
  }

  /** The candle of that interval as it stands now, with what is still rolling up. */
  forming(interval: Interval): Candle | undefined {
    const index = intervals.indexOf(interval)
    const parts = index === SECOND ? [SECOND] : index === MINUTE ? [MINUTE, SECOND] : [index, MINUTE, SECOND]
    let whole: Candle | undefined
    for (const part of parts) {
      const at = FORMING + part * WIDTH
      if (this.#isEmpty(at)) continue
      const piece = this.#candle(at, interval)
      whole = whole === undefined ? this.#spanned(piece, index) : joined(whole, piece)
    }
    return whole
  }

  /** Merges an open shorter candle into the longer one that holds it; closes that first when it belongs to the past. */
  #merge(from: number, into: number): number {
    const s = this.#s
    const a = FORMING + from * WIDTH
    const b = FORMING + into * WIDTH
    let mask = 0
    if (s[b + TICKS]! > 0 && s[a + START]! >= s[b + END]!) {
      if (into === MINUTE) {
        for (let longer = MINUTE + 1; longer < COUNT; longer++) mask |= this.#merge(MINUTE, longer)
      }
      this.#close(into)
      mask |= 1 << into
    }
    if (this.#isEmpty(b)) {
      const length = intervalMillis[intervals[into]!]
      const start = into === DAY ? s[DAY_OPEN]! : s[a + START]! - ((s[a + START]! - s[OPEN]!) % length)
      s[b + START] = start
      s[b + END] = into === DAY ? s[DAY_CLOSE]! : Math.min(start + length, s[CLOSE]!)
      s[b + FIRST] = s[a + FIRST]!
      s[b + HIGH] = s[a + HIGH]!
      s[b + LOW] = s[a + LOW]!
      s[b + VOLUME] = 0
      s[b + VALUE] = 0
    } else {
      if (s[a + HIGH]! > s[b + HIGH]!) s[b + HIGH] = s[a + HIGH]!
      if (s[a + LOW]! < s[b + LOW]!) s[b + LOW] = s[a + LOW]!
    }
    s[b + LAST] = s[a + LAST]!
    s[b + VOLUME]! += s[a + VOLUME]!
    s[b + VALUE]! += s[a + VALUE]!
    s[b + TICKS]! += s[a + TICKS]!
    s[b + OI] = s[a + OI]!
    return mask
  }

  #isEmpty(at: number): boolean {
    return this.#s[at + TICKS] === 0
  }

  #close(index: number): void {
    const s = this.#s
    const from = FORMING + index * WIDTH
    s.copyWithin(CLOSED + index * WIDTH, from, from + WIDTH)
    s[from + TICKS] = 0
  }

  /** Moves to the session of that instant; false when it lies outside every session, or in a day that is over. */
  #openSession(time: number): boolean {
    const day = this.#hours.day(time)
    const span = day?.spans.find(({ close, open }) => time >= open && time < close)
    const s = this.#s
    if (day === undefined || span === undefined || span.open < s[OPEN]!) return false
    s[OPEN] = span.open
    s[CLOSE] = span.close
    // The counter goes on through the pause between two sessions of a day.
    if (day.open === s[DAY_OPEN]!) return true
    s[DAY_OPEN] = day.open
    s[DAY_CLOSE] = day.close
    s[COUNTER] = -1
    s[INTEREST] = 0
    return true
  }

  #candle(at: number, interval: Interval): Candle {
    const s = this.#s
    const volume = s[at + VOLUME]!
    return {
      instrument: this.instrument,
      interval,
      start: s[at + START]!,
      end: s[at + END]!,
      open: paise(s[at + FIRST]!),
      high: paise(s[at + HIGH]!),
      low: paise(s[at + LOW]!),
      close: paise(s[at + LAST]!),
      volume,
      openInterest: s[at + OI]!,
      vwap: volume > 0 ? s[at + VALUE]! / volume : s[at + LAST]!,
      ticks: s[at + TICKS]!
    }
  }

  #spanned(piece: Candle, index: number): Candle {
    if (index === DAY) return { ...piece, start: this.#s[DAY_OPEN]!, end: this.#s[DAY_CLOSE]! }
    const length = intervalMillis[intervals[index]!]
    const start = piece.start - ((piece.start - this.#s[OPEN]!) % length)
    return { ...piece, start, end: Math.min(start + length, this.#s[CLOSE]!) }
  }
}

const joined = (earlier: Candle, later: Candle): Candle => {
  const volume = earlier.volume + later.volume
  return {
    ...earlier,
    high: paise(Math.max(earlier.high, later.high)),
    low: paise(Math.min(earlier.low, later.low)),
    close: later.close,
    volume,
    openInterest: later.openInterest,
    vwap: volume > 0 ? (earlier.vwap * earlier.volume + later.vwap * later.volume) / volume : later.close,
    ticks: earlier.ticks + later.ticks
  }
}
