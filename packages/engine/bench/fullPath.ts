/**
 * Ticks a second through everything that a live session does with them: recorded in a fsynced tick log, folded by
 * supervised actors into candles and strategies, signals to orders to fills to the ledger, every decision journalled and
 * synced.
 */
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import * as JournalFile from "@keepgaining/engine/journal/JournalFile.ts"
import { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import * as TickLogWriter from "@keepgaining/engine/ticklog/TickLogWriter.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { bareLoop } from "./bareLoop.ts"
import { fastest, type Figure, perSecond, rate, ratio } from "./Figure.ts"
import type { Market } from "./market.ts"

/** A kernel with VolumeRocket on everything that can be traded. */
export const kernelWithStrategy = (market: Market): Kernel => {
  const kernel = new Kernel({ ...sessionDefaults, instruments: market.instruments, strategyNamed })
  kernel.command("deploy", {
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
  return kernel
}

const once = (
  market: Market
): Promise<{ readonly millis: number; readonly fills: number; readonly decisions: number }> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  return Effect.runPromise(
    Effect.scoped(Effect.gen(function*() {
      const kernel = kernelWithStrategy(market)
      const writer = yield* TickLogWriter.open({
        folder: path.join(folder, "ticks"),
        mode: "create",
        origin: "recording",
        instruments: market.instruments
      })
      const journal = yield* JournalFile.open(path.join(folder, "journal.log"))
      const started = performance.now()
      let number = 0
      for (const frame of market.frames) {
        yield* writer.append(frame)
        kernel.batch(frame)
        const decisions = kernel.takeDecisions()
        if (decisions.length === 0) continue
        // Ticks before decisions, as the session does it.
        yield* writer.flush
        yield* journal.append(decisions.map(({ cause, decision }) => ({
          sequence: cause,
          at: kernel.now,
          kind: "decision" as const,
          payload: { number: ++number, decision }
        })))
      }
      yield* writer.flush
      return { millis: performance.now() - started, fills: kernel.fills, decisions: number }
    })).pipe(Effect.provide(NodeDurableFiles))
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
    what: `Full path: log, actors, VolumeRocket, ${best.fills} fills, ${best.decisions} decisions journalled`,
    measured: rate(full, "ticks"),
    yardstick: `bare loop of the same arithmetic: ${rate(bare, "ticks")}`,
    ratio: ratio(full / bare),
    goal: "≥ 0.20, > 20,00,000 ticks/s",
    met: full / bare >= 0.2 && full > 2_000_000
  }
}
