/** Follows a download and shows how it goes; ends with an exit code that says whether all is there. */
import type { DownloadProgress } from "@keepgaining/engine/history/downloadProgress.ts"
import type { DownloadView } from "@keepgaining/engine/history/Downloads.ts"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { fail, FAILED } from "../command/CommandFailure.ts"
import { CommandDownloads } from "./CommandDownloads.ts"
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

export const followDownload = (begun: DownloadView, json: boolean) =>
  Effect.gen(function*() {
    const { follow, inEngine } = yield* CommandDownloads
    const { id } = begun.status
    const line = progressLine()
    let last = begun
    yield* Stream.runForEach(follow(id), (view) =>
      Effect.sync(() => {
        last = view
        if (view.progress !== undefined) line.show(view.progress)
      })).pipe(
        Effect.ensuring(line.clear),
        Effect.onInterrupt(() =>
          Console.error(
            inEngine
              ? `the engine goes on with it; \`history status ${id}\` shows how far it is, \`history cancel ${id}\` stops it`
              : "stopped; the same command goes on from here"
          )
        )
      )
    const { problem, status } = last
    yield* Console.log(json ? JSON.stringify(status) : statusText(status))
    if (problem !== "") return yield* fail("DownloadEnded", problem, FAILED)
    const remedy = remedyText(status)
    if (remedy !== "") {
      const { failed, incomplete } = status
      return yield* fail("DownloadIncomplete", `${failed + incomplete} ranges are not complete. ${remedy}`, FAILED)
    }
  })
