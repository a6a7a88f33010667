/** The clock of `--profile sim`: it shows an open market whenever one starts, and never goes back from start to start. */
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { openPrivateFile } from "@keepgaining/engine/storage/PrivateFile.ts"
import { marketOffset } from "@keepgaining/engine/time/marketClock.ts"
import { type Shift, shifted, shiftedClock } from "@keepgaining/engine/time/shiftedClock.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as path from "node:path"

const Kept = Schema.Struct({
  offset: Schema.Finite,
  pace: Schema.optionalKey(Schema.Finite),
  at: Schema.optionalKey(Schema.Finite),
  /** The time of day that was asked for. */
  begin: Schema.optionalKey(Schema.Finite)
})

export const marketTime = (
  data: string,
  options: {
    /** Market seconds a second. */
    readonly pace: number
    /** Time of day at which a market is entered, ms since 00:00 IST. */
    readonly begin: number | undefined
  }
) =>
  Effect.gen(function*() {
    const base = yield* Clock.Clock
    const calendar = yield* loadCalendar(userFolder(data))
    const file = yield* openPrivateFile({
      file: path.join(data, "clock.json"),
      schema: Kept,
      empty: { offset: 0 },
      remedy: "Remove it: the simulated market then begins with another day."
    })
    const now = yield* Clock.currentTimeMillis
    const { begin, pace } = options
    const shift = yield* file.update((before) => {
      const least = shifted(now, { offset: before.offset, pace: before.pace ?? 1, at: before.at ?? now }) - now
      const entry = begin === undefined ? undefined : { begin, entered: before.begin === begin }
      const next: Shift = { offset: marketOffset(now, least, calendar, entry), pace, at: now }
      return [next, begin === undefined ? next : { ...next, begin }]
    })
    return shiftedClock(base, shift)
  })
