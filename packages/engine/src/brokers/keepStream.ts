/** A stream of a broker that is opened again and again, with a growing random wait, while its scope lasts. */
import type { FeedEnd } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { StreamStatus } from "./AccountStatus.ts"
import { backoff, SETTLED_MS } from "./backoff.ts"

export interface KeptStream<A> {
  readonly open: Effect.Effect<A, BrokerError, Scope.Scope>
  /** Lasts as long as the connection. */
  readonly use: (stream: A) => Effect.Effect<FeedEnd>
  readonly show: (change: Partial<StreamStatus>) => void
  /** The broker did not take the token. */
  readonly onUnauthorised: () => void
}

export const keepStream = <A>({ onUnauthorised, open, show, use }: KeptStream<A>): Effect.Effect<never> =>
  Effect.gen(function*() {
    let attempt = 0
    let openings = 0
    while (true) {
      show({ state: "connecting", reconnects: openings })
      const openedAt = yield* Clock.currentTimeMillis
      const reason = yield* Effect.scoped(
        Effect.matchEffect(open, {
          onFailure: (error) =>
            Effect.sync(() => {
              if (error._tag === "Unauthorised") onUnauthorised()
              return error.message
            }),
          onSuccess: (stream) =>
            Effect.map(
              Effect.suspend(() => {
                show({ state: "live", detail: "" })
                return use(stream)
              }),
              (end) => {
                if (end.cause === "unauthorised") onUnauthorised()
                openings++
                return end.reason
              }
            )
        })
      )
      const now = yield* Clock.currentTimeMillis
      attempt = now - openedAt >= SETTLED_MS ? 1 : attempt + 1
      show({ state: "waiting", detail: reason })
      yield* Effect.sleep(backoff(attempt, yield* Random.next))
    }
  })
