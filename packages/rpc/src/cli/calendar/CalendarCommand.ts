/** `keepgaining calendar`: what the exchange does on a day, or in a month. */
import { dayOf, weekdayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { isDate, Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { dayReport, monthReport } from "@keepgaining/core/calendar/dayReport.ts"
import type { Expiry } from "@keepgaining/core/calendar/expiries.ts"
import type { DateNotCovered, TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { formatIstDate, formatTimeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

/** `HH:MM`. */
const time = (millis: number): string => formatTimeOfDay(millis).slice(0, 5)

const orUnknown = <A>(answer: Result.Result<A, DateNotCovered>): A | null => Result.getOrElse(answer, () => null)

const expiryText = (expiries: ReadonlyArray<Expiry>): string =>
  expiries.map(({ date, doubt, family, kind, scheduled }) =>
    `${family} ${kind}${
      scheduled === date ? "" : ` (moved from ${scheduled}${doubt === undefined ? "" : `; ${doubt}`})`
    }`
  ).join(", ")

const spanText = (calendar: TradingCalendar, date: string, segment: Segment): string => {
  const phases = orUnknown(calendar.phases(date, segment))
  if (phases === null || phases === undefined) return "hours not published yet"
  return phases.map(({ end, phase, start }) => `${phase} ${time(start)}-${time(end)}`).join(", ")
}

const dayText = (calendar: TradingCalendar, date: string) =>
  Result.map(dayReport(calendar, date), (report) =>
    [
      `${date} ${report.weekday}: ${report.trading ? "trading day" : "closed"}${
        report.reason === "" ? "" : `, ${report.reason}`
      }`,
      ...(report.trading
        ? Segment.literals.map((segment) => `  ${segment.padEnd(21)} ${spanText(calendar, date, segment)}`)
        : []),
      ...(report.expiries.length > 0 ? [`  expiring              ${expiryText(report.expiries)}`] : []),
      ...(report.settlement === null ? [] : [`  trades settle on      ${report.settlement}`]),
      `  trading days around   ${report.previous ?? "not known"}, ${report.next ?? "not known"}`
    ].join("\n"))

/** A grid of the month, Monday first: holidays in brackets, special sessions with a plus, expiries with an asterisk. */
const monthText = (calendar: TradingCalendar, month: string) =>
  Result.map(monthReport(calendar, month), (days) => {
    const first = dayOf(`${month}-01`)
    const cells = days.map(({ date, expiries, kind, trading }) => {
      const number = String(Number(date.slice(8))).padStart(2)
      if (kind === "holiday") return `[${number}]`
      if (!trading) return "  · "
      return ` ${number}${kind === "normal" ? (expiries.length > 0 ? "*" : " ") : "+"}`
    })
    const lead = Array.from({ length: (weekdayOf(first) + 6) % 7 }, () => "    ")
    const weeks: Array<string> = []
    for (let at = 0, all = [...lead, ...cells]; at < all.length; at += 7) weeks.push(all.slice(at, at + 7).join(""))
    const notable = days.filter(({ expiries, kind }) =>
      kind !== "weekend" && (kind !== "normal" || expiries.length > 0)
    )
    return [
      `${month}: ${days.filter(({ trading }) => trading).length} trading days`,
      "  Mo  Tu  We  Th  Fr  Sa  Su",
      ...weeks,
      ...notable.map(({ date, expiries, reason }) =>
        `${date}  ${
          [reason, expiries.length > 0 ? `expiring: ${expiryText(expiries)}` : ""].filter(Boolean).join("; ")
        }`
      )
    ].join("\n")
  })

export const calendarCommand = Command.make(
  "calendar",
  {
    when: Argument.String("DATE").pipe(
      Argument.withDescription("A date (2026-11-23) or a month (2026-11); today when not given"),
      Argument.optional
    ),
    data: Flag.String("data").pipe(
      Flag.withDescription("Data directory; rule files in its folder rules/ come before the engine's"),
      Flag.withDefault(defaults.dataDirectory)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
  },
  Effect.fn("calendar")(function*({ data, json, when }) {
    const calendar = yield* reported(loadCalendar(userFolder(data)))
    const asked = Option.getOrElse(when, () => "") || formatIstDate(yield* Clock.currentTimeMillis)
    const isMonth = /^\d{4}-(0[1-9]|1[0-2])$/.test(asked)
    if (!isMonth && !isDate(asked)) {
      const reason = `${JSON.stringify(asked)} is neither a date nor a month; give 2026-11-23 or 2026-11`
      return yield* fail("Usage", reason, BAD_INPUT)
    }
    const answer: Result.Result<unknown, DateNotCovered> = isMonth
      ? json ? monthReport(calendar, asked) : monthText(calendar, asked)
      : json
      ? dayReport(calendar, asked)
      : dayText(calendar, asked)
    const known = yield* reported(Effect.fromResult(answer))
    yield* Console.log(json ? JSON.stringify(known) : String(known))
  })
).pipe(
  Command.withDescription(
    "What NSE and BSE do on a day: whether they trade and why not, phases by segment, settlement, and which contracts " +
      "expire by rule; or a month at a glance. Dates that no circular covers yet are refused."
  ),
  Command.withShortDescription("Trading days, sessions, settlement and expiries"),
  Command.withExamples([
    { command: "keepgaining calendar 2026-11-23", description: "One day" },
    { command: "keepgaining calendar 2026-11 --json", description: "A month, for programs" }
  ])
)
