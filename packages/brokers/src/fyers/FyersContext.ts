/** What all services of one session ask with. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type { AccountSettings } from "../port/BrokerAccount.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { type BrokerError, Refused } from "../port/BrokerError.ts"
import type { BrokerInstrument } from "../port/BrokerInstruments.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { fyersCall, type FyersHosts, type FyersSdk, makeFyersSdk } from "./fyersCall.ts"

export interface FyersContext {
  readonly settings: AccountSettings
  /** A call that changes nothing. */
  readonly read: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    data: S,
    how: (sdk: FyersSdk) => Promise<unknown>
  ) => Effect.Effect<S["Type"], BrokerError>
  /** A call that changes something; `tag` of the order. */
  readonly change: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    data: S,
    how: (sdk: FyersSdk) => Promise<unknown>,
    tag?: string
  ) => Effect.Effect<S["Type"], BrokerError>
  readonly known: (symbol: string, operation: string) => Effect.Effect<BrokerInstrument, BrokerError>
  readonly refuse: (
    operation: string,
    code: string,
    reason: string,
    remedy: string
  ) => Effect.Effect<never, BrokerError>
}

export const fyersContext = (settings: AccountSettings, hosts: FyersHosts, token: BrokerToken): FyersContext => {
  const { account, apiKey, instruments, timeout } = settings
  let made: FyersSdk | undefined
  const ask = <S extends Schema.ConstraintDecoder<unknown>>(
    call: BrokerCall,
    data: S,
    how: (sdk: FyersSdk) => Promise<unknown>
  ): Effect.Effect<S["Type"], BrokerError> =>
    Effect.gen(function*() {
      const accessToken = Redacted.value(token.access)
      const sdk = made ?? (made = yield* makeFyersSdk({ appId: apiKey, hosts, timeout, accessToken }))
      return yield* fyersCall(call, data, () => how(sdk))
    })
  const refuse: FyersContext["refuse"] = (operation, code, reason, remedy) =>
    Effect.fail(new Refused({ broker: "fyers", account, operation, code, reason, remedy }))
  return {
    settings,
    read: (operation, data, how) => ask({ broker: "fyers", account, operation, changes: false }, data, how),
    change: (operation, data, how, tag) =>
      ask({ broker: "fyers", account, operation, changes: true, ...(tag === undefined ? {} : { tag }) }, data, how),
    known: (symbol, operation) => {
      const found = instruments.ofSymbol(symbol)
      return found === undefined
        ? refuse(
          operation,
          "instrument",
          `${symbol} is not in Fyers' instrument list`,
          "Get the lists of today: keepgaining instruments sync"
        )
        : Effect.succeed(found)
    },
    refuse
  }
}
