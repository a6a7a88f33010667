/**
 * `keepgaining serve --profile live` as its own process, by a clock that runs with the simulated brokers' (faster than the
 * wall's). Everything else is the product's: the same layers, accounts, vault, journal, server. Arguments: one JSON object.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { shiftedClock } from "@keepgaining/engine/time/shiftedClock.ts"
import { serveSession } from "@keepgaining/rpc/cli/serve/serveSession.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { type LiveEngine, liveInput } from "./liveInput.ts"

// Written by the test that starts it.
const given = JSON.parse(process.argv[2] ?? "{}") as LiveEngine

Effect.gen(function*() {
  const wall = yield* Clock.Clock
  yield* serveSession(liveInput(given), 1, false, () => undefined).pipe(
    Effect.provideService(Clock.Clock, shiftedClock(wall, given))
  )
}).pipe(
  Effect.provide(NodeServices.layer),
  Effect.provide(Layer.succeed(Logger.LogToStderr, true)),
  NodeRuntime.runMain
)
