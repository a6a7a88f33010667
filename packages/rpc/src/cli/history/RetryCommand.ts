/** `keepgaining history retry`: asks again for what failed or is incomplete. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { reported } from "../command/CommandFailure.ts"
import { CommandDownloads, commandDownloads } from "./CommandDownloads.ts"
import { followDownload } from "./runDownload.ts"
import { shared } from "./services.ts"

export const retryCommand = Command.make(
  "retry",
  {
    id: Argument.String("ID").pipe(Argument.withDescription("As `history status` prints it")),
    accept: Flag.Boolean("accept").pipe(
      Flag.withDescription("First take missing days, as far as they were asked for, as days without trades"),
      Flag.withDefault(false)
    ),
    ...shared
  },
  Effect.fn("history.retry")(function*({ accept, data, id, json }) {
    yield* Effect.gen(function*() {
      const { retry } = yield* CommandDownloads
      yield* followDownload(yield* retry(id, accept), json)
    }).pipe(Effect.provide(commandDownloads(data)), reported)
  })
).pipe(Command.withDescription("Ask again for what failed or is incomplete"))
