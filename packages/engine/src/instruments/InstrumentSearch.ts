/** The newest master of each broker in memory, to be looked through by text. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { DatabaseError } from "../database/Database.ts"
import { InstrumentStore } from "./InstrumentStore.ts"
import type { MasterBroker, MasterEntry } from "./master/MasterEntry.ts"
import { type SearchHit, SearchIndex, type SearchOptions } from "./search/SearchIndex.ts"

export class InstrumentSearch extends Context.Service<InstrumentSearch, {
  /** Best first; nothing while the broker has no master. The first question reads the master. */
  readonly search: (
    broker: MasterBroker,
    question: string,
    options?: SearchOptions
  ) => Effect.Effect<ReadonlyArray<SearchHit>, DatabaseError>
  readonly entry: (broker: MasterBroker, id: string) => Effect.Effect<MasterEntry | undefined, DatabaseError>
  /**
   * Reads the broker's newest master again, if it was asked for before. Questions are answered from the old one meanwhile.
   */
  readonly refresh: (broker: MasterBroker) => Effect.Effect<void, DatabaseError>
}>()("@keepgaining/engine/instruments/InstrumentSearch") {}

const make = Effect.gen(function*() {
  const store = yield* InstrumentStore
  const loading = yield* Semaphore.make(1)
  const indexes = new Map<MasterBroker, SearchIndex>()
  const load = Effect.fn("InstrumentSearch.load")(function*(broker: MasterBroker) {
    const index = new SearchIndex(yield* store.entries(broker))
    indexes.set(broker, index)
    return index
  })
  const indexOf = (broker: MasterBroker) =>
    Effect.suspend(() => {
      const ready = indexes.get(broker)
      if (ready !== undefined) return Effect.succeed(ready)
      // Whoever waited finds what the one before loaded.
      return loading.withPermits(1)(Effect.suspend(() => {
        const loaded = indexes.get(broker)
        return loaded === undefined ? load(broker) : Effect.succeed(loaded)
      }))
    })
  return InstrumentSearch.of({
    search: (broker, question, options) => Effect.map(indexOf(broker), (index) => index.search(question, options)),
    entry: (broker, id) => Effect.map(indexOf(broker), (index) => index.entry(id)),
    refresh: (broker) =>
      Effect.suspend(() => indexes.has(broker) ? Effect.asVoid(loading.withPermits(1)(load(broker))) : Effect.void)
  })
})

export const layer: Layer.Layer<InstrumentSearch, never, InstrumentStore> = Layer.effect(InstrumentSearch, make)
