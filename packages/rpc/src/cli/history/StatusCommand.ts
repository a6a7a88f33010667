/** `keepgaining history status`: downloads, and what is missing of one. */
import type { DownloadView } from "@keepgaining/engine/history/Downloads.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { CommandDownloads, commandDownloads } from "./CommandDownloads.ts"
import { problemText, viewText } from "./report.ts"
import { shared } from "./services.ts"

const shown = ({ status, ...rest }: DownloadView) => ({ ...status, ...rest })

export const statusCommand = Command.make(
  "status",
  {
    id: Argument.String("ID").pipe(Argument.withDescription("One download; all when not given"), Argument.optional),
    ...shared
  },
  Effect.fn("history.status")(function*({ data, id, json }) {
    yield* Effect.gen(function*() {
      const { list, problems } = yield* CommandDownloads
      const all = yield* list
      if (Option.isNone(id)) {
        return yield* Console.log(
          json ? JSON.stringify(all.map(shown)) : all.length === 0 ? "no downloads yet" : all.map(viewText).join("\n")
        )
      }
      const missing = yield* problems(id.value)
      const view = all.find(({ status }) => status.id === id.value)
      if (view === undefined) return yield* fail("Usage", `there is no download ${id.value}`, BAD_INPUT)
      yield* Console.log(
        json
          ? JSON.stringify({ ...shown(view), problems: missing })
          : [viewText(view), ...missing.map(problemText)].join("\n")
      )
    }).pipe(Effect.provide(commandDownloads(data)), reported)
  })
).pipe(Command.withDescription("Show downloads, or what is missing of one"))
