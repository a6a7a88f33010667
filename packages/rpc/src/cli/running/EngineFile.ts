/**
 * `engine.json` in a data directory says which process runs an engine on it, and where that is reached. Commands ask that one
 * then: the embedded database has one owner, and a broker's rates are kept by one process.
 */
import { isAlive } from "@keepgaining/engine/database/DirectoryLock.ts"
import { openPrivateFile } from "@keepgaining/engine/storage/PrivateFile.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"

const Running = Schema.Struct({ pid: Schema.Int, url: Schema.String })
export type RunningEngine = typeof Running.Type

const EngineFile = Schema.Struct({ engine: Schema.NullOr(Running) })

const open = (data: string) =>
  openPrivateFile({
    file: path.join(data, "engine.json"),
    schema: EngineFile,
    empty: { engine: null } as typeof EngineFile.Type,
    remedy: "Remove it; a running engine writes it again when it is started."
  })

/** Where a server that is bound to the address is reached from this machine. */
export const urlOf = ({ host, port }: { readonly host: string; readonly port: number }): string => {
  const isAny = ["0.0.0.0", "::", "127.0.0.1", "::1", "localhost"].includes(host)
  return `http://${isAny ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`
}

/** Says until the scope ends that this process runs the engine of the directory. */
export const announceEngine = (data: string, url: string) =>
  Effect.acquireRelease(
    Effect.gen(function*() {
      const file = yield* open(data)
      yield* file.update(() => [undefined, { engine: { pid: process.pid, url } }])
      return file
    }),
    (file) =>
      Effect.ignore(
        file.update((now) => [undefined, now.engine?.pid === process.pid ? { engine: null } : now]),
        { log: "Warn" }
      )
  )

/**
 * The engine that runs on the directory; `undefined` when none does. One that was killed leaves its entry behind. Looking makes no
 * directory.
 */
export const findEngine = (data: string) =>
  Effect.suspend(() =>
    fs.existsSync(data)
      ? Effect.map(
        Effect.flatMap(open(data), (file) => file.read),
        ({ engine }): RunningEngine | undefined => engine === null || !isAlive(engine.pid) ? undefined : engine
      )
      : Effect.succeed(undefined)
  )
