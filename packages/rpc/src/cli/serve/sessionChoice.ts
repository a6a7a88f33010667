/** Which session `serve` runs: a replay, a generated market, or the feeds of broker accounts. */
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { usualSquareOff } from "@keepgaining/core/desk/squareOff.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import { makeExchangeToday } from "@keepgaining/engine/execution/ExchangeToday.ts"
import { LiveOrderPort, LiveOrderPorts } from "@keepgaining/engine/execution/LiveOrderPort.ts"
import { makePrepare } from "@keepgaining/engine/execution/prepareOrder.ts"
import * as SimulatedFeed from "@keepgaining/engine/feeds/simulated/SimulatedFeed.ts"
import {
  loadCalendar,
  loadCharges,
  loadCorporateActions,
  loadMarginRates,
  userFolder
} from "@keepgaining/engine/rules/RuleFiles.ts"
import * as feedSession from "@keepgaining/engine/session/feedSession.ts"
import * as replaySession from "@keepgaining/engine/session/replaySession.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as zlib from "node:zlib"
import { brokerSession } from "./brokerSession.ts"
import { type ServeInput, squareOffOf } from "./ServeInput.ts"
import { warmUpFrom } from "./warmUpFrom.ts"

/** Where its ticks come from. */
export type Market = "replay" | "generated" | "brokers"

/** `accounts`: whether any broker account is there. */
export const marketOf = (input: ServeInput, accounts: number): Market => {
  if (Option.isSome(input.replay)) return "replay"
  if (input.feed === "generated") return "generated"
  if (input.feed !== "auto") return "brokers"
  if (input.profile === "sim" || input.profile === "live") return "brokers"
  return input.profile === "paper" && accounts > 0 ? "brokers" : "generated"
}

/** One folder a replayed log, found again by the log's place. */
const replayName = (log: string): string => {
  const place = path.resolve(log)
  return `replay-${path.basename(place)}-${(zlib.crc32(place) >>> 0).toString(16).padStart(8, "0")}`
}

export const sessionChoice = Effect.fnUntraced(function*(input: ServeInput, speed: number, market: Market) {
  const sessions = path.join(input.data, "sessions")
  const { desk } = sessionDefaults
  const limits = { ...desk.limits, capital: Math.round(input.capital * 100) }
  const kernel = {
    ...sessionDefaults,
    desk: { ...desk, limits, squareOff: [squareOffOf(input) ?? usualSquareOff] },
    partitions: input.partitions,
    strategyNamed
  }
  const charges = yield* loadCharges(userFolder(input.data))
  const margins = yield* loadMarginRates(userFolder(input.data))
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
          margins,
          warmUp,
          // A strategy that was asked for has to be there before the first tick.
          playing: !input.paused && Option.isNone(input.strategy),
          speed
        })))
      return { folder, layer }
    }
    case "brokers": {
      const { profile, seed } = input
      const actions = yield* loadCorporateActions(userFolder(input.data))
      const hours = calendarHours(yield* loadCalendar(userFolder(input.data)), { holidays: true })
      if (profile === "demo" || profile === "paper") {
        const folder = path.join(sessions, "market")
        const begin = { mode: profile, seed, hours }
        return { folder, layer: brokerSession(input, actions, { folder, kernel, charges, margins, begin }) }
      }
      const folder = path.join(sessions, profile)
      const layer = Layer.unwrap(Effect.gen(function*() {
        const today = yield* makeExchangeToday
        const live = { ports: yield* LiveOrderPorts, prepare: yield* makePrepare(today), today }
        return brokerSession(input, actions, {
          folder,
          kernel,
          charges,
          margins,
          begin: { mode: profile, seed, hours },
          live
        })
      })).pipe(Layer.provide(LiveOrderPort.layer))
      return { folder, layer }
    }
    case "generated": {
      if (input.recordRaw) {
        yield* Effect.logWarning("--record-raw: the market is generated, so no broker sends anything")
      }
      // A demo is for a day; what trades on paper goes on until somebody begins anew.
      const mode = input.profile === "demo" ? "demo" : "paper"
      const folder = path.join(sessions, mode === "demo" ? `demo-${formatIstDate(now)}` : "paper")
      const layer = feedSession.layer({
        folder,
        kernel,
        charges,
        margins,
        begin: { mode, seed: input.seed, marketStart: now },
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
