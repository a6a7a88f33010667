import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { damagingRelay } from "./damagingRelay.ts"
import { type Stage, TIMEOUT_MS } from "./stage.ts"

/** A session whose streams a relay can damage, and what nothing caught meanwhile. */
export const throughDamage = (candidate: Candidate, on: Stage) =>
  Effect.gen(function*() {
    const server = on.simulation.servers[candidate.broker]
    assert.isDefined(server)
    const relay = yield* damagingRelay(server.url, 11)
    const servers = { ...on.simulation.servers, [candidate.broker]: { ...server, url: relay.url } }
    const account = candidate.account({ ...on.simulation, servers }, on.customer, TIMEOUT_MS)
    const thrown: Array<Error> = []
    const look = (error: Error): number => thrown.push(error)
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("uncaughtExceptionMonitor", look)),
      () => Effect.sync(() => process.off("uncaughtExceptionMonitor", look))
    )
    return { relay, session: account.session(on.token), thrown }
  })
