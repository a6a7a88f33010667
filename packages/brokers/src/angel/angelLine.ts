/** A logged-in account's line to Angel: what all of its calls have in common. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type { AccountSettings } from "../port/BrokerAccount.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { type BrokerError, Refused } from "../port/BrokerError.ts"
import type { BrokerInstrument, BrokerInstruments } from "../port/BrokerInstruments.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { angelCall } from "./angelCall.ts"
import { type AngelSdk, makeAngelSdk } from "./angelSdk.ts"

export interface AngelLine {
  readonly instruments: BrokerInstruments
  readonly ask: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    data: S,
    how: (sdk: AngelSdk) => Promise<unknown>,
    /** Of a call that changes something. */
    change?: { readonly tag?: string }
  ) => Effect.Effect<S["Type"], BrokerError>
  /** As Angel lists it, or a refusal. */
  readonly known: (symbol: string, operation: string) => Effect.Effect<BrokerInstrument, BrokerError>
  readonly refuse: (
    operation: string,
    code: string,
    reason: string,
    remedy: string
  ) => Effect.Effect<never, BrokerError>
}

export const angelLine = (settings: AccountSettings, token: BrokerToken, root: string): AngelLine => {
  const { account, apiKey, instruments, timeout, userId } = settings
  let made: AngelSdk | undefined
  const refuse: AngelLine["refuse"] = (operation, code, reason, remedy) =>
    Effect.fail(new Refused({ broker: "angel", account, operation, code, reason, remedy }))
  return {
    instruments,
    refuse,
    ask: (operation, data, how, change) =>
      Effect.gen(function*() {
        const accessToken = Redacted.value(token.access)
        const sdk = made ?? (made = yield* makeAngelSdk({ root, apiKey, userId, timeout, accessToken }))
        const call: BrokerCall = {
          broker: "angel",
          account,
          operation,
          changes: change !== undefined,
          ...(change?.tag === undefined ? {} : { tag: change.tag })
        }
        return yield* angelCall(call, data, sdk, how)
      }),
    known: (symbol, operation) => {
      const found = instruments.ofSymbol(symbol)
      return found === undefined
        ? refuse(
          operation,
          "instrument",
          `${symbol} is not in Angel One's instrument list`,
          "Get the lists of today: keepgaining instruments sync"
        )
        : Effect.succeed(found)
    }
  }
}
