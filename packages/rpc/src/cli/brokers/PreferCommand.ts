/**
 * `keepgaining brokers prefer`, `exclude` and `include`: which account takes orders rather than others, and which takes no new
 * positions. Through the running engine, or into what is stored where none runs.
 */
import type { BrokerAccounts } from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Client } from "../../client/Client.ts"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { onData } from "../running/onData.ts"
import { connectEngine, type Told, told } from "../running/throughEngine.ts"
import { accountNamed, accountsOf } from "./runningAccounts.ts"
import { findAccount, shared, withAccounts } from "./services.ts"

const name = Argument.String("ACCOUNT").pipe(Argument.withDescription("Name of the account, or its broker"))

/** What is wanted of an account, and of all of them, for people. */
interface Wished {
  readonly account: string
  readonly preference: { readonly place: number; readonly since: number } | null
  readonly excluded: { readonly since: number } | null
}

/** Changes what is wanted of an account; answers what is of all, and which one it was. */
const wish = (
  data: string,
  account: string,
  ofEngine: (client: Client, account: string) => Effect.Effect<void, Told>,
  ofStore: (accounts: BrokerAccounts["Service"], account: string, now: number) => Effect.Effect<boolean, Told>
) =>
  Effect.scoped(Effect.gen(function*() {
    const client = yield* reported(onData(data, connectEngine))
    if (client !== undefined) {
      return yield* Effect.gen(function*() {
        const view = yield* accountNamed(client, account)
        yield* ofEngine(client, view.account)
        const all: ReadonlyArray<Wished> = yield* accountsOf(client)
        return { id: view.account, all }
      }).pipe(reported)
    }
    return yield* withAccounts(data, (accounts) =>
      Effect.gen(function*() {
        const { id } = yield* findAccount(accounts, account)
        yield* ofStore(accounts, id, yield* Clock.currentTimeMillis)
        const all = (yield* accounts.list).map((record): Wished => ({
          account: record.id,
          preference: record.preference ?? null,
          excluded: record.excluded ?? null
        }))
        return { id, all }
      }))
  }))

const orderOf = (all: ReadonlyArray<Wished>): string => {
  const named = all.flatMap(({ account, preference }) => preference === null ? [] : [{ account, ...preference }])
    .sort((a, b) => a.place - b.place)
  return named.length === 0
    ? "No account is preferred; equals are taken by their names"
    : `Of accounts that do alike, orders go through ${
      named.map(({ account, place }) => `${place}. ${account}`).join(", ")
    }`
}

export const preferCommand = Command.make(
  "prefer",
  {
    account: name,
    place: Flag.Int("place").pipe(
      Flag.withDescription(
        "Its place, from 1, which is also what it gets when none is given; those behind it move back"
      ),
      Flag.optional
    ),
    none: Flag.Boolean("none").pipe(Flag.withDescription("Prefer it to nobody"), Flag.withDefault(false)),
    ...shared
  },
  Effect.fn("brokers.prefer")(function*({ account, data, json, none, place: given }) {
    if (none && Option.isSome(given)) {
      return yield* fail("Usage", "--none and --place say different things; give one of them", BAD_INPUT)
    }
    const place = none ? null : Option.getOrElse(given, () => 1)
    if (place !== null && place < 1) return yield* fail("Usage", "--place: places are counted from 1", BAD_INPUT)
    const { all, id } = yield* wish(
      data,
      account,
      (client, of) => Effect.mapError(client.ask((rpc) => rpc.PreferBroker({ account: of, place })), told),
      (accounts, of, now) => accounts.setPreference(of, place, now)
    )
    const own = all.find((each) => each.account === id)
    yield* Console.log(
      json ? JSON.stringify({ account: id, preference: own?.preference ?? null }) : `${orderOf(all)}`
    )
  })
).pipe(Command.withDescription("Say which account takes orders where several do equally well"))

const exclusion = (command: "exclude" | "include", description: string) =>
  Command.make(
    command,
    { account: name, ...shared },
    Effect.fn(`brokers.${command}`)(function*({ account, data, json }) {
      const excluded = command === "exclude"
      const { all, id } = yield* wish(
        data,
        account,
        (client, of) => Effect.mapError(client.ask((rpc) => rpc.ExcludeBroker({ account: of, excluded })), told),
        (accounts, of, now) => accounts.setExcluded(of, excluded, now)
      )
      const own = all.find((each) => each.account === id)
      yield* Console.log(
        json
          ? JSON.stringify({ account: id, excluded: own?.excluded ?? null })
          : excluded
          ? `${id} takes no new positions; exits go on`
          : `${id} takes new positions again, while it is armed`
      )
    })
  ).pipe(Command.withDescription(description))

export const excludeCommand = exclusion(
  "exclude",
  "Open no new positions through an account, armed or not; what makes a position smaller goes on"
)
export const includeCommand = exclusion("include", "Take back that an account is excluded from new positions")
