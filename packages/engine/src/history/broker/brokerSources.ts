/** Sources of a running engine: its own accounts, with their sessions and gates. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { Brokers } from "../../brokers/Brokers.ts"
import { InstrumentStore } from "../../instruments/InstrumentStore.ts"
import { MarketRules } from "../../rules/MarketRules.ts"
import { HistorySources } from "../HistorySources.ts"
import { DownloadRefused } from "../planChunks.ts"
import { accountSource } from "./accountSource.ts"
import { serverSource } from "./serverSource.ts"

export const layer: Layer.Layer<
  HistorySources,
  never,
  Brokers | InstrumentStore | MarketRules | HttpClient.HttpClient
> = Layer.effect(
  HistorySources,
  Effect.gen(function*() {
    const brokers = yield* Brokers
    const store = yield* InstrumentStore
    const { calendar, indexNames } = yield* MarketRules
    const client = yield* HttpClient.HttpClient
    return HistorySources.of({
      open: (name) =>
        Effect.suspend(() => {
          if (name._tag === "Server") {
            return serverSource(name.url).pipe(Effect.provideService(HttpClient.HttpClient, client))
          }
          const actor = brokers.actor(name.account)
          if (actor === undefined) {
            const all = brokers.actors().map(({ record }) => record.id)
            const known = all.length === 0 ? "none is there" : `there are ${all.join(", ")}`
            return Effect.fail(new DownloadRefused({ reason: `There is no account ${name.account}: ${known}` }))
          }
          const { broker, id } = actor.record
          return Effect.succeed(accountSource(
            // The actor of the account may be another one by then.
            {
              account: id,
              broker,
              capabilities: actor.capabilities,
              marketData: () => brokers.actor(id)?.session?.marketData
            },
            { store, names: indexNames, calendar, known: brokers.instruments(broker) }
          ))
        })
    })
  })
)
