/**
 * A disk in memory that can lose power: {@link DurableFiles} for tests of recovery. Appended bytes and truncations sit in
 * a volatile tail until `sync`; `powerCut` throws the tail away, or tears it wherever the test says.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type DurableFile, DurableFiles, StorageError, type StorageOperation } from "./DurableFile.ts"
import type { ReadFiles } from "./ReadFiles.ts"

interface StoredFile {
  /** What a reader sees now. */
  content: Uint8Array
  /** What is sure to be there after a power cut. */
  durable: Uint8Array
}

/**
 * What is left of a file at a power cut. `durable` is what was synced last, `content` what was written; the answer is
 * what is found afterwards. A real disk answers anything that starts with their common beginning.
 */
export type Survivor = (file: string, durable: Uint8Array, content: Uint8Array) => Uint8Array

/** Nothing that was not synced is left. */
export const dropTail: Survivor = (_file, durable) => durable

/** The first `bytes` of what was appended since the last sync are left. */
export const tearTail = (bytes: number): Survivor => (_file, durable, content) =>
  content.byteLength <= durable.byteLength ? durable : content.slice(0, durable.byteLength + bytes)

const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

export class SimulatedDisk {
  readonly #files = new Map<string, StoredFile>()
  readonly #folders = new Set<string>()
  #failures: Array<StorageError> = []
  /** Bumped by a power cut: handles from before it are dead. */
  #life = 0
  /** How many syncs have succeeded. */
  syncs = 0

  /** The next call of that operation fails, before it did anything. */
  failNext(operation: StorageOperation, code = "EIO"): void {
    this.#failures.push(new StorageError({ operation, path: "", code, reason: `${code}: simulated` }))
  }

  /** Every open handle fails from now on; files become what `survivor` makes of them. */
  powerCut(survivor: Survivor = dropTail): void {
    this.#life++
    this.#failures = []
    for (const [name, file] of this.#files) {
      file.content = copyOf(survivor(name, file.durable, file.content))
      file.durable = file.content
    }
  }

  /** What a reader sees, `undefined` when there is no such file. */
  contentOf(path: string): Uint8Array | undefined {
    return this.#files.get(path)?.content
  }

  /** Puts bytes there, durable: damage done by the test. */
  overwrite(path: string, bytes: Uint8Array): void {
    const content = copyOf(bytes)
    this.#files.set(path, { content, durable: content })
  }

  paths(): ReadonlyArray<string> {
    return Array.from(this.#files.keys()).sort()
  }

  readonly layer: Layer.Layer<DurableFiles> = Layer.succeed(DurableFiles, {
    open: (path) =>
      Effect.acquireRelease(this.#try("open", path, () => this.#open(path)), (file) => Effect.ignore(file.close)),
    read: (path, from = 0, to = Infinity) =>
      this.#try("read", path, () => this.#existing("read", path).content.slice(from, to)),
    replace: (path, bytes) => this.#try("replace", path, () => this.overwrite(path, bytes)),
    rename: (from, to) => this.#try("rename", from, () => this.#rename(from, to)),
    list: (folder) => this.#try("list", folder, () => this.#list(folder)),
    remove: (path) =>
      this.#try("remove", path, () => {
        this.#folders.delete(path)
        for (const name of this.paths()) {
          if (name === path || name.startsWith(`${path}/`)) this.#files.delete(name)
        }
      }),
    makeDirectory: (folder) => this.#try("makeDirectory", folder, () => void this.#folders.add(folder)),
    reading: this.#reading()
  })

  #reading(): ReadFiles {
    return {
      list: (folder) => this.#list(folder),
      exists: (path) => this.#files.has(path) || this.#list(path).length > 0,
      read: (path) => this.contentOf(path),
      open: (path) => {
        const file = this.#existing("open", path)
        return {
          size: () => file.content.byteLength,
          readInto: (target, position) => {
            const part = file.content.subarray(position, position + target.byteLength)
            target.set(part)
            return part.byteLength
          },
          close: () => {}
        }
      }
    }
  }

  #list(folder: string): ReadonlyArray<string> {
    const names = this.paths().filter((name) => name.startsWith(`${folder}/`))
    return Array.from(new Set(names.map((name) => name.slice(folder.length + 1).split("/")[0] ?? ""))).sort()
  }

  #rename(from: string, to: string): void {
    for (const name of this.paths()) {
      if (name !== from && !name.startsWith(`${from}/`)) continue
      const file = this.#existing("rename", name)
      this.#files.delete(name)
      this.#files.set(to + name.slice(from.length), file)
    }
  }

  #existing(operation: StorageOperation, path: string): StoredFile {
    const file = this.#files.get(path)
    if (file === undefined) throw new StorageError({ operation, path, code: "ENOENT", reason: "no such file" })
    return file
  }

  #open(path: string): DurableFile {
    const file = this.#files.get(path) ?? { content: new Uint8Array(0), durable: new Uint8Array(0) }
    this.#files.set(path, file)
    const life = this.#life
    const attempt = <A>(operation: StorageOperation, run: () => A): Effect.Effect<A, StorageError> =>
      this.#try(operation, path, () => {
        if (life === this.#life) return run()
        throw new StorageError({ operation, path, code: "EIO", reason: "the power was cut" })
      })
    return {
      path,
      append: (pieces) =>
        attempt("append", () => {
          const joined = Buffer.concat([file.content, ...pieces])
          file.content = new Uint8Array(joined.buffer, joined.byteOffset, joined.byteLength)
        }),
      sync: attempt("sync", () => {
        file.durable = file.content
        this.syncs++
      }),
      truncate: (size) => attempt("truncate", () => void (file.content = file.content.slice(0, size))),
      size: attempt("size", () => file.content.byteLength),
      close: Effect.void
    }
  }

  #try<A>(operation: StorageOperation, path: string, run: () => A): Effect.Effect<A, StorageError> {
    return Effect.suspend(() => {
      const at = this.#failures.findIndex((failure) => failure.operation === operation)
      const [failure] = at < 0 ? [] : this.#failures.splice(at, 1)
      if (failure !== undefined) return Effect.fail(new StorageError({ ...failure, path }))
      try {
        return Effect.succeed(run())
      } catch (cause) {
        return cause instanceof StorageError ? Effect.fail(cause) : Effect.die(cause)
      }
    })
  }
}
