/** `keepgaining brokers arm` and `disarm`: whether an account takes live orders today, decided in the running engine. */
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Prompt from "effect/cli/Prompt"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Client } from "../../client/Client.ts"
import type { AccountView } from "../../contract/Brokers.ts"
import { BAD_INPUT, fail } from "../command/CommandFailure.ts"
import { type Told, told } from "../running/throughEngine.ts"
import { accountNamed, throughEngine } from "./runningAccounts.ts"
import { shared } from "./services.ts"

const name = Argument.String("ACCOUNT").pipe(Argument.withDescription("Name of the account, or its broker"))

const meaning = ({ account, broker, userId }: AccountView): string =>
  `Live orders of people and strategies may then go through ${account} (${broker}, ${userId}) with real money, until midnight ` +
  "or `brokers disarm`. Exits are possible in any case."

const agreed = Effect.fnUntraced(function*(view: AccountView, yes: boolean) {
  if (yes || view.simulated) return true
  if (!process.stdin.isTTY) {
    return yield* fail("Usage", `${meaning(view)} Say --yes if that is what you want`, BAD_INPUT)
  }
  yield* Console.error(meaning(view))
  return yield* Prompt.run(Prompt.Confirm({ message: `Arm ${view.account} for today?`, initial: false })).pipe(
    Effect.orElseSucceed(() => false)
  )
})

/** Until when, epoch ms; `undefined` when it is not armed. */
const armedUntil = (client: Client, account: string): Effect.Effect<number | undefined, Told> =>
  client.follow((rpc) => rpc.Portfolio()).pipe(
    Stream.take(1),
    Stream.runCollect,
    Effect.map((values) => values.at(0)?.armed.find((each) => each.account === account)?.until),
    Effect.mapError(told)
  )

export const armCommand = Command.make(
  "arm",
  {
    account: name,
    yes: Flag.Boolean("yes").pipe(
      Flag.withDescription("Do not ask; needed for a real account where nobody can be asked"),
      Flag.withDefault(false)
    ),
    ...shared
  },
  Effect.fn("brokers.arm")(function*({ account, data, json, yes }) {
    yield* throughEngine(data, (client) =>
      Effect.gen(function*() {
        const view = yield* accountNamed(client, account)
        if (!(yield* agreed(view, yes))) return yield* Console.log(`${view.account} is not armed`)
        yield* client.ask((rpc) => rpc.ArmBroker({ account: view.account, armed: true })).pipe(Effect.mapError(told))
        const until = yield* armedUntil(client, view.account)
        const { simulated } = view
        yield* Console.log(
          json
            ? JSON.stringify({ account: view.account, armed: true, until, simulated })
            : `${view.account} takes ${simulated ? "simulated " : ""}live orders until ${
              until === undefined ? "midnight" : formatIst(until)
            }`
        )
      }))
  })
).pipe(Command.withDescription("Let an account take live orders until midnight; needs a running engine"))

export const disarmCommand = Command.make(
  "disarm",
  { account: name, ...shared },
  Effect.fn("brokers.disarm")(function*({ account, data, json }) {
    yield* throughEngine(data, (client) =>
      Effect.gen(function*() {
        const view = yield* accountNamed(client, account)
        yield* client.ask((rpc) => rpc.ArmBroker({ account: view.account, armed: false })).pipe(Effect.mapError(told))
        yield* Console.log(
          json
            ? JSON.stringify({ account: view.account, armed: false })
            : `${view.account} takes no new live orders; exits go on`
        )
      }))
  })
).pipe(Command.withDescription("Let an account take no more live orders; exits go on"))
