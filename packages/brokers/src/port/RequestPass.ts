/**
 * Through what every single request of a call goes on its way to the broker. A call may make several: the engine lets each of
 * them wait for its own turn, for brokers count requests and not calls. Without one they go at once.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { BrokerError } from "./BrokerError.ts"

/** Endpoints that share an allowance. */
export type RequestKind = "orders" | "reads" | "quotes" | "candles"

export interface RequestPass {
  /** `kind` undefined: whatever the call that it belongs to is, when it changes nothing. */
  readonly pass: <A>(
    kind: RequestKind | undefined,
    operation: string,
    request: Effect.Effect<A, BrokerError>
  ) => Effect.Effect<A, BrokerError>
}

export const RequestPass: Context.Reference<RequestPass> = Context.Reference(
  "@keepgaining/brokers/port/RequestPass",
  { defaultValue: (): RequestPass => ({ pass: (_kind, _operation, request) => request }) }
)
