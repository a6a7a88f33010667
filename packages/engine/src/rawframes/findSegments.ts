import * as Effect from "effect/Effect"
import * as path from "node:path"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import { segmentNumber } from "./FrameFormat.ts"

/** Levels of folders above the segments: a session's `raw`, an account, a day. */
const LEVELS = 3

/** Folders with segments and these in order: the folder itself, or those in it down to the days of a whole session. */
export const findSegments = (
  folder: string,
  levels = LEVELS
): Effect.Effect<
  ReadonlyArray<{ readonly folder: string; readonly files: ReadonlyArray<string> }>,
  StorageError,
  DurableFiles
> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const names = yield* files.list(folder)
    const own = names.filter((name) => segmentNumber(name) !== undefined)
    if (own.length > 0) return [{ folder, files: own.map((name) => path.join(folder, name)) }]
    if (levels === 0) return []
    const below = yield* Effect.forEach(names, (name) =>
      findSegments(path.join(folder, name), levels - 1).pipe(
        // A file beside the folders.
        Effect.catch((error) => error.code === "ENOTDIR" ? Effect.succeed([]) : Effect.fail(error))
      ))
    return below.flat()
  })
