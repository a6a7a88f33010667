/** `keepgaining archive settle`: puts the archive's days together. */
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { reported } from "../command/CommandFailure.ts"
import { progressBar } from "../command/progressBar.ts"
import { archive, shared } from "./services.ts"
import { counted } from "./tables.ts"

export const settleCommand = Command.make(
  "settle",
  {
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Every day, not only those that were written to since: mends days that are damaged"),
      Flag.withDefault(false)
    ),
    ...shared
  },
  Effect.fn("archive.settle")(function*({ all, data, json }) {
    const bar = progressBar("settling")
    const days = yield* Effect.flatMap(
      CandleArchive,
      ({ settle }) => settle({ all, onProgress: ({ days: of, settled }) => bar.show(settled, of) })
    ).pipe(
      Effect.ensuring(bar.clear),
      Effect.provide(archive(data)),
      reported
    )
    yield* Console.log(json ? JSON.stringify({ days }) : `${counted(days, "day")} put together`)
  })
).pipe(Command.withDescription(
  "Put together the blocks by day that make questions about the whole market fast; import and download do it by themselves"
))
