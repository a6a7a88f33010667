/** Runs a download and shows how it goes; ends with an exit code that says whether all is there. */
import type { DownloadProgress } from "@keepgaining/engine/history/downloadProgress.ts"
import { HistoryDownload } from "@keepgaining/engine/history/HistoryDownload.ts"
import { DownloadRefused } from "@keepgaining/engine/history/planChunks.ts"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { BAD_INPUT, type CommandFailure, fail, FAILED } from "../command/CommandFailure.ts"
import { progressText, remedyText, statusText } from "./report.ts"

const WIDTH = 24

/** A line on a terminal; nothing when stderr is none. */
const progressLine = () => {
  let shown = false
  const show = (progress: DownloadProgress): void => {
    if (!process.stderr.isTTY || progress.chunks === 0) return
    const part = progress.finished / progress.chunks
    const filled = Math.round(part * WIDTH)
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled)
    process.stderr.write(`\r\u001b[K${bar} ${Math.floor(part * 100)} %  ${progressText(progress)}`)
    shown = true
  }
  const clear = Effect.sync(() => {
    if (shown) process.stderr.write("\r\u001b[K")
  })
  return { show, clear }
}

export const runDownload = (id: string, json: boolean) =>
  Effect.gen(function*() {
    const { run } = yield* HistoryDownload
    const line = progressLine()
    const status = yield* run(id, { onProgress: line.show }).pipe(
      Effect.ensuring(line.clear),
      Effect.onInterrupt(() => Console.error("stopped; the same command goes on from here"))
    )
    yield* Console.log(json ? JSON.stringify(status) : statusText(status))
    const remedy = remedyText(status)
    if (remedy !== "") {
      const { failed, incomplete } = status
      return yield* fail("DownloadIncomplete", `${failed + incomplete} ranges are not complete. ${remedy}`, FAILED)
    }
  })

/** What cannot be downloaded was asked for wrongly. */
export const refused = <A, E, R>(
  effect: Effect.Effect<A, E | DownloadRefused, R>
): Effect.Effect<A, Exclude<E, DownloadRefused> | CommandFailure, R> =>
  Effect.catch(
    effect,
    (error): Effect.Effect<never, Exclude<E, DownloadRefused> | CommandFailure> =>
      error instanceof DownloadRefused
        ? fail(error._tag, error.message, BAD_INPUT)
        // What is left over is E without it, which the compiler does not follow through a generic.
        : Effect.fail(error as Exclude<E, DownloadRefused>)
  )
