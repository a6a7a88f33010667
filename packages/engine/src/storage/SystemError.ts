import { StorageError, type StorageOperation } from "./DurableFile.ts"

/** The system's error code (`ENOSPC`, ...) of what Node threw. */
export const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "UNKNOWN"

/** What Node threw, as a {@link StorageError}. */
export const storageError = (operation: StorageOperation, file: string, cause: unknown): StorageError =>
  new StorageError({
    operation,
    path: file,
    code: codeOf(cause),
    reason: cause instanceof Error ? cause.message : String(cause)
  })
