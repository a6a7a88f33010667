/** `keepgaining history cancel`: stops a download that runs in the engine. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { reported } from "../command/CommandFailure.ts"
import { CommandDownloads, commandDownloads } from "./CommandDownloads.ts"
import { shared } from "./services.ts"

export const cancelCommand = Command.make(
  "cancel",
  { id: Argument.String("ID").pipe(Argument.withDescription("As `history status` prints it")), ...shared },
  Effect.fn("history.cancel")(function*({ data, id, json }) {
    const wasRunning = yield* Effect.flatMap(CommandDownloads, ({ cancel }) => cancel(id)).pipe(
      Effect.provide(commandDownloads(data)),
      reported
    )
    yield* Console.log(
      json
        ? JSON.stringify({ id, wasRunning })
        : wasRunning
        ? `${id} is stopped; the command that began it goes on from here`
        : `${id} was not running`
    )
  })
).pipe(Command.withDescription("Stop a download that the engine runs; begun again, it goes on from there"))
