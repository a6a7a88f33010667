/** The calendar against what really happened, and against itself. */
import { assert, describe, it } from "@effect/vitest"
import { dateOf, dayOf, isWeekend } from "@keepgaining/core/calendar/CalendarDays.ts"
import { isDate } from "@keepgaining/core/calendar/CalendarRules.ts"
import { checkRules } from "@keepgaining/core/calendar/checkRules.ts"
import { coveredRanges } from "@keepgaining/core/calendar/coverage.ts"
import { expiringOn, scheduledExpiries } from "@keepgaining/core/calendar/expiries.ts"
import { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { lotOf } from "@keepgaining/core/contracts/ContractRules.ts"
import { ruleListing } from "@keepgaining/core/contracts/ruleListing.ts"
import { loadCalendar, loadCharges, loadContractRules, RuleFileRefused } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const calendar = Effect.runSync(loadCalendar())

const of = <A, E>(answer: Result.Result<A, E>): A => Result.getOrThrowWith(answer, (error) => error)

const days = (year: number) => of(calendar.tradingDays(`${year}-01-01`, `${year}-12-31`))

/** Where the expiry differs from the scheduled day, in the span. */
const exceptions = (family: string, kind: "weekly" | "monthly" | undefined, from: string, to: string) =>
  of(scheduledExpiries(calendar, from, to, family))
    .filter((expiry) => expiry.date !== expiry.scheduled && (kind === undefined || expiry.kind === kind))
    .map(({ date }) => date)

describe("trading days", () => {
  it.each([[2022, 248], [2023, 246], [2024, 249], [2025, 249], [2026, 247]])("of %i are %i", (year, count) => {
    assert.lengthOf(days(year), count)
  })

  it("of 2026 up to 21 August are 158", () => {
    assert.lengthOf(of(calendar.tradingDays("2026-01-01", "2026-08-21")), 158)
  })

  it("are not guessed beyond what is known", () => {
    const beyond = calendar.day("2027-01-04")
    assert.isTrue(Result.isFailure(beyond))
    assert.match(Result.isFailure(beyond) ? beyond.failure.message : "", /known from 2022-01-01 to 2026-12-31/)
    assert.isTrue(Result.isFailure(calendar.next("2026-12-31")))
  })

  it.each([
    ["2024-01-22", false],
    ["2024-01-20", true],
    ["2024-05-20", false],
    ["2024-11-20", false],
    ["2026-01-15", false],
    ["2024-03-02", true],
    ["2024-05-18", true],
    ["2026-02-01", true],
    ["2025-10-21", true],
    ["2026-11-24", false],
    ["2022-08-08", true]
  ])("know %s, which public calendars get wrong", (date, trading) => {
    assert.strictEqual(of(calendar.isTradingDay(date)), trading)
  })

  it.prop(
    "are in order: the next of the previous is the day itself",
    [Schema.Int.check(Schema.isBetween({ minimum: dayOf("2022-01-15"), maximum: dayOf("2026-12-15") }))],
    ([day]) => {
      const date = dateOf(day)
      const next = of(calendar.next(date))
      const previous = of(calendar.previous(next))
      assert.isAbove(dayOf(next), day)
      assert.isTrue(of(calendar.isTradingDay(next)))
      if (of(calendar.isTradingDay(date))) assert.strictEqual(previous, date)
      else assert.isBelow(dayOf(previous), day)
      if (of(calendar.day(date)).kind === "normal") assert.isFalse(isWeekend(day))
    },
    { arbitrary: { runs: 300, size: 100 } }
  )
})

describe("sessions", () => {
  it.each(
    [
      ["2026-07-31", "cash", 375],
      ["2026-07-31", "derivatives", 375],
      ["2026-08-03", "derivatives", 385],
      ["2026-08-03", "cash", 375],
      ["2026-08-03", "cash-closing-auction", 360],
      ["2024-03-02", "cash", 105],
      ["2024-05-18", "derivatives", 105],
      ["2024-11-01", "cash", 60],
      ["2025-10-21", "cash", 60],
      ["2026-10-02", "cash", 0],
      ["2026-02-01", "cash", 375]
    ] as const
  )("of %s in %s have %i minutes", (date, segment, minutes) => {
    assert.strictEqual(of(calendar.expectedCandles(date, segment, 1)), minutes)
  })

  it("whose hours are not published are not made up", () => {
    assert.isTrue(of(calendar.isTradingDay("2026-11-08")))
    assert.isUndefined(of(calendar.expectedCandles("2026-11-08", "cash", 1)))
  })

  it("have a closing auction from 2026-08-03 and a pre-open in two parts from 2026-09-07", () => {
    const phases = (date: string) => of(calendar.phases(date, "cash-closing-auction"))?.map(({ phase }) => phase) ?? []
    assert.notInclude(phases("2026-07-31"), "auction-match")
    assert.include(phases("2026-08-03"), "auction-match")
    assert.include(phases("2026-09-04"), "pre-open-entry")
    assert.include(phases("2026-09-07"), "pre-open-entry-2")
  })
})

describe("settlement", () => {
  it.each([
    ["2026-08-25", "2026-08-27"],
    ["2026-08-26", "2026-08-27"],
    ["2026-03-30", "2026-04-02"],
    ["2026-04-01", "2026-04-02"],
    ["2026-08-20", "2026-08-21"]
  ])("of a trade of %s is on %s", (traded, settled) => {
    assert.strictEqual(of(calendar.settlementOf(traded)), settled)
  })

  it("is not guessed for years whose clearing holidays were not collected", () => {
    assert.isTrue(Result.isFailure(calendar.settlementOf("2023-08-14")))
  })
})

describe("expiries that a holiday moved", () => {
  it("of NIFTY are those that happened", () => {
    assert.deepStrictEqual(exceptions("NIFTY", undefined, "2022-01-01", "2025-08-31"), [
      "2022-04-13",
      "2023-01-25",
      "2023-03-29",
      "2023-06-28",
      "2024-04-10",
      "2024-08-14",
      "2025-04-09",
      "2025-04-30"
    ])
    assert.deepStrictEqual(exceptions("NIFTY", undefined, "2025-09-01", "2026-12-31"), [
      "2025-10-20",
      "2026-03-02",
      "2026-03-30",
      "2026-04-13",
      "2026-10-19",
      "2026-11-09",
      "2026-11-23"
    ])
  })

  it("of the other families too", () => {
    assert.deepStrictEqual(exceptions("BANKNIFTY", undefined, "2022-01-01", "2024-12-31"), [
      "2022-04-13",
      "2023-01-25",
      "2023-03-29",
      "2023-06-28",
      "2024-04-16",
      "2024-04-30",
      "2024-07-16",
      "2024-10-01",
      "2024-12-24"
    ])
    assert.deepStrictEqual(exceptions("FINNIFTY", "weekly", "2022-01-01", "2024-11-19"), [
      "2022-02-28",
      "2022-05-02",
      "2022-08-08",
      "2022-11-07",
      "2023-03-06",
      "2023-04-03",
      "2023-08-14",
      "2023-09-18",
      "2023-10-23",
      "2023-11-13"
    ])
    assert.deepStrictEqual(exceptions("SENSEX", undefined, "2024-01-01", "2026-07-31"), [
      "2024-01-25",
      "2024-03-07",
      "2024-03-28",
      "2024-10-31",
      "2024-11-14",
      "2025-10-01",
      "2025-12-24",
      "2026-01-14",
      "2026-03-25",
      "2026-05-27"
    ])
  })
})

describe("expiries of a day", () => {
  it("name families and kinds", () => {
    const names = (date: string) => of(expiringOn(calendar, date)).map(({ family, kind }) => `${family} ${kind}`).sort()
    assert.deepStrictEqual(names("2026-11-23"), [
      "BANKNIFTY monthly",
      "FINNIFTY monthly",
      "MIDCPNIFTY monthly",
      "NIFTY monthly",
      "NIFTYFPI monthly",
      "NIFTYNXT50 monthly",
      "NSE stocks monthly"
    ])
    assert.deepStrictEqual(names("2026-12-01"), ["NIFTY weekly"])
    assert.deepStrictEqual(names("2026-12-03"), ["SENSEX weekly"])
    assert.deepStrictEqual(names("2025-09-02"), ["NIFTY weekly"])
    assert.deepStrictEqual(names("2025-01-03"), ["SENSEX weekly"])
    assert.deepStrictEqual(names("2026-11-24"), [])
  })
})

describe("an expiry that a late holiday may have moved", () => {
  it("is told as not verified", () => {
    const found = of(expiringOn(calendar, "2024-01-19"))
    assert.deepStrictEqual(
      found.filter(({ doubt }) => doubt !== undefined).map(({ doubt, family }) => [family, doubt]),
      ["MIDCPNIFTY", "BANKEX"].map((family) => [
        family,
        "not verified: the holiday 2024-01-22 that moved it was announced only on 2024-01-19"
      ])
    )
    // The election of 15 January 2026 was announced three days before the day to which it moved the weekly of SENSEX.
    const [sensex] = of(expiringOn(calendar, "2026-01-14"))
    assert.deepInclude(sensex, { family: "SENSEX", scheduled: "2026-01-15" })
    assert.isUndefined(sensex?.doubt)
    const all = of(scheduledExpiries(calendar, "2022-01-10", "2026-12-31"))
    assert.deepStrictEqual(
      all.filter(({ doubt }) => doubt !== undefined).map(({ date, family }) => `${family} ${date}`),
      ["MIDCPNIFTY 2024-01-19", "BANKEX 2024-01-19"]
    )
  })
})

describe("BSE's other families", () => {
  const kinds = (family: string, from: string, to: string) =>
    of(scheduledExpiries(calendar, from, to, family)).map(({ date, kind }) => `${kind} ${date}`)

  it("are FOCIT, monthly on Thursdays since May 2026, and SENSEX50, weekly until November 2024", () => {
    assert.deepStrictEqual(kinds("FOCIT", "2026-01-01", "2026-08-31"), [
      "monthly 2026-05-27",
      "monthly 2026-06-25",
      "monthly 2026-07-30",
      "monthly 2026-08-27"
    ])
    assert.deepStrictEqual(kinds("SENSEX50", "2024-11-01", "2025-02-28"), [
      "weekly 2024-11-07",
      "weekly 2024-11-14",
      "monthly 2024-11-28",
      "monthly 2024-12-26",
      "monthly 2025-01-28",
      "monthly 2025-02-25"
    ])
  })
})

describe("dates that are covered", () => {
  const row = (from: string, to: string) => ({
    topic: "trading-days" as const,
    from,
    to,
    source: "s",
    as_of: "2026-01-01",
    confidence: "A"
  })

  it("are the union of all rows", () => {
    const rows = [row("2027-01-01", "2027-12-31"), row("2022-01-01", "2026-12-31"), row("2030-01-01", "2030-06-30")]
    assert.deepStrictEqual(coveredRanges(rows, "trading-days"), [
      { from: "2022-01-01", to: "2027-12-31" },
      { from: "2030-01-01", to: "2030-06-30" }
    ])
    assert.deepStrictEqual(coveredRanges(rows, "charges"), [])
    const longer = new TradingCalendar({ ...calendar.rules, coverage: rows })
    const listed = ruleListing(longer).expiries("NSE", "NIFTY")
    assert.include(listed, "2022-01-06")
    assert.include(listed, "2027-12-28")
    assert.include(listed, "2030-06-25")
    assert.isFalse(listed.some((date) => date > "2028-01-01" && date < "2029-12-31"))
    assert.isFalse(
      checkRules(longer.rules, "2026-12-20").some(({ row, topic }) => topic === "coverage" && row === "trading-days")
    )
  })

  it("are real ones", () => {
    assert.deepStrictEqual(["2026-02-28", "2026-02-30", "2026-13-01", "2026-1-1", ""].map(isDate), [
      true,
      false,
      false,
      false,
      false
    ])
  })
})

describe("a check of the rules", () => {
  it("finds nothing wrong in the shipped ones, and what has to be looked up", () => {
    const findings = checkRules(calendar.rules, "2026-11-05")
    assert.deepStrictEqual(findings.filter(({ level }) => level === "wrong"), [])
    assert.isTrue(findings.some(({ level, row }) => level === "stale" && row === "2026-11-08"))
    assert.isTrue(findings.some(({ level, row }) => level === "stale" && row === "trading-days"))
  })

  it("finds what contradicts itself", () => {
    const [holiday] = calendar.rules.holidays
    const [expiry] = calendar.rules.expiries
    const rules = {
      ...calendar.rules,
      holidays: [{ ...holiday!, date: "2026-02-01" }],
      expiries: [expiry!, { ...expiry!, weekday: "monday" as const, effective_from: "2020-01-01" }]
    }
    const wrong = checkRules(rules, "2026-01-01").filter(({ level }) => level === "wrong").map(({ what }) => what)
    assert.lengthOf(wrong, 3)
    assert.isTrue(wrong.some((what) => /overlap/.test(what)))
  })
})

describe("a user's own rules", () => {
  const withOwn = (name: string, text: string) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-rules-"))
    fs.writeFileSync(path.join(folder, name), text)
    return { folder, done: () => fs.rmSync(folder, { recursive: true }) }
  }
  const header = "date,name,kind,source,as_of,confidence"

  it.effect("add to the shipped ones and replace them", () =>
    Effect.gen(function*() {
      const own = withOwn(
        "holidays.csv",
        `${header}\n2026-12-16,"An election, announced late",adhoc,NSE circular,2026-12-10,A\n`
      )
      const mine = yield* loadCalendar(own.folder)
      assert.deepInclude(of(mine.day("2026-12-16")), { trading: false, reason: "An election, announced late" })
      assert.isFalse(of(mine.isTradingDay("2026-12-25")))
      own.done()
    }))

  it.effect("may have the optional columns, or lack them", () =>
    Effect.gen(function*() {
      const source = ",mine,2026-12-10,A"
      const charges = withOwn(
        "charge-rates.csv",
        `charge,exchange,class,effective_from,rate,unit,source,as_of,confidence,scope\n` +
          `transaction,BSE,cash,2026-12-01,500,per-crore${source},R\n`
      )
      const mine = new ChargeSchedule(yield* loadCharges(charges.folder))
      assert.strictEqual(mine.rate("transaction", "2026-12-02", { exchange: "BSE", class: "cash", scope: "R" }), 5e-5)
      assert.strictEqual(mine.rate("transaction", "2026-12-02", { exchange: "BSE", class: "cash" }), 3.75e-5)
      charges.done()

      const plain = withOwn(
        "charge-rates.csv",
        `charge,exchange,class,effective_from,rate,unit,source,as_of,confidence\n` +
          `transaction,BSE,cash,2026-12-01,400,per-crore${source}\n`
      )
      const other = new ChargeSchedule(yield* loadCharges(plain.folder))
      assert.strictEqual(other.rate("transaction", "2026-12-02", { exchange: "BSE", class: "cash" }), 4e-5)
      plain.done()

      const lots = withOwn(
        "lots.csv",
        `underlying,kind,first_expiry,lot,source,as_of,confidence,from_day\n` +
          `NIFTY,monthly,2027-03-30,50${source},2026-12-30\n`
      )
      const own = yield* loadContractRules(lots.folder)
      assert.strictEqual(lotOf(own, "NIFTY", "monthly", "2027-03-30", "2026-12-29")?.lot, 65)
      assert.strictEqual(lotOf(own, "NIFTY", "monthly", "2027-03-30", "2026-12-30")?.lot, 50)
      lots.done()

      const coverage = withOwn(
        "coverage.csv",
        `topic,from,to,source,as_of,confidence\ncharges,2027-04-01,2028-03-31${source}\n`
      )
      const longer = new ChargeSchedule(yield* loadCharges(coverage.folder))
      assert.isUndefined(longer.notCovered("2028-03-31"))
      assert.strictEqual(longer.notCovered("2028-04-01")?.to, "2028-03-31")
      coverage.done()

      const holidays = withOwn(
        "holidays.csv",
        `${header},announced\n2026-12-22,An election,adhoc${source},2026-12-21\n`
      )
      const moved = of(expiringOn(yield* loadCalendar(holidays.folder), "2026-12-21"))
      assert.match(moved[0]?.doubt ?? "", /2026-12-22 that moved it was announced only on 2026-12-21/)
      holidays.done()
    }))

  const wrong: ReadonlyArray<readonly [text: string, message: RegExp]> = [
    [`${header}\n2026-13-16,x,adhoc,s,2026-12-10,A\n`, /holidays\.csv:2: .*date/],
    [`${header}\n2026-12-16,x,adhoc,s,2026-12-10\n`, /holidays\.csv:2: 5 columns/],
    [`${header}\n2026-12-16,x,maybe,s,2026-12-10,A\n`, /holidays\.csv:2: .*adhoc/]
  ]

  it.effect.each(wrong)(
    "are refused with file and line when they are wrong",
    ([text, message]) =>
      Effect.gen(function*() {
        const own = withOwn("holidays.csv", text)
        const refused = yield* Effect.flip(loadCalendar(own.folder))
        assert.instanceOf(refused, RuleFileRefused)
        assert.match(refused.message, message)
        own.done()
      })
  )
})
