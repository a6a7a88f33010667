/**
 * When trading is continuous, by day and segment: what candles are aligned to, and when a session ends.
 *
 * Hours are plain data ({@link HoursRules}) that is kept with every recording and every session, so a later change of the
 * exchange's rules does not change what was decided under the old ones. They come from the exchange's dated calendar
 * (`calendarHours`), or are those of the simulated exchange, which keeps no holidays ({@link plainHours}).
 */
import * as Schema from "effect/Schema"
import { dayOf } from "../calendar/CalendarDays.ts"
import { CalendarDate, Segment } from "../calendar/CalendarRules.ts"
import { istDay, startOfIstDay, timeOfDay } from "../market/IndianTime.ts"

/** From `open` to before `close`: ms since 00:00 IST in rules, epoch ms in answers. */
export const Hours = Schema.Struct({ open: Schema.Finite, close: Schema.Finite })
export type Hours = typeof Hours.Type

export const HoursRules = Schema.Struct({
  /** Whose they are, for people. */
  name: Schema.String,
  /** Ordinary days. */
  continuous: Schema.Array(Schema.Struct({ segment: Segment, from: CalendarDate, ...Hours.fields })),
  /**
   * Days with hours of their own: Muhurat, recovery tests. Without any the day does not trade. Those of a segment come before
   * those that name none, which are of all.
   */
  special: Schema.Array(Schema.Struct({
    date: CalendarDate,
    segment: Schema.optionalKey(Segment),
    spans: Schema.Array(Hours)
  })),
  /** Days that do not trade. */
  closed: Schema.Array(CalendarDate),
  /** Whether Saturdays and Sundays trade, when they are not special. */
  weekends: Schema.Boolean,
  /** Days of which is known whether they trade, both ends included; no other has a session. All are when it is left out. */
  covered: Schema.optionalKey(Schema.Array(Schema.Struct({ from: CalendarDate, to: CalendarDate })))
})
export type HoursRules = typeof HoursRules.Type

const always = { from: "1970-01-01", open: timeOfDay(9, 15), close: timeOfDay(15, 30) }

/** Of the simulated exchange, and of what was recorded before hours were kept with it: 09:15 to 15:30, every day. */
export const plainHours: HoursRules = {
  name: "every day from 09:15 to 15:30",
  continuous: Segment.literals.map((segment) => ({ segment, ...always })),
  special: [],
  closed: [],
  weekends: true
}

/** One day's session, epoch ms. */
export interface SessionDay extends Hours {
  /** Ascending; more than one on the days of recovery tests. */
  readonly spans: ReadonlyArray<Hours>
}

/** The hours of one segment; remembers the day it was asked for last. */
export class SegmentHours {
  readonly #rules: HoursRules
  readonly #segment: Segment
  readonly #special: ReadonlyMap<number, ReadonlyArray<Hours>>
  readonly #covers: (day: number) => boolean
  #day = Number.NaN
  #found: SessionDay | undefined

  constructor(
    rules: HoursRules,
    segment: Segment,
    special: ReadonlyMap<number, ReadonlyArray<Hours>>,
    covers: (day: number) => boolean
  ) {
    this.#rules = rules
    this.#segment = segment
    this.#special = special
    this.#covers = covers
  }

  /** The session of the IST day that holds the instant; `undefined` when there is none. */
  day(instant: number): SessionDay | undefined {
    const day = istDay(instant)
    if (day !== this.#day) {
      this.#day = day
      this.#found = this.#look(day)
    }
    return this.#found
  }

  #look(day: number): SessionDay | undefined {
    if (!this.#covers(day)) return undefined
    const midnight = startOfIstDay(day)
    const spans = (this.#special.get(day) ?? this.#ordinary(day))
      .map(({ close, open }) => ({ open: midnight + open, close: midnight + close }))
    const first = spans[0]
    const last = spans.at(-1)
    return first === undefined || last === undefined ? undefined : { spans, open: first.open, close: last.close }
  }

  #ordinary(day: number): ReadonlyArray<Hours> {
    // 1970-01-01 was a Thursday.
    const weekday = (((day + 4) % 7) + 7) % 7
    if (!this.#rules.weekends && (weekday === 0 || weekday === 6)) return []
    let newest: HoursRules["continuous"][number] | undefined
    for (const rule of this.#rules.continuous) {
      if (rule.segment !== this.#segment || dayOf(rule.from) > day) continue
      if (newest === undefined || rule.from > newest.from) newest = rule
    }
    return newest === undefined ? [] : [newest]
  }
}

export class TradingHours {
  readonly rules: HoursRules
  readonly #covered: ReadonlyArray<{ readonly from: number; readonly to: number }> | undefined
  readonly #segments: ReadonlyMap<Segment, SegmentHours>

  constructor(rules: HoursRules) {
    this.rules = rules
    this.#covered = rules.covered?.map(({ from, to }) => ({ from: dayOf(from), to: dayOf(to) }))
    this.#segments = new Map(Segment.literals.map((segment) => {
      const special = new Map<number, ReadonlyArray<Hours>>()
      for (const date of rules.closed) special.set(dayOf(date), [])
      for (const each of rules.special) if (each.segment === undefined) special.set(dayOf(each.date), each.spans)
      for (const each of rules.special) if (each.segment === segment) special.set(dayOf(each.date), each.spans)
      return [segment, new SegmentHours(rules, segment, special, (day) => this.#coversDay(day))]
    }))
  }

  /** Whether it is known if the instant's day trades. */
  covers(instant: number): boolean {
    return this.#coversDay(istDay(instant))
  }

  #coversDay(day: number): boolean {
    return this.#covered === undefined || this.#covered.some(({ from, to }) => from <= day && day <= to)
  }

  of(segment: Segment): SegmentHours {
    // Every segment is in the map.
    return this.#segments.get(segment)!
  }

  /** From the first open to the last close of any of the segments on the instant's day; `undefined` when none trades. */
  day(instant: number, segments: Iterable<Segment>): Hours | undefined {
    let open = Infinity
    let close = -Infinity
    for (const segment of segments) {
      const day = this.of(segment).day(instant)
      if (day === undefined) continue
      open = Math.min(open, day.open)
      close = Math.max(close, day.close)
    }
    return open === Infinity ? undefined : { open, close }
  }
}
