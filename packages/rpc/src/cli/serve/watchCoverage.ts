/** Looks once a day how far the calendar reaches: a session has no trading day beyond it. */
import { coverageFault } from "@keepgaining/core/calendar/coverageFault.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { MarketRules } from "@keepgaining/engine/rules/MarketRules.ts"
import type { Session } from "@keepgaining/engine/session/Session.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Between looks whether a new day has begun. */
const LOOK_EVERY = "10 minutes"

/** Warns and raises the session's alarm while the calendar ends soon; the alarm ends once it reaches further. */
export const watchCoverage = Effect.fnUntraced(function*(session: Session["Service"]) {
  const { calendar } = yield* MarketRules
  let told = ""
  yield* Effect.forever(Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const today = formatIstDate(now)
    if (today !== told) {
      const until = calendar.coveredTo(today) ?? null
      const fault = coverageFault(until, now)
      if (fault !== undefined) yield* Effect.logWarning(fault)
      // The id makes it one look a day and state of the rules, however often the engine starts.
      yield* session.execute(`calendar ${today} ${until}`, { _tag: "TakeCoverage", until, at: now })
      told = today
    }
    yield* Effect.sleep(LOOK_EVERY)
  }))
}, Effect.catch((refused) => Effect.logWarning(`The calendar's end was not told to the session: ${refused.message}`)))
