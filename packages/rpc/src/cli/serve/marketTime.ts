/** The clock of `--profile sim`: it shows an open market whenever one starts, and never goes back from start to start. */
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { openPrivateFile } from "@keepgaining/engine/storage/PrivateFile.ts"
import { marketOffset } from "@keepgaining/engine/time/marketClock.ts"
import { shiftedClock } from "@keepgaining/engine/time/shiftedClock.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as path from "node:path"

const Offset = Schema.Struct({ offset: Schema.Finite })

export const marketTime = (data: string) =>
  Effect.gen(function*() {
    const base = yield* Clock.Clock
    const calendar = yield* loadCalendar(userFolder(data))
    const file = yield* openPrivateFile({
      file: path.join(data, "clock.json"),
      schema: Offset,
      empty: { offset: 0 },
      remedy: "Remove it: the simulated market then begins with another day."
    })
    const now = yield* Clock.currentTimeMillis
    const offset = yield* file.update((before) => {
      const next = marketOffset(now, before.offset, calendar)
      return [next, { offset: next }]
    })
    return shiftedClock(base, offset)
  })
