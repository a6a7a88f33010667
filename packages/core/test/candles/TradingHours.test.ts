import { assert, describe, it } from "@effect/vitest"
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { type CalendarRules, Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { CandleBuilder } from "@keepgaining/core/candles/CandleBuilder.ts"
import { intervals } from "@keepgaining/core/candles/Interval.ts"
import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import { HoursRules, plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { formatIstTime, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { NaiveCandles, type NaiveTick } from "./naiveCandles.ts"

const origin = { source: "test", as_of: "2026-01-01", confidence: "A" }
const phase = (segment: Segment, effective_from: string, start: string, end: string, name = "continuous") => ({
  segment,
  effective_from,
  phase: name,
  start,
  end,
  ...origin
})
const special = (
  date: string,
  kind: "full" | "muhurat" | "recovery-test",
  ...times: ReadonlyArray<string>
): CalendarRules["specialSessions"][number] => {
  const [open = "", close = "", second_open = "", second_close = ""] = times
  return { date, name: kind, kind, open, close, second_open, second_close, ...origin }
}

const calendar = new TradingCalendar({
  holidays: [{ date: "2026-11-10", name: "Diwali", kind: "planned", ...origin }],
  specialSessions: [
    special("2025-10-21", "muhurat", "13:45", "14:45"),
    special("2024-03-02", "recovery-test", "09:15", "10:00", "11:30", "12:30"),
    special("2026-02-01", "full"),
    special("2026-11-08", "muhurat"),
    special("2026-08-29", "full"),
    special("2026-10-19", "muhurat", "18:00", "19:00"),
    { ...special("2026-10-19", "muhurat", "18:00", "18:45"), segment: "cash-closing-auction" },
    { ...special("2026-10-25", "muhurat", "18:00", "19:00"), segment: "derivatives" }
  ],
  phases: [
    phase("cash", "2010-10-18", "09:15", "15:30"),
    phase("cash-closing-auction", "2010-10-18", "09:15", "15:30"),
    phase("cash-closing-auction", "2026-08-03", "09:15", "15:15"),
    phase("cash-closing-auction", "2026-08-03", "15:30", "15:35", "auction-match"),
    phase("derivatives", "2010-01-04", "09:15", "15:30"),
    phase("derivatives", "2026-08-03", "09:15", "15:40")
  ],
  settlementHolidays: [],
  expiries: [],
  coverage: [{ topic: "trading-days", from: "2022-01-01", to: "2026-12-31", ...origin }]
})

const live = new TradingHours(calendarHours(calendar, { holidays: true }))
const recorded = new TradingHours(calendarHours(calendar, { holidays: false }))

const noon = (date: string): number => Date.parse(`${date}T12:00:00+05:30`)

const shown = (hours: TradingHours, segment: Segment, date: string): string =>
  hours.of(segment).day(noon(date))?.spans
    .map(({ close, open }) => `${formatIstTime(open).slice(0, 5)}-${formatIstTime(close).slice(0, 5)}`).join(" ") ??
    "none"

/** Ticks of a whole day, a minute apart or less, in and outside of its sessions. */
const ticksOf = (date: string, seed: number): ReadonlyArray<NaiveTick> => {
  const random = Random.fromSeed(seed)
  const ticks: Array<NaiveTick> = []
  let time = Date.parse(`${date}T08:55:00+05:30`)
  let cumulative = 1_000
  while (time < Date.parse(`${date}T16:05:00+05:30`)) {
    ticks.push({
      time,
      price: 10_000 + Random.integer(random, 900),
      cumulative,
      openInterest: Random.integer(random, 50)
    })
    time += 1 + Random.integer(random, 45_000)
    cumulative += Random.integer(random, 40)
  }
  return ticks
}

describe("candles of every kind of day", () => {
  it.prop(
    "equal those built the slow way",
    [
      Schema.Literals([
        "2024-03-02",
        "2025-10-21",
        "2026-02-01",
        "2026-07-31",
        "2026-08-03",
        "2026-11-10",
        "2026-06-13"
      ]),
      Segment,
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e6 }))
    ],
    ([date, segment, seed]) => {
      const hours = live.of(segment)
      const builder = new CandleBuilder(new Float64Array(CandleBuilder.stateSize), 0, 7, hours)
      const naive = new NaiveCandles(hours)
      const closed: Array<Candle> = []
      const close = (now: number): void => {
        const mask = builder.closeUntil(now)
        intervals.forEach((interval, i) => (mask & (1 << i)) !== 0 && closed.push(builder.closed(interval)))
      }
      for (const tick of ticksOf(date, seed)) {
        if (builder.nextClose <= tick.time) {
          close(tick.time)
          naive.closedUntil(tick.time)
        }
        builder.onTick(tick.time, tick.price, tick.cumulative, tick.openInterest)
        naive.tick(tick)
      }
      close(Infinity)
      for (const interval of intervals) {
        assert.deepStrictEqual(closed.filter((candle) => candle.interval === interval), naive.all(interval), interval)
      }
      const days = closed.filter(({ interval }) => interval === "1d")
      assert.strictEqual(days.length, hours.day(noon(date)) === undefined ? 0 : 1)
    },
    { arbitrary: { runs: 40 } }
  )
})

describe("trading hours", () => {
  it("change on their day, by segment", () => {
    assert.strictEqual(shown(live, "derivatives", "2026-07-31"), "09:15-15:30")
    assert.strictEqual(shown(live, "derivatives", "2026-08-03"), "09:15-15:40")
    assert.strictEqual(shown(live, "cash-closing-auction", "2026-07-31"), "09:15-15:30")
    assert.strictEqual(shown(live, "cash-closing-auction", "2026-08-03"), "09:15-15:15")
    assert.strictEqual(shown(live, "cash", "2026-08-03"), "09:15-15:30")
  })

  it("know special sessions, holidays and weekends", () => {
    assert.strictEqual(shown(live, "cash", "2025-10-21"), "13:45-14:45")
    assert.strictEqual(shown(live, "cash", "2024-03-02"), "09:15-10:00 11:30-12:30")
    assert.strictEqual(shown(live, "derivatives", "2026-02-01"), "09:15-15:30")
    assert.strictEqual(shown(live, "cash", "2026-11-08"), "none")
    assert.strictEqual(shown(live, "cash", "2026-11-10"), "none")
    assert.strictEqual(shown(live, "cash", "2026-06-13"), "none")
  })

  it("of a full session on a weekend are those of each segment", () => {
    assert.strictEqual(shown(live, "derivatives", "2026-08-29"), "09:15-15:40")
    assert.strictEqual(shown(live, "cash-closing-auction", "2026-08-29"), "09:15-15:15")
    assert.strictEqual(shown(live, "cash", "2026-08-29"), "09:15-15:30")
  })

  it("of a special session may be a segment's own, before those that are of all", () => {
    assert.strictEqual(shown(live, "cash-closing-auction", "2026-10-19"), "18:00-18:45")
    assert.strictEqual(shown(live, "cash", "2026-10-19"), "18:00-19:00")
    // A Sunday with a session of derivatives alone.
    assert.strictEqual(shown(live, "derivatives", "2026-10-25"), "18:00-19:00")
    assert.strictEqual(shown(live, "cash", "2026-10-25"), "none")
  })

  it("are those that the calendar says, segment by segment", () => {
    for (let day = dayOf("2024-01-01"); day <= dayOf("2026-12-31"); day++) {
      for (const segment of Segment.literals) {
        const date = dateOf(day)
        const spans = Result.getOrThrow(calendar.spans(date, segment)) ?? []
        const midnight = startOfIstDay(day)
        assert.deepStrictEqual(
          live.of(segment).day(noon(date))?.spans ?? [],
          spans.map(({ close, open }) => ({ open: midnight + open, close: midnight + close })),
          `${date} ${segment}`
        )
      }
    }
  })

  it("end where the calendar does: of no day beyond it is said that it trades", () => {
    for (const date of ["2021-12-31", "2027-01-01", "2027-01-04", "2027-01-26"]) {
      assert.strictEqual(shown(live, "cash", date), "none", date)
      assert.isFalse(live.covers(noon(date)), date)
      assert.isUndefined(live.day(noon(date), Segment.literals), date)
    }
    assert.isTrue(live.covers(noon("2026-12-31")))
    assert.strictEqual(shown(live, "cash", "2026-12-31"), "09:15-15:30")
    // A generated market trades on any day, and a recording's ticks prove that theirs did.
    assert.strictEqual(shown(new TradingHours(plainHours), "cash", "2027-01-26"), "09:15-15:30")
    assert.strictEqual(shown(recorded, "cash", "2027-01-26"), "09:15-15:30")
  })

  it("of a recording hold on any day, for its ticks prove that it traded; also before the calendar begins", () => {
    assert.strictEqual(shown(recorded, "cash", "2026-11-10"), "09:15-15:30")
    assert.strictEqual(shown(recorded, "cash", "2026-06-13"), "09:15-15:30")
    assert.strictEqual(shown(recorded, "cash", "2021-06-09"), "09:15-15:30")
    assert.strictEqual(shown(recorded, "cash", "2025-10-21"), "13:45-14:45")
    assert.strictEqual(shown(recorded, "cash", "2009-06-09"), "none")
  })

  it("of a session run from the first open to the last close of what is watched", () => {
    const day = live.day(noon("2026-08-03"), ["cash-closing-auction", "derivatives"])
    assert.strictEqual(formatIstTime(day?.close ?? 0), "15:40:00")
    assert.isUndefined(live.day(noon("2026-11-10"), ["cash"]))
  })

  it("are plain data that reads back", () => {
    for (const rules of [live.rules, recorded.rules, plainHours]) {
      const read = Schema.decodeUnknownSync(Schema.fromJsonString(HoursRules))(JSON.stringify(rules))
      assert.deepStrictEqual(read, rules)
    }
  })

  it("belong to segments that follow from the instruments of the session", () => {
    const table = InstrumentTable.from([
      { symbol: "NSE:NIFTY 50", exchange: "NSE", kind: "index", tickSize: 5, lotSize: 1 },
      { symbol: "NSE:SBIN", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 },
      { symbol: "NSE:ITC", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 },
      { symbol: "NSE:SBIN26NOVFUT", exchange: "NSE", kind: "future", tickSize: 5, lotSize: 750, underlying: "NSE:SBIN" }
    ])
    assert.deepStrictEqual(segmentsOf(table), ["cash", "cash-closing-auction", "cash", "derivatives"])
  })

  it("belong to segments that shares say themselves, whatever else is watched", () => {
    const on = { exchange: "NSE", tickSize: 5, lotSize: 1 } as const
    const table = InstrumentTable.from([
      { ...on, symbol: "NSE:SBIN", kind: "equity", closingAuction: false },
      { ...on, symbol: "NSE:RELIANCE", kind: "equity", closingAuction: true },
      { ...on, symbol: "NSE:SBIN26NOVFUT", kind: "future", underlying: "NSE:SBIN" }
    ])
    assert.deepStrictEqual(segmentsOf(table), ["cash", "cash-closing-auction", "derivatives"])
  })
})
