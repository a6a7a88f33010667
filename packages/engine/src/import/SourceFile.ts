/** Reads a file, plain or gzip, in pieces. Which it is, its first two bytes say, not its name. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as fsp from "node:fs/promises"
import { finished } from "node:stream"
import { createGunzip } from "node:zlib"
import { SourceUnreadable } from "./ImportError.ts"

const PIECE = 256 * 1024

export interface SourceFile {
  /** Bytes of the file itself (compressed ones, when it is compressed). */
  readonly total: number
  /** How many of them were read so far. */
  readonly read: () => number
  /** The next piece of the contents; `undefined` at the end. */
  readonly next: Effect.Effect<Uint8Array | undefined, SourceUnreadable>
}

const isGzip = async (file: string): Promise<boolean> => {
  const handle = await fsp.open(file, "r")
  try {
    const magic = new Uint8Array(2)
    const { bytesRead } = await handle.read(magic, 0, 2, 0)
    return bytesRead === 2 && magic[0] === 0x1f && magic[1] === 0x8b
  } finally {
    await handle.close()
  }
}

const reasonOf = (cause: unknown): string => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  if (code === "ENOENT") return "there is no such file"
  if (code === "EISDIR") return "it is a folder"
  if (code === "EACCES") return "no permission to read it"
  if (code === "Z_BUF_ERROR") return "the gzip data ends too early: the file is cut off"
  if (code.startsWith("Z_")) return "the gzip data is damaged"
  return cause instanceof Error ? cause.message : String(cause)
}

/** Opens it for one pass; closed with the scope. Memory: a few pieces of 256 KB, however large the file. */
export const openSource = (file: string): Effect.Effect<SourceFile, SourceUnreadable, Scope.Scope> =>
  Effect.gen(function*() {
    const unreadable = (offset: number) => (cause: unknown) =>
      new SourceUnreadable({ file, offset, reason: reasonOf(cause) })
    const { gzip, total } = yield* Effect.tryPromise({
      try: async () => {
        const stat = await fsp.stat(file)
        if (stat.isDirectory()) throw Object.assign(new Error("folder"), { code: "EISDIR" })
        return { total: stat.size, gzip: await isGzip(file) }
      },
      catch: unreadable(0)
    })
    const { contents, raw } = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const raw = fs.createReadStream(file, { highWaterMark: PIECE })
        if (!gzip) return { raw, contents: raw }
        const contents = createGunzip({ chunkSize: PIECE })
        // `pipe` passes on data and the end, not an error of its source.
        finished(raw, (error) => {
          if (error !== undefined && error !== null) contents.destroy(error)
        })
        return { raw, contents: raw.pipe(contents) }
      }),
      ({ contents, raw }) =>
        Effect.sync(() => {
          contents.destroy()
          raw.destroy()
        })
    )
    const pieces: AsyncIterator<Uint8Array> = contents[Symbol.asyncIterator]()
    return {
      total,
      read: () => raw.bytesRead,
      next: Effect.map(
        Effect.tryPromise({ try: () => pieces.next(), catch: (cause) => unreadable(raw.bytesRead)(cause) }),
        (result) => (result.done === true ? undefined : result.value)
      )
    }
  })
