/** Which session `serve` runs: a replay, a generated market, or the feeds of broker accounts. */
import type { CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import { candlesBefore } from "@keepgaining/engine/archive/candlesBefore.ts"
import { type Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import { openBrokerFeed } from "@keepgaining/engine/feeds/broker/openBrokerFeed.ts"
import * as SimulatedFeed from "@keepgaining/engine/feeds/simulated/SimulatedFeed.ts"
import { type InstrumentStore } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import { type InstrumentSync } from "@keepgaining/engine/instruments/InstrumentSync.ts"
import { parseWatch } from "@keepgaining/engine/instruments/watchlist.ts"
import { type MarketRules } from "@keepgaining/engine/rules/MarketRules.ts"
import { loadCharges, loadCorporateActions, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as feedSession from "@keepgaining/engine/session/feedSession.ts"
import * as replaySession from "@keepgaining/engine/session/replaySession.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as path from "node:path"
import * as zlib from "node:zlib"
import type { ServeInput } from "./ServeInput.ts"

/** Where its ticks come from. */
export type Market = "replay" | "generated" | "brokers"

/** `accounts`: whether any broker account is there. */
export const marketOf = (input: ServeInput, accounts: number): Market => {
  if (Option.isSome(input.replay)) return "replay"
  if (input.feed === "generated") return "generated"
  if (input.feed !== "auto") return "brokers"
  return input.profile === "sim" || (input.profile === "paper" && accounts > 0) ? "brokers" : "generated"
}

/** One folder a replayed log, found again by the log's place. */
const replayName = (log: string): string => {
  const place = path.resolve(log)
  return `replay-${path.basename(place)}-${(zlib.crc32(place) >>> 0).toString(16).padStart(8, "0")}`
}

const warmUpFrom = (actions: ReadonlyArray<CorporateAction>, days: number) =>
  Effect.map(
    CandleArchive.CandleArchive,
    (archive) => (symbols: ReadonlyArray<string>, before: number) =>
      candlesBefore(archive, actions, { symbols, before, days }).pipe(
        Effect.tap((found) => {
          const candles = found.reduce((sum, one) => sum + one.candles.length, 0)
          return found.length === 0
            ? Effect.void
            : Effect.logInfo("Begins with candles of the archive").pipe(
              Effect.annotateLogs({ instruments: found.length, candles })
            )
        }),
        Effect.catch((error) =>
          Effect.as(Effect.logWarning(`The session begins without candles from before it: ${error.message}`), [])
        )
      )
  )

/** Opens brokers' feeds with everything that takes. */
const brokerFeed = (input: ServeInput) =>
  Effect.gen(function*() {
    const services = yield* Effect.context<
      Brokers | InstrumentStore | InstrumentSync | MarketRules | CandleArchive.CandleArchive
    >()
    const accounts = input.feed === "auto" || input.feed === "brokers" ? undefined : input.feed.split(",")
    const open: feedSession.FeedSessionOptions["openFeed"] = (_manifest, after, recorded) =>
      openBrokerFeed({
        // The flags were checked before anything began.
        watch: Result.getOrThrow(parseWatch(input.watch)),
        recorded,
        after,
        ...(accounts === undefined ? {} : { accounts })
      }).pipe(Effect.provideContext(services))
    return open
  })

export const sessionChoice = Effect.fnUntraced(function*(input: ServeInput, speed: number, market: Market) {
  const sessions = path.join(input.data, "sessions")
  const kernel = { ...sessionDefaults, partitions: input.partitions, strategyNamed }
  const charges = yield* loadCharges(userFolder(input.data))
  const now = yield* Clock.currentTimeMillis
  switch (market) {
    case "replay": {
      const log = Option.getOrElse(input.replay, () => "")
      const actions = yield* loadCorporateActions(userFolder(input.data))
      const folder = path.join(sessions, replayName(log))
      const layer = Layer.unwrap(Effect.map(warmUpFrom(actions, input.warmUp), (warmUp) =>
        replaySession.layer({
          folder,
          log,
          seed: input.seed,
          kernel,
          charges,
          warmUp,
          // A strategy that was asked for has to be there before the first tick.
          playing: !input.paused && Option.isNone(input.strategy),
          speed
        })))
      return { folder, layer }
    }
    case "brokers": {
      const folder = path.join(sessions, input.profile === "sim" ? "sim" : "market")
      const begin = { mode: input.profile, seed: input.seed }
      const layer = Layer.unwrap(
        Effect.map(brokerFeed(input), (openFeed) => feedSession.layer({ folder, kernel, charges, begin, openFeed }))
      )
      return { folder, layer }
    }
    case "generated": {
      // A demo is for a day; what trades on paper goes on until somebody begins anew.
      const folder = path.join(sessions, input.profile === "demo" ? `demo-${formatIstDate(now)}` : "paper")
      const layer = feedSession.layer({
        folder,
        kernel,
        charges,
        begin: { mode: input.profile, seed: input.seed, marketStart: now },
        openFeed: (manifest, after) =>
          SimulatedFeed.make({
            seed: manifest.seed,
            startDate: manifest.marketStart,
            resumeAfter: after,
            pace: input.pace,
            headStart: input.headStart * 60_000
          })
      })
      return { folder, layer }
    }
  }
})
