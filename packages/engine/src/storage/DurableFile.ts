/**
 * Files whose contents survive a power cut once they were synced: the tick log and the journal are built on these few
 * operations, so that a test can put a disk under them that loses what was not synced.
 *
 * Guarantees of every implementation: a file that `open` created, and a file that `replace` wrote, exist after a power
 * cut; appended bytes do once `sync` has succeeded *after* the append did. After a failed `sync` nothing is known about
 * the bytes since the last good one, and a later success says nothing about them: the caller must give the file up.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { ReadFiles } from "./ReadFiles.ts"

export const StorageOperation = Schema.Literals([
  "open",
  "append",
  "sync",
  "truncate",
  "size",
  "close",
  "read",
  "list",
  "replace",
  "rename",
  "remove",
  "makeDirectory"
])
export type StorageOperation = typeof StorageOperation.Type

/** The disk or the file system refused. `code` is the system's (`ENOSPC`, `EACCES`, `ENOENT`, ...) where there is one. */
export class StorageError extends Schema.TaggedError<StorageError>()("StorageError", {
  operation: StorageOperation,
  path: Schema.String,
  code: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `Cannot ${this.operation} ${this.path}: ${this.reason} (${remedies[this.code] ?? "check the disk"})`
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: free space on it",
  EDQUOT: "the quota is used up: free space or raise it",
  EACCES: "no permission: check owner and mode",
  EPERM: "no permission: check owner and mode",
  EROFS: "the file system is read-only: choose another folder",
  ENOENT: "it does not exist: check the path",
  ENOTDIR: "a part of the path is a file: check the path",
  EISDIR: "it is a folder: check the path",
  EEXIST: "something of that name exists already",
  EMFILE: "too many open files: raise the limit (ulimit -n)"
}

/** An open file that only grows at its end. One writer at a time; `sync` may overlap with `append`. */
export interface DurableFile {
  readonly path: string
  /**
   * Writes the pieces one behind the other at the end, all or (on failure) an unknown part of them: truncate to the size
   * before, then go on or give up. The pieces must not change until it returns.
   */
  readonly append: (bytes: ReadonlyArray<Uint8Array>) => Effect.Effect<void, StorageError>
  /** Everything whose `append` or `truncate` has returned is on the disk when this returns. */
  readonly sync: Effect.Effect<void, StorageError>
  readonly truncate: (size: number) => Effect.Effect<void, StorageError>
  /** Bytes in the file, as this handle knows it. */
  readonly size: Effect.Effect<number, StorageError>
  /** Idempotent; does not sync. The scope of `open` does it as well. */
  readonly close: Effect.Effect<void, StorageError>
}

export class DurableFiles extends Context.Service<DurableFiles, {
  /** Opens for appending, created when missing (the folder must exist); closed with the scope at the latest. */
  readonly open: (path: string) => Effect.Effect<DurableFile, StorageError, Scope.Scope>
  /** The bytes in `[from, to)`, cut at the end of the file; the whole file by default. */
  readonly read: (path: string, from?: number, to?: number) => Effect.Effect<Uint8Array, StorageError>
  /** Replaces the whole file in one step, durable when it returns: after a power cut it is the old or the new one. */
  readonly replace: (path: string, bytes: Uint8Array) => Effect.Effect<void, StorageError>
  /** Renames a file or folder within its file system, durable when it returns; a file of the new name is replaced. */
  readonly rename: (from: string, to: string) => Effect.Effect<void, StorageError>
  /** Names in the folder, sorted; none when there is no such folder. */
  readonly list: (folder: string) => Effect.Effect<ReadonlyArray<string>, StorageError>
  /** Removes a file, or a folder with all its contents; nothing happens when it is missing. */
  readonly remove: (path: string) => Effect.Effect<void, StorageError>
  /** With its parents; nothing happens when it exists. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, StorageError>
  /** The same files for synchronous readers. */
  readonly reading: ReadFiles
}>()("@keepgaining/engine/storage/DurableFiles") {}
