/** `keepgaining history retry`: asks again for what failed or is incomplete. */
import { DownloadRecords } from "@keepgaining/engine/history/DownloadRecords.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { reported } from "../command/CommandFailure.ts"
import { refused, runDownload } from "./runDownload.ts"
import { download, shared, sourceFlags } from "./services.ts"

export const retryCommand = Command.make(
  "retry",
  {
    id: Argument.String("ID").pipe(Argument.withDescription("As `history status` prints it")),
    accept: Flag.Boolean("accept").pipe(
      Flag.withDescription("First take missing days, as far as they were asked for, as days without trades"),
      Flag.withDefault(false)
    ),
    ...sourceFlags,
    ...shared
  },
  Effect.fn("history.retry")(function*({ accept, data, id, json, url }) {
    yield* Effect.gen(function*() {
      const records = yield* DownloadRecords
      if (accept) yield* records.accept(id)
      yield* records.retry(id)
      yield* runDownload(id, json)
    }).pipe(Effect.provide(download(data, url)), refused, reported)
  })
).pipe(Command.withDescription("Ask again for what failed or is incomplete"))
