/** What of the calendar's rules needs a look. Pure; `today` is an IST date. */
import { dateOf, dayOf, isWeekend } from "./CalendarDays.ts"
import type { CalendarRules, CoverageRow } from "./CalendarRules.ts"
import { coveredRanges } from "./coverage.ts"

export interface RuleFinding {
  /** `wrong` contradicts another row; `stale` needs a newer source soon; `guess` was never confirmed. */
  readonly level: "wrong" | "stale" | "guess"
  readonly topic: string
  /** Which row. */
  readonly row: string
  readonly what: string
  readonly remedy: string
}

const CIRCULARS: Readonly<Record<CoverageRow["topic"], string>> = {
  "trading-days": "Read the exchange's circular for the year after (published in December) into your rules folder",
  "settlement-days":
    "Read the clearing corporation's circular for the year after (published in December) into your rules folder",
  charges:
    "Read the Finance Act and the exchanges' circulars on charges, then add their rows, and a row to coverage.csv, " +
    "to your rules folder",
  prices:
    "Read the exchanges' circulars on ticks and price limits, then add their rows, and a row to coverage.csv, to " +
    "your rules folder"
}

/** Coverage that ends within so many days is told. */
const SOON = 60

export const checkRules = (rules: CalendarRules, today: string): ReadonlyArray<RuleFinding> => {
  const soon = dateOf(dayOf(today) + SOON)
  const findings: Array<RuleFinding> = []
  for (const topic of new Set(rules.coverage.map((row) => row.topic))) {
    const to = coveredRanges(rules.coverage, topic).findLast(({ from }) => from <= today)?.to
    if (to !== undefined && to < soon) {
      const what = `known only until ${to}`
      findings.push({ level: "stale", topic: "coverage", row: topic, what, remedy: CIRCULARS[topic] })
    }
  }
  for (const { close, date, kind, name, open, segment = "" } of rules.specialSessions) {
    if (kind === "full" || (open !== "" && close !== "")) continue
    findings.push({
      level: "stale",
      topic: "special sessions",
      row: `${date} ${segment}`.trim(),
      what: `${name}: its hours are not known`,
      remedy: "Add them with their circular to special-sessions.csv in your rules folder"
    })
  }
  const specials = new Set(rules.specialSessions.filter(({ kind }) => kind !== "muhurat").map(({ date }) => date))
  for (const { date, name } of rules.holidays) {
    if (specials.has(date)) {
      const what = `${name} is a holiday and a full session`
      findings.push({ level: "wrong", topic: "holidays", row: date, what, remedy: "Remove one of the two rows" })
    }
    if (isWeekend(dayOf(date))) {
      const what = `${name} is on a weekend`
      findings.push({
        level: "wrong",
        topic: "holidays",
        row: date,
        what,
        remedy: "Correct the date, or remove the row"
      })
    }
  }
  findings.push(...overlaps(rules))
  for (const { confidence, effective_from, effective_to, family, kind } of rules.expiries) {
    if (!confidence.startsWith("D") || (effective_to !== "" && effective_to < today)) continue
    findings.push({
      level: "guess",
      topic: "expiries",
      row: `${family} ${kind} from ${effective_from}`,
      what: "no source confirms it",
      remedy: "Compare it with the broker's instrument master"
    })
  }
  return findings
}

const overlaps = ({ expiries }: CalendarRules): ReadonlyArray<RuleFinding> =>
  expiries.flatMap((one, i) =>
    expiries.slice(i + 1).filter((other) =>
      other.family === one.family && other.kind === one.kind && other.weekday !== one.weekday &&
      one.effective_from <= (other.effective_to || "9999") && other.effective_from <= (one.effective_to || "9999")
    ).map((other): RuleFinding => ({
      level: "wrong",
      topic: "expiries",
      row: `${one.family} ${one.kind}`,
      what: `${one.weekday} from ${one.effective_from} and ${other.weekday} from ${other.effective_from} overlap`,
      remedy: "End the earlier one with the day before the later one begins"
    }))
  )
