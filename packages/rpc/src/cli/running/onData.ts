/** Where commands look for a running engine. */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { findEngine } from "./EngineFile.ts"

/** What is found in the data directory, or else in the subfolder that `--profile sim` keeps its own in. */
export const onData = <A, E, R>(
  data: string,
  look: (directory: string) => Effect.Effect<A | undefined, E, R>
): Effect.Effect<A | undefined, E, R> =>
  Effect.flatMap(look(data), (found) => found === undefined ? look(path.join(data, "sim")) : Effect.succeed(found))

/** The directory of the engine that runs, and where that is reached; `undefined` when none does. */
export const runningOn = (data: string) =>
  onData(
    data,
    (directory) =>
      Effect.map(findEngine(directory), (engine) =>
        engine === undefined ? undefined : { data: directory, url: engine.url })
  )
