/** `keepgaining brokers register`: what brokers want to know of whoever sends orders by program. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isIP } from "node:net"
import { BAD_INPUT, fail } from "../command/CommandFailure.ts"
import { findAccount, shared, withAccounts } from "./services.ts"

/** Of a new account and of one that is there. */
export const registrationFlags = {
  staticIp: Flag.String("static-ip").pipe(
    Flag.withDescription(
      "IP address that you registered with the broker as where orders come from; no live order goes to a real account without"
    ),
    Flag.optional
  ),
  algo: Flag.String("algo").pipe(
    Flag.withDescription(
      "The broker's id of your algorithm, or generic below 10 orders a second; no live order goes to a real account without"
    ),
    Flag.optional
  )
} as const

export const registrationOf = Effect.fnUntraced(function*(input: {
  readonly staticIp: Option.Option<string>
  readonly algo: Option.Option<string>
}) {
  if (Option.isSome(input.staticIp) && isIP(input.staticIp.value) === 0) {
    return yield* fail("Usage", `--static-ip: ${JSON.stringify(input.staticIp.value)} is no IP address`, BAD_INPUT)
  }
  return {
    ...(Option.isSome(input.staticIp) ? { staticIp: input.staticIp.value } : {}),
    ...(Option.isSome(input.algo) ? { algo: input.algo.value } : {})
  }
})

export const registerCommand = Command.make(
  "register",
  {
    account: Argument.String("ACCOUNT").pipe(Argument.withDescription("Name of the account, or its broker")),
    ...registrationFlags,
    ...shared
  },
  Effect.fn("brokers.register")(function*({ account, data, json, ...flags }) {
    const registration = yield* registrationOf(flags)
    const id = yield* withAccounts(data, (accounts) =>
      Effect.gen(function*() {
        const record = yield* findAccount(accounts, account)
        yield* accounts.setRegistration(record.id, registration)
        return record.id
      }))
    const { algo, staticIp } = { algo: undefined, staticIp: undefined, ...registration }
    yield* Console.log(
      json
        ? JSON.stringify({ account: id, ...registration })
        : `${id} sends orders from ${staticIp ?? "no registered address"}, as ${algo ?? "no registered algorithm"}`
    )
  })
).pipe(Command.withDescription("Say from which address and as which algorithm an account's orders go"))
