/** A session on brokers' feeds: opened with everything that takes, warmed up from the archive, and recorded into it. */
import type { CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import type { Supervisor } from "@keepgaining/engine/actors/Supervisor.ts"
import type { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import { Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import { openBrokerFeed } from "@keepgaining/engine/feeds/broker/openBrokerFeed.ts"
import type { HistoryAccount } from "@keepgaining/engine/history/accountHistory.ts"
import { type InstrumentStore } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import { type InstrumentSync } from "@keepgaining/engine/instruments/InstrumentSync.ts"
import { parseWatch } from "@keepgaining/engine/instruments/watchlist.ts"
import * as FrameRecorder from "@keepgaining/engine/rawframes/FrameRecorder.ts"
import { recordCandles } from "@keepgaining/engine/recording/CandleRecorder.ts"
import * as RecordedDays from "@keepgaining/engine/recording/RecordedDays.ts"
import { type MarketRules } from "@keepgaining/engine/rules/MarketRules.ts"
import * as feedSession from "@keepgaining/engine/session/feedSession.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as path from "node:path"
import type { ServeInput } from "./ServeInput.ts"
import { warmUpFrom } from "./warmUpFrom.ts"

/** As history servers, those named first; all of them when none is named. */
const historyAccounts = (
  brokers: Brokers["Service"],
  names: ReadonlyArray<string> | undefined
) =>
(): ReadonlyArray<HistoryAccount> => {
  const all = brokers.actors()
  const wanted = names === undefined ? all : names.flatMap((id) => all.filter(({ record }) => record.id === id))
  return wanted.map((actor) => ({
    account: actor.record.id,
    broker: actor.record.broker,
    marketData: () => actor.session?.marketData
  }))
}

/** What is left to be said, of each kind of session. */
type Rest<Options> = Options extends unknown ? Omit<Options, "openFeed" | "warmUp" | "onRunning"> : never

export const brokerSession = (
  input: ServeInput,
  actions: ReadonlyArray<CorporateAction>,
  session: Rest<feedSession.FeedSessionOptions>
) =>
  Layer.unwrap(Effect.gen(function*() {
    const services = yield* Effect.context<
      | Brokers
      | InstrumentStore
      | InstrumentSync
      | MarketRules
      | CandleArchive
      | RecordedDays.RecordedDays
      | Supervisor
    >()
    const brokers = yield* Brokers
    const warmUp = yield* warmUpFrom(actions, input.warmUp)
    const accounts = input.feed === "auto" || input.feed === "brokers" ? undefined : input.feed.split(",")
    const recorder = input.recordRaw
      ? yield* FrameRecorder.make({ folder: path.join(session.folder, "raw") })
      : undefined
    return feedSession.layer({
      ...session,
      openFeed: (_manifest, after, recorded) =>
        openBrokerFeed({
          // The flags were checked before anything began.
          watch: Result.getOrThrow(parseWatch(input.watch)),
          recorded,
          after,
          ...(recorder === undefined ? {} : { recorder }),
          ...(accounts === undefined ? {} : { accounts })
        }).pipe(Effect.provideContext(services)),
      warmUp,
      onRunning: (running) =>
        recordCandles(running, {
          accounts: historyAccounts(brokers, accounts),
          keepDifferences: input.keepDifferences
        }).pipe(Effect.provideContext(services))
    })
  })).pipe(Layer.provide(RecordedDays.layer))
