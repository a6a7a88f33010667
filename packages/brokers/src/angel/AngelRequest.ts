/** Text frames of SmartStream: what the client asks, its heartbeat, and the server's refusals. */
import * as Schema from "effect/Schema"
import { parseJsonFrame } from "../wire/parseJsonFrame.ts"
import { type AngelExchangeType, type AngelMode } from "./AngelMode.ts"

/** The client sends it every ten seconds; the server answers {@link ANGEL_PONG}. Both sockets do so. */
export const ANGEL_PING = "ping"
export const ANGEL_PONG = "pong"
export const ANGEL_PING_SECONDS = 10

export const AngelRequest = Schema.Struct({
  /** At most ten characters; comes back in a refusal. Clients may leave it out. */
  correlationID: Schema.optionalKey(Schema.String),
  /** 1 subscribes, 0 unsubscribes. */
  action: Schema.Literals([0, 1]),
  params: Schema.Struct({
    mode: Schema.Literals([1, 2, 3, 4]),
    tokenList: Schema.Array(
      Schema.Struct({
        exchangeType: Schema.Literals([1, 2, 3, 4, 5, 7, 13]),
        tokens: Schema.Array(Schema.String)
      })
    )
  })
})
export type AngelRequest = typeof AngelRequest.Type

export interface AngelTokens {
  readonly exchangeType: AngelExchangeType
  readonly tokens: ReadonlyArray<string>
}

const request = (action: 0 | 1, correlationID: string, mode: AngelMode, tokenList: ReadonlyArray<AngelTokens>) =>
  JSON.stringify({ correlationID, action, params: { mode, tokenList } } satisfies AngelRequest)

export const angelSubscribe = (correlationID: string, mode: AngelMode, tokenList: ReadonlyArray<AngelTokens>): string =>
  request(1, correlationID, mode, tokenList)

export const angelUnsubscribe = (
  correlationID: string,
  mode: AngelMode,
  tokenList: ReadonlyArray<AngelTokens>
): string => request(0, correlationID, mode, tokenList)

/** Reads a client's frame; for the simulator. */
export const parseAngelRequest = parseJsonFrame("Angel request", AngelRequest)

/** `E1001` bad payload, `E1002` mode or limit. */
const Refusal = Schema.Struct({
  correlationID: Schema.optionalKey(Schema.String),
  errorCode: Schema.NonEmptyString,
  errorMessage: Schema.String
})
export type AngelRefusal = typeof Refusal.Type

/** Reads a text frame of the server that is no {@link ANGEL_PONG}. */
export const parseAngelRefusal = parseJsonFrame("Angel refusal", Refusal)
