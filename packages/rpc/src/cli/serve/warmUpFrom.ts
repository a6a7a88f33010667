/** What a session begins with out of the candle archive. */
import type { CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import { candlesBefore } from "@keepgaining/engine/archive/candlesBefore.ts"
import * as Effect from "effect/Effect"

/** The last so many days before an instant; a session begins without them when they cannot be had. */
export const warmUpFrom = (actions: ReadonlyArray<CorporateAction>, days: number) =>
  Effect.map(
    CandleArchive.CandleArchive,
    (archive) => (symbols: ReadonlyArray<string>, before: number) =>
      candlesBefore(archive, actions, { symbols, before, days }).pipe(
        Effect.tap((found) => {
          const candles = found.reduce((sum, one) => sum + one.candles.length, 0)
          return found.length === 0
            ? Effect.void
            : Effect.logInfo("Begins with candles of the archive").pipe(
              Effect.annotateLogs({ instruments: found.length, candles })
            )
        }),
        Effect.catch((error) =>
          Effect.as(Effect.logWarning(`The session begins without candles from before it: ${error.message}`), [])
        )
      )
  )
