/**
 * Synchronous reading, for replay: the kernel's loop is synchronous, and a sequential read of a few megabytes from the
 * page cache costs less than the turn of the event loop that would hide it. Not for use on the event loop of a server
 * while it trades. Every method throws a {@link StorageError}.
 */
import * as fs from "node:fs"
import type { StorageOperation } from "./DurableFile.ts"
import { codeOf, storageError } from "./SystemError.ts"

export interface ReadableFile {
  /** Bytes at this moment; a file may be growing. */
  readonly size: () => number
  /** Fills the target from `position` on, as far as the file goes; answers how many bytes those were. */
  readonly readInto: (target: Uint8Array, position: number) => number
  readonly close: () => void
}

export interface ReadFiles {
  /** Names in the folder, sorted; none when there is no such folder. */
  readonly list: (folder: string) => ReadonlyArray<string>
  readonly exists: (file: string) => boolean
  readonly open: (file: string) => ReadableFile
  /** The whole file; `undefined` when there is none. */
  readonly read: (file: string) => Uint8Array | undefined
}

const attempt = <A>(operation: StorageOperation, file: string, run: () => A): A => {
  try {
    return run()
  } catch (cause) {
    throw storageError(operation, file, cause)
  }
}

const orWhenMissing = <A, B>(run: () => A, otherwise: B): A | B => {
  try {
    return run()
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return otherwise
    throw cause
  }
}

const readFully = (descriptor: number, target: Uint8Array, position: number): number => {
  let done = 0
  while (done < target.byteLength) {
    const count = fs.readSync(descriptor, target, done, target.byteLength - done, position + done)
    if (count === 0) break
    done += count
  }
  return done
}

const open = (file: string): ReadableFile => {
  const descriptor = attempt("open", file, () => fs.openSync(file, "r"))
  let isOpen = true
  return {
    size: () => attempt("size", file, () => fs.fstatSync(descriptor).size),
    readInto: (target, position) => attempt("read", file, () => readFully(descriptor, target, position)),
    close: () => {
      if (!isOpen) return
      isOpen = false
      attempt("close", file, () => fs.closeSync(descriptor))
    }
  }
}

export const nodeReadFiles: ReadFiles = {
  list: (folder) => attempt("list", folder, () => orWhenMissing(() => fs.readdirSync(folder).sort(), [])),
  exists: (file) => fs.existsSync(file),
  open,
  read: (file) => attempt("read", file, () => orWhenMissing(() => fs.readFileSync(file), undefined))
}
