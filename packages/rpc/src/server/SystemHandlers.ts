import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import packageManifest from "../../package.json" with { type: "json" }
import { NotFound, Refused } from "../contract/Failures.ts"
import { Principal } from "../contract/KeepGainingRpcs.ts"
import { contractVersion, SystemRpcs } from "../contract/System.ts"
import { conflated, whenChanged } from "./Conflated.ts"
import { requireScope } from "./Connection.ts"

const healthPeriodMillis = 1_000
const actorsPeriodMillis = 500
const replayPeriodMillis = 250
const maxDeadLetters = 10_000

const refused = ({ reason, remedy }: { readonly reason: string; readonly remedy: string }) =>
  new Refused({ reason, remedy })

export const make = Effect.gen(function*() {
  const session = yield* Session
  const noReplay = new NotFound({ what: "replay", key: session.sessionId() })
  return SystemRpcs.of({
    Hello: Effect.fn("Hello")(function*() {
      const { scope } = yield* Principal
      return {
        contractVersion,
        engineVersion: packageManifest.version,
        bootId: session.bootId,
        sessionId: session.sessionId(),
        mode: session.mode,
        serverTime: yield* Clock.currentTimeMillis,
        scope
      }
    }),
    Health: () => conflated(healthPeriodMillis, () => [session.health()]),
    Actors: () => whenChanged(actorsPeriodMillis, session.actors),
    DeadLetters: ({ limit }) => Effect.sync(() => session.deadLetters(Math.max(0, Math.min(limit, maxDeadLetters)))),
    RetryDeadLetter: Effect.fn("RetryDeadLetter")(function*({ id }) {
      yield* requireScope("admin")
      if (!session.deadLetters(maxDeadLetters).some((letter) => letter.id === id)) {
        return yield* new NotFound({ what: "dead letter", key: String(id) })
      }
      yield* session.retryDeadLetter(id).pipe(Effect.mapError(refused))
    }),
    Replay: () => {
      const replay = session.replay
      return replay === undefined ? Stream.fail(noReplay) : whenChanged(replayPeriodMillis, replay.status)
    },
    ControlReplay: Effect.fn("ControlReplay")(function*({ control }) {
      yield* requireScope("trade")
      if (session.replay === undefined) return yield* noReplay
      return yield* session.replay.control(control).pipe(Effect.mapError(refused))
    })
  })
})
