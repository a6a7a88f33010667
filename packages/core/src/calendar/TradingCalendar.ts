/**
 * The calendar of NSE and BSE: which days trade, when, and what settles and expires on them. Everything follows from dated
 * rules; a date that the rules do not cover is refused, never guessed.
 *
 * Dates are IST, `YYYY-MM-DD`; times of day ms since 00:00 IST.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { timeOfDay } from "../market/IndianTime.ts"
import { dateOf, dayOf, isWeekend } from "./CalendarDays.ts"
import { type CalendarRules, type CoverageRow, Segment } from "./CalendarRules.ts"
import { coveredRanges, type DateRange } from "./coverage.ts"

/** The rules say nothing about that date. */
export class DateNotCovered extends Schema.TaggedError<DateNotCovered>()("DateNotCovered", {
  date: Schema.String,
  topic: Schema.String,
  from: Schema.String,
  to: Schema.String
}) {
  override get message(): string {
    return `${this.date} is not covered: ${this.topic} are known from ${this.from} to ${this.to}. ` +
      "Add the exchange's circular to your own rules folder (see docs/operate.md), or update the engine."
  }
}

/** Why the topic does not cover the date; `undefined` when it does. */
export const notCovered = (
  coverage: ReadonlyArray<CoverageRow>,
  topic: CoverageRow["topic"],
  date: string
): DateNotCovered | undefined => {
  if (coverage.some((row) => row.topic === topic && row.from <= date && date <= row.to)) return undefined
  const ranges = coveredRanges(coverage, topic)
  const from = ranges[0]?.from ?? "never"
  const to = ranges.at(-1)?.to ?? "never"
  return new DateNotCovered({ date, topic: topic.replace("-", " "), from, to })
}

/** Hours of continuous trading, end exclusive; ms since 00:00 IST. */
export interface Span {
  readonly open: number
  readonly close: number
}

export interface Phase {
  readonly phase: string
  readonly start: number
  readonly end: number
}

export interface CalendarDay {
  readonly date: string
  readonly trading: boolean
  /** Why: a holiday's or a special session's name; `weekend`; empty on an ordinary trading day. */
  readonly reason: string
  readonly kind: "normal" | "weekend" | "holiday" | "full" | "muhurat" | "recovery-test"
}

type SpecialSession = CalendarRules["specialSessions"][number]

type Answer<A> = Result.Result<A, DateNotCovered>

const DAYS_A_LOOK = 30

export class TradingCalendar {
  readonly rules: CalendarRules
  readonly #holidays: ReadonlyMap<string, CalendarRules["holidays"][number]>
  /** By date, and by date and segment where a segment has hours of its own. */
  readonly #specials: ReadonlyMap<string, SpecialSession>
  readonly #settlementHolidays: ReadonlySet<string>

  constructor(rules: CalendarRules) {
    this.rules = rules
    this.#holidays = new Map(rules.holidays.map((row) => [row.date, row]))
    this.#specials = new Map(rules.specialSessions.map((row) => [keyOf(row.date, row.segment ?? ""), row]))
    this.#settlementHolidays = new Set(rules.settlementHolidays.map(({ date }) => date))
  }

  day(date: string): Answer<CalendarDay> {
    return Result.map(this.#covered("trading-days", date), () => {
      const special = this.#anySpecial(date)
      if (special !== undefined) return { date, trading: true, reason: special.name, kind: special.kind }
      if (isWeekend(dayOf(date))) return { date, trading: false, reason: "weekend", kind: "weekend" }
      const holiday = this.#holidays.get(date)
      if (holiday !== undefined) return { date, trading: false, reason: holiday.name, kind: "holiday" }
      return { date, trading: true, reason: "", kind: "normal" }
    })
  }

  isTradingDay(date: string): Answer<boolean> {
    return Result.map(this.day(date), ({ trading }) => trading)
  }

  /** Trading days from `from` to `to`, both included, ascending. */
  tradingDays(from: string, to: string): Answer<ReadonlyArray<string>> {
    const days: Array<string> = []
    for (let day = dayOf(from); day <= dayOf(to); day++) {
      const trading = this.isTradingDay(dateOf(day))
      if (Result.isFailure(trading)) return Result.fail(trading.failure)
      if (trading.success) days.push(dateOf(day))
    }
    return Result.succeed(days)
  }

  /** The first trading day after the date. */
  next(date: string): Answer<string> {
    return this.#find(date, 1, (day) => this.isTradingDay(day))
  }

  /** The last trading day before the date. */
  previous(date: string): Answer<string> {
    return this.#find(date, -1, (day) => this.isTradingDay(day))
  }

  /**
   * Hours of continuous trading. Empty when the day does not trade; `undefined` when it does, but its hours are not
   * published yet.
   */
  spans(date: string, segment: Segment): Answer<ReadonlyArray<Span> | undefined> {
    return Result.map(this.day(date), ({ trading }) => {
      if (!trading) return []
      const special = this.#specialOf(date, segment)
      // Only other segments have a session then.
      if (special === undefined && !this.isOrdinaryWeekday(date)) return []
      if (special !== undefined && special.kind !== "full") {
        if (special.open === "" || special.close === "") return undefined
        const first = { open: timeIn(special.open), close: timeIn(special.close) }
        if (special.second_open === "" || special.second_close === "") return [first]
        return [first, { open: timeIn(special.second_open), close: timeIn(special.second_close) }]
      }
      return this.#phasesOf(date, segment).filter(({ phase }) => phase === "continuous")
        .map(({ end, start }) => ({ open: start, close: end }))
    })
  }

  /**
   * When the last continuous trading of the day ends; of a day whose hours nobody knows, and of one that does not trade, as
   * on an ordinary day of its time.
   */
  close(date: string, segment: Segment): number | undefined {
    const spans = Result.getOrElse(this.spans(date, segment), () => undefined)
    return spans?.at(-1)?.close ??
      this.#phasesOf(date, segment).findLast(({ phase }) => phase === "continuous")?.end
  }

  /** All phases of an ordinary day; those of a special session are not known in such detail: only its spans. */
  phases(date: string, segment: Segment): Answer<ReadonlyArray<Phase> | undefined> {
    return Result.flatMap(this.day(date), ({ trading }) => {
      if (!trading) return Result.succeed([])
      const kind = this.#specialOf(date, segment)?.kind ?? (this.isOrdinaryWeekday(date) ? "normal" : "closed")
      if (kind === "normal" || kind === "full") return Result.succeed(this.#phasesOf(date, segment))
      return Result.map(
        this.spans(date, segment),
        (spans) => spans?.map(({ close, open }) => ({ phase: "continuous", start: open, end: close }))
      )
    })
  }

  /** How many candles of so many minutes a day has when something trades all the time; the last one may be short. */
  expectedCandles(date: string, segment: Segment, minutes: number): Answer<number | undefined> {
    return Result.map(
      this.spans(date, segment),
      (spans) => spans?.reduce((sum, { close, open }) => sum + Math.ceil((close - open) / (minutes * 60_000)), 0)
    )
  }

  /** When a trade of that date settles (T+1): the next day on which both the exchange and the clearing work. */
  settlementOf(date: string): Answer<string> {
    return this.#find(
      date,
      1,
      (day) =>
        Result.flatMap(
          this.#covered("settlement-days", day),
          () => Result.succeed(this.isOrdinaryWeekday(day) && !this.#settlementHolidays.has(day))
        )
    )
  }

  /** Neither weekend nor holiday. A Muhurat session on a holiday, or a session on a weekend, makes no such day. */
  isOrdinaryWeekday(date: string): boolean {
    return !isWeekend(dayOf(date)) && !this.#holidays.has(date)
  }

  /** Dates of which it is known whether they trade. */
  get covered(): ReadonlyArray<DateRange> {
    return coveredRanges(this.rules.coverage, "trading-days")
  }

  /** Whether the trading days around the date are known. */
  covers(date: string): boolean {
    return Result.isSuccess(this.#covered("trading-days", date))
  }

  /** The last date up to which the trading days from the given one on are known; `undefined` when that one is not. */
  coveredTo(date: string): string | undefined {
    return this.covered.find(({ from, to }) => from <= date && date <= to)?.to
  }

  /** What makes the segment's day special; a row of its own comes before the one for all. */
  #specialOf(date: string, segment: Segment): SpecialSession | undefined {
    return this.#specials.get(keyOf(date, segment)) ?? this.#specials.get(keyOf(date, ""))
  }

  #anySpecial(date: string): SpecialSession | undefined {
    const keys = ["", ...Segment.literals] as const
    return keys.map((segment) => this.#specials.get(keyOf(date, segment))).find((row) => row !== undefined)
  }

  #phasesOf(date: string, segment: Segment): ReadonlyArray<Phase> {
    const rows = this.rules.phases.filter((row) => row.segment === segment && row.effective_from <= date)
    const newest = rows.reduce((latest, row) => row.effective_from > latest ? row.effective_from : latest, "")
    return rows.filter((row) => row.effective_from === newest)
      .map(({ end, phase, start }) => ({ phase, start: timeIn(start), end: timeIn(end) }))
  }

  #find(date: string, step: 1 | -1, is: (date: string) => Answer<boolean>): Answer<string> {
    let day = dayOf(date)
    for (let looked = 0; looked < DAYS_A_LOOK; looked++) {
      day += step
      const found = is(dateOf(day))
      if (Result.isFailure(found)) return Result.fail(found.failure)
      if (found.success) return Result.succeed(dateOf(day))
    }
    const ranges = this.covered
    return Result.fail(
      new DateNotCovered({
        date: dateOf(day),
        topic: "trading days",
        from: ranges[0]?.from ?? "never",
        to: ranges.at(-1)?.to ?? "never"
      })
    )
  }

  #covered(topic: "trading-days" | "settlement-days", date: string): Answer<void> {
    const fault = notCovered(this.rules.coverage, topic, date)
    return fault === undefined ? Result.void : Result.fail(fault)
  }
}

const keyOf = (date: string, segment: Segment | ""): string => `${date} ${segment}`

/** The rows were checked when they were read: they are `HH:MM`. */
const timeIn = (text: string): number => timeOfDay(Number(text.slice(0, 2)), Number(text.slice(3, 5)))
