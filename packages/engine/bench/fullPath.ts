/**
 * Ticks a second through everything that a live session does with them, in the product's own session: frames through the
 * mailbox, recorded in a fsynced tick log, folded by supervised actors into candles and strategies, signals to orders to
 * fills to the ledger, every decision journalled and synced, then projected into SQL.
 */
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { Command } from "@keepgaining/core/commands/Command.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import { Supervisor } from "@keepgaining/engine/actors/Supervisor.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import { loadCharges, loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as feedSession from "@keepgaining/engine/session/feedSession.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as Snapshots from "@keepgaining/engine/snapshots/Snapshots.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { bareLoop } from "./bareLoop.ts"
import { fastest, type Figure, perSecond, rate, ratio } from "./Figure.ts"
import type { Market } from "./market.ts"

/** VolumeRocket on everything that can be traded. */
const deploy = (market: Market): Command => ({
  _tag: "Deploy",
  deployment: {
    id: "bench",
    strategy: "VolumeRocket",
    parameters: {},
    instruments: market.instruments.all().filter(isTradable).map(({ symbol }) => symbol),
    lots: 1,
    mode: "paper"
  }
})

export const kernelWithStrategy = (market: Market): Kernel => {
  const kernel = new Kernel({
    ...sessionDefaults,
    instruments: market.instruments,
    hours: new TradingHours(plainHours),
    charges: new ChargeSchedule(Effect.runSync(loadCharges())),
    margins: new MarginSchedule(Effect.runSync(loadMarginRates())),
    strategyNamed
  })
  kernel.command("deploy", deploy(market))
  return kernel
}

const once = (market: Market) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  const open = Latch.makeUnsafe(false)
  const session = feedSession.layer({
    folder: path.join(folder, "session"),
    begin: { mode: "paper", seed: sessionDefaults.seed },
    kernel: { ...sessionDefaults, strategyNamed },
    charges: Effect.runSync(loadCharges()),
    margins: Effect.runSync(loadMarginRates()),
    openFeed: () =>
      Effect.succeed({
        name: "bench",
        instruments: market.instruments.all(),
        previousClose: [],
        batches: Stream.unwrap(Effect.as(open.await, Stream.fromIterable(market.frames)))
      })
  })
  const layers = Layer.provideMerge(session, Layer.mergeAll(Supervisor.layer, Snapshots.layer)).pipe(
    Layer.provideMerge(Database.layerPglite(undefined)),
    Layer.provideMerge(NodeDurableFiles)
  )
  return Effect.runPromise(
    Effect.gen(function*() {
      const { execute, fills, health } = yield* Session
      yield* execute("deploy", deploy(market))
      const started = performance.now()
      yield* open.open
      while (health().ticks < market.ticks || health().unflushed > 0) yield* Effect.sleep(1)
      return { millis: performance.now() - started, fills: fills(Infinity).length }
    }).pipe(Effect.provide(layers))
  ).finally(() => fs.rmSync(folder, { recursive: true, force: true }))
}

export const fullPath = async (market: Market): Promise<Figure> => {
  let best = await once(market)
  for (let i = 0; i < 2; i++) {
    const again = await once(market)
    if (again.millis < best.millis) best = again
  }
  const bare = perSecond(market.ticks, fastest(3, () => void bareLoop(market)))
  const full = perSecond(market.ticks, best.millis)
  return {
    what: `Full path: mailbox, tick log, actors, VolumeRocket, ${best.fills} fills, journal, SQL`,
    measured: rate(full, "ticks"),
    yardstick: `bare loop of the same arithmetic: ${rate(bare, "ticks")}`,
    ratio: ratio(full / bare),
    goal: "≥ 0.20, > 20,00,000 ticks/s",
    met: full / bare >= 0.2 && full > 2_000_000
  }
}
