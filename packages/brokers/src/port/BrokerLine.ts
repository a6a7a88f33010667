/** A logged-in account's line to its broker: what all of its calls have in common, whoever the broker is. */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { AccountSettings } from "./BrokerAccount.ts"
import type { BrokerCall } from "./BrokerCall.ts"
import { type BrokerError, Refused } from "./BrokerError.ts"
import type { BrokerInstrument } from "./BrokerInstruments.ts"
import { type RequestKind, RequestPass } from "./RequestPass.ts"

/** `How`: how the broker's SDK is asked, which differs between promises and callbacks. */
export interface BrokerLine<How> {
  readonly settings: AccountSettings
  /** A request that changes nothing; `kind` where its endpoint has another allowance than the rest of its call. */
  readonly read: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    data: S,
    how: How,
    kind?: Exclude<RequestKind, "orders">
  ) => Effect.Effect<S["Type"], BrokerError>
  /** A request that changes something; `tag` of the order, `kind` where it does not count as an order. */
  readonly change: <S extends Schema.ConstraintDecoder<unknown>>(
    operation: string,
    data: S,
    how: How,
    tag?: string,
    kind?: RequestKind
  ) => Effect.Effect<S["Type"], BrokerError>
  /** As the broker lists it, or a refusal. */
  readonly known: (symbol: string, operation: string) => Effect.Effect<BrokerInstrument, BrokerError>
  readonly refuse: (
    operation: string,
    code: string,
    reason: string,
    remedy: string
  ) => Effect.Effect<never, BrokerError>
}

export const brokerLine = <Sdk, How>(options: {
  readonly broker: BrokerCall["broker"]
  /** Whose instrument list it is, in words: `Kite's`. */
  readonly whose: string
  readonly settings: AccountSettings
  /** Made with the first call, for loading an SDK takes long. */
  readonly sdk: Effect.Effect<Sdk>
  readonly ask: <S extends Schema.ConstraintDecoder<unknown>>(
    sdk: Sdk,
    call: BrokerCall,
    data: S,
    how: How
  ) => Effect.Effect<S["Type"], BrokerError>
}): BrokerLine<How> => {
  const { broker, settings, whose } = options
  const { account, instruments } = settings
  let made: Sdk | undefined
  const ask = <S extends Schema.ConstraintDecoder<unknown>>(
    kind: RequestKind | undefined,
    call: BrokerCall,
    data: S,
    how: How
  ): Effect.Effect<S["Type"], BrokerError> =>
    Effect.gen(function*() {
      const sdk = made ?? (made = yield* options.sdk)
      const { pass } = yield* RequestPass
      return yield* pass(kind, call.operation, options.ask(sdk, call, data, how))
    })
  const refuse: BrokerLine<How>["refuse"] = (operation, code, reason, remedy) =>
    Effect.fail(new Refused({ broker, account, operation, code, reason, remedy }))
  return {
    settings,
    read: (operation, data, how, kind) => ask(kind, { broker, account, operation, changes: false }, data, how),
    change: (operation, data, how, tag, kind = "orders") =>
      ask(kind, { broker, account, operation, changes: true, ...(tag === undefined ? {} : { tag }) }, data, how),
    known: (symbol, operation) => {
      const found = instruments.ofSymbol(symbol)
      return found === undefined
        ? refuse(
          operation,
          "instrument",
          `${symbol} is not in ${whose} instrument list`,
          "Get the lists of today: keepgaining instruments sync"
        )
        : Effect.succeed(found)
    },
    refuse
  }
}
