/** A command's way to the engine that runs on its data directory, with a token that lives as long as the command. */
import { holderOf, isAlive } from "@keepgaining/engine/database/DirectoryLock.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import { type Client, connect } from "../../client/Client.ts"
import type { Refused } from "../../contract/Failures.ts"
import { Access } from "../../server/Access.ts"
import { findEngine } from "./EngineFile.ts"

/** What a command can fail with, wherever it was done: its message says what to do. */
export interface Told {
  readonly _tag: string
  readonly message: string
}

/** The engine understood and said no. */
export class EngineRefused extends Schema.TaggedError<EngineRefused>()("EngineRefused", {
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.reason.replace(/\.$/, "")}. ${this.remedy}`
  }
}

/** Failures of calls in the form that commands report. */
export const told = (error: Refused | Told): Told =>
  error._tag === "Refused" && "reason" in error
    ? new EngineRefused({ reason: error.reason, remedy: error.remedy })
    : error

const nameOf = (pid: number): string => `command ${pid}`

/** Tokens of commands that were killed before they could end theirs. */
const forgetDead = (access: Access["Service"]) =>
  Effect.gen(function*() {
    for (const { id, name } of yield* access.listTokens) {
      const pid = Number(/^command (\d+)$/.exec(name)?.[1] ?? NaN)
      if (Number.isInteger(pid) && !isAlive(pid)) yield* access.revokeToken(id)
    }
  })

/** An engine that has the database but does not say yet where it is reached is starting, if it is one. */
const LOOKS = 100
const LOOK_MS = 100

const findStarting = (data: string) =>
  Effect.gen(function*() {
    for (let look = 0;; look++) {
      const running = yield* findEngine(data)
      if (running !== undefined || look >= LOOKS || holderOf(path.join(data, "database")) === undefined) return running
      yield* Effect.sleep(LOOK_MS)
    }
  })

/** Connected until the scope ends; `undefined` when no engine runs on the directory. */
export const connectEngine = Effect.fn("connectEngine")(function*(data: string) {
  const running = yield* findStarting(data)
  if (running === undefined) return undefined
  // Whoever may read the owner's file is the owner.
  const access = yield* Access.pipe(Effect.provide(Access.layerFile(data)))
  yield* forgetDead(access)
  const { secret } = yield* Effect.acquireRelease(
    access.createToken(nameOf(process.pid), "admin"),
    ({ token }) => Effect.ignore(access.revokeToken(token.id))
  )
  const client: Client = yield* connect({
    url: running.url,
    token: Redacted.value(secret),
    connectTimeout: "10 seconds"
  })
  return client
})
