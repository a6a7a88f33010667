/** The accounts as the running engine has them: what only it knows (orders, positions) or decides (which are armed). */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Client } from "../../client/Client.ts"
import type { AccountView } from "../../contract/Brokers.ts"
import { BAD_INPUT, fail, FAILED, reported } from "../command/CommandFailure.ts"
import { onData } from "../running/onData.ts"
import { connectEngine, type Told, told } from "../running/throughEngine.ts"

/** Uses the engine on the data directory, or the one that `--profile sim` keeps in its subfolder. */
export const throughEngine = <A, E extends Told, R>(
  data: string,
  use: (client: Client) => Effect.Effect<A, E, R>
) =>
  Effect.scoped(Effect.gen(function*() {
    const client = yield* onData(data, connectEngine)
    if (client === undefined) {
      return yield* fail(
        "NoEngine",
        `no engine runs on ${data}: start one with keepgaining serve, or name its folder with --data`,
        FAILED
      )
    }
    return yield* use(client)
  })).pipe(reported)

export const accountsOf = (client: Client): Effect.Effect<ReadonlyArray<AccountView>, Told> =>
  client.follow((rpc) => rpc.WatchBrokers()).pipe(
    Stream.take(1),
    Stream.runCollect,
    Effect.map((views) => views.at(0)?.accounts ?? []),
    Effect.mapError(told)
  )

/** The account of that name, or the only one of that broker. */
export const accountNamed = Effect.fnUntraced(function*(client: Client, name: string) {
  const all = yield* accountsOf(client)
  const ofBroker = all.filter(({ broker }) => broker === name)
  const found = all.find(({ account }) => account === name) ?? (ofBroker.length === 1 ? ofBroker[0] : undefined)
  if (found !== undefined) return found
  const known = all.length === 0 ? "the engine has none" : `there are ${all.map(({ account }) => account).join(", ")}`
  return yield* fail("Usage", `no account ${JSON.stringify(name)}: ${known}`, BAD_INPUT)
})

/** One account when it is named, else all. */
export const accountsNamed = (client: Client, name: string | undefined) =>
  name === undefined ? accountsOf(client) : Effect.map(accountNamed(client, name), (account) => [account])
