/**
 * {@link DurableFiles} on the file system. All calls go through libuv's thread pool, so neither a slow write nor an
 * `fdatasync` stalls the event loop.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as fsp from "node:fs/promises"
import * as path from "node:path"
import { type DurableFile, DurableFiles, type StorageError, type StorageOperation } from "./DurableFile.ts"
import { nodeReadFiles } from "./ReadFiles.ts"
import { codeOf, storageError } from "./SystemError.ts"

const attempt = <A>(operation: StorageOperation, file: string, run: () => Promise<A>): Effect.Effect<A, StorageError> =>
  Effect.tryPromise({ try: run, catch: (cause) => storageError(operation, file, cause) })

/** Makes the entries of a folder durable; file systems that cannot sync a folder (Windows) say so and are left alone. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await fsp.open(folder, "r").catch((cause: unknown) => {
    if (process.platform === "win32") return undefined
    throw cause
  })
  if (handle === undefined) return
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** `writev` may write less than it was given. */
const writeAll = async (
  handle: fsp.FileHandle,
  pieces: ReadonlyArray<Uint8Array>,
  position: number
): Promise<number> => {
  let rest = pieces.filter((piece) => piece.byteLength > 0)
  let at = position
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at)
    at += bytesWritten
    rest = dropBytes(rest, bytesWritten)
  }
  return at
}

const dropBytes = (pieces: ReadonlyArray<Uint8Array>, count: number): Array<Uint8Array> => {
  const rest: Array<Uint8Array> = []
  let left = count
  for (const piece of pieces) {
    if (left >= piece.byteLength) left -= piece.byteLength
    else {
      rest.push(left === 0 ? piece : piece.subarray(left))
      left = 0
    }
  }
  return rest
}

const make = (file: string, handle: fsp.FileHandle, initial: number): DurableFile => {
  let size = initial
  let open = true
  return {
    path: file,
    append: (bytes) =>
      attempt("append", file, async () => {
        size = await writeAll(handle, bytes, size)
      }),
    sync: attempt("sync", file, () => handle.datasync()),
    truncate: (to) =>
      attempt("truncate", file, async () => {
        await handle.truncate(to)
        size = to
      }),
    size: Effect.sync(() => size),
    close: Effect.suspend(() => {
      if (!open) return Effect.void
      open = false
      return attempt("close", file, () => handle.close())
    })
  }
}

const openFile = async (file: string): Promise<DurableFile> => {
  const existed = fs.existsSync(file)
  const handle = await fsp.open(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644)
  try {
    if (!existed) await syncFolder(path.dirname(file))
    return make(file, handle, (await handle.stat()).size)
  } catch (cause) {
    await handle.close()
    throw cause
  }
}

const readRange = async (file: string, from: number, to: number): Promise<Uint8Array> => {
  const handle = await fsp.open(file, "r")
  try {
    const { size } = await handle.stat()
    const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from))
    let done = 0
    while (done < bytes.byteLength) {
      const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, from + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return bytes.subarray(0, done)
  } finally {
    await handle.close()
  }
}

const replaceFile = async (file: string, bytes: Uint8Array): Promise<void> => {
  const draft = `${file}.new`
  const handle = await fsp.open(draft, "w", 0o644)
  try {
    await writeAll(handle, [bytes], 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await fsp.rename(draft, file)
  await syncFolder(path.dirname(file))
}

const renameDurably = async (from: string, to: string): Promise<void> => {
  await fsp.rename(from, to)
  await syncFolder(path.dirname(to))
  if (path.dirname(from) !== path.dirname(to)) await syncFolder(path.dirname(from))
}

const makeFolder = async (folder: string): Promise<void> => {
  const first = await fsp.mkdir(folder, { recursive: true })
  if (first === undefined) return
  // Every folder from the first new one down has a new entry in its parent.
  const top = path.dirname(path.resolve(first))
  for (let at = path.resolve(folder); at !== top; at = path.dirname(at)) await syncFolder(path.dirname(at))
}

const listFolder = async (folder: string): Promise<ReadonlyArray<string>> => {
  const names = await fsp.readdir(folder).catch((cause: unknown) => {
    if (codeOf(cause) === "ENOENT") return []
    throw cause
  })
  return names.sort()
}

export const layer: Layer.Layer<DurableFiles> = Layer.succeed(DurableFiles, {
  open: (file) =>
    Effect.acquireRelease(
      attempt("open", file, () => openFile(file)),
      (opened) => Effect.ignore(opened.close)
    ),
  read: (file, from = 0, to = Infinity) => attempt("read", file, () => readRange(file, from, to)),
  replace: (file, bytes) => attempt("replace", file, () => replaceFile(file, bytes)),
  rename: (from, to) => attempt("rename", from, () => renameDurably(from, to)),
  list: (folder) => attempt("list", folder, () => listFolder(folder)),
  remove: (file) => attempt("remove", file, () => fsp.rm(file, { recursive: true, force: true })),
  makeDirectory: (folder) => attempt("makeDirectory", folder, () => makeFolder(folder)),
  reading: nodeReadFiles
})
