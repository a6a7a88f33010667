/** `keepgaining history status`: downloads, and what is missing of one. */
import { DownloadRecords } from "@keepgaining/engine/history/DownloadRecords.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { problemText, statusText } from "./report.ts"
import { records, shared } from "./services.ts"

export const statusCommand = Command.make(
  "status",
  {
    id: Argument.String("ID").pipe(Argument.withDescription("One download; all when not given"), Argument.optional),
    ...shared
  },
  Effect.fn("history.status")(function*({ data, id, json }) {
    yield* Effect.gen(function*() {
      const { find, list, problems } = yield* DownloadRecords
      if (Option.isNone(id)) {
        const all = yield* list
        return yield* Console.log(
          json ? JSON.stringify(all) : all.length === 0 ? "no downloads yet" : all.map(statusText).join("\n")
        )
      }
      const status = yield* find(id.value)
      if (status === undefined) return yield* fail("Usage", `there is no download ${id.value}`, BAD_INPUT)
      const missing = yield* problems(id.value)
      yield* Console.log(
        json
          ? JSON.stringify({ ...status, problems: missing })
          : [statusText(status), ...missing.map(problemText)].join("\n")
      )
    }).pipe(Effect.provide(records(data)), reported)
  })
).pipe(Command.withDescription("Show downloads, or what is missing of one"))
