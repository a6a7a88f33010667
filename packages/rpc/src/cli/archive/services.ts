/** What the commands on the archive run on, and what several of them ask for. */
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import * as OfficialDays from "@keepgaining/engine/archive/OfficialDays.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as path from "node:path"
import { BAD_INPUT, type CommandFailure, fail } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

export const shared = {
  data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
} as const

export const archive = (data: string) =>
  Layer.mergeAll(CandleArchive.layer, InstrumentStore.layer, OfficialDays.layer).pipe(
    Layer.provideMerge(Database.layerConfig(path.join(data, "database")))
  )

export const rangeFlags = {
  from: Flag.Date("from").pipe(Flag.withDescription("First day, 2025-01-01"), Flag.optional),
  to: Flag.Date("to").pipe(Flag.withDescription("Last day"), Flag.optional)
} as const

export const segmentFlag = Flag.Literals("segment", Segment.literals).pipe(
  Flag.withDescription(
    "Whose trading hours the instrument has; without it futures and options are told by their symbol, and shares whose close " +
      "an auction makes by the instrument masters"
  ),
  Flag.optional
)

/** Before anything that the archive has. */
export const FIRST_DAY = "1970-01-02"

export const dateText = (date: Date): string => date.toISOString().slice(0, 10)

/** The days that the flags name; without one from the first day of all, or to the last. */
export const datesOf = (
  { from, to }: { readonly from: Option.Option<Date>; readonly to: Option.Option<Date> }
): Effect.Effect<{ readonly from: string; readonly to: string }, CommandFailure> => {
  const dates = {
    from: Option.match(from, { onNone: () => FIRST_DAY, onSome: dateText }),
    to: Option.match(to, { onNone: () => "2099-12-31", onSome: dateText })
  }
  return dates.from <= dates.to
    ? Effect.succeed(dates)
    : fail("Usage", `--from ${dates.from} is after --to ${dates.to}`, BAD_INPUT)
}

/** Instants `[from, to)` of whole Indian days. */
export const instantsOf = ({ from, to }: { readonly from: string; readonly to: string }): readonly [number, number] => [
  Date.parse(`${from}T00:00:00+05:30`),
  Date.parse(`${to}T00:00:00+05:30`) + 86_400_000
]
