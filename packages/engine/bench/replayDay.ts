/** Wall time of replaying a whole imported day: from the files of the log to the report. */
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import { importTicks } from "@keepgaining/engine/import/ImportTicks.ts"
import { replayLog } from "@keepgaining/engine/replay/replayLog.ts"
import { loadCharges, loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { openTickLogSync } from "@keepgaining/engine/ticklog/TickLogReader.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fastest, type Figure, perSecond, rate, ratio } from "./Figure.ts"

/** `file` is a day of ticks as CSV; see `keepgaining ticks import --help`. */
export const replayDay = (file: string): Promise<ReadonlyArray<Figure>> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-bench-"))
  const log = path.join(folder, "day")
  const work = Effect.gen(function*() {
    const started = performance.now()
    const imported = yield* importTicks({
      files: [file],
      folder: log,
      existing: "refuse",
      mapping: {},
      onProgress: () => {}
    }).pipe(Effect.provide(NodeDurableFiles))
    const importing = performance.now() - started
    const scan = fastest(3, () => {
      using cursor = openTickLogSync(log)
      for (const batch of cursor) if (batch.length < 0) throw new Error("a batch has no negative length")
    })
    using cursor = openTickLogSync(log)
    const symbols = cursor.instruments.all().filter(isTradable).map(({ symbol }) => symbol)
    const replay = () =>
      replayLog({
        log,
        deployments: [{
          id: "bench",
          strategy: "VolumeRocket",
          parameters: {},
          instruments: symbols,
          lots: 1,
          mode: "paper"
        }],
        kernel: {
          ...sessionDefaults,
          charges: new ChargeSchedule(Effect.runSync(loadCharges())),
          margins: new MarginSchedule(Effect.runSync(loadMarginRates())),
          strategyNamed
        }
      })
    yield* replay()
    const report = yield* replay()
    const figures: ReadonlyArray<Figure> = [{
      what: `Import of ${path.basename(file)}`,
      measured: `${(importing / 1_000).toFixed(2)} s, ${rate(perSecond(imported.rows, importing), "rows")}`,
      yardstick: `reading the log once: ${(scan / 1_000).toFixed(3)} s`,
      ratio: ratio(importing / scan),
      goal: "",
      met: undefined
    }, {
      what: `Replay of it with VolumeRocket: ${report.candles} candles, ${report.fills} fills`,
      measured: `${report.seconds.toFixed(2)} s, ${rate(report.ticksPerSecond, "ticks")}`,
      yardstick: `reading the log once: ${(scan / 1_000).toFixed(3)} s`,
      ratio: ratio(report.seconds * 1_000 / scan),
      goal: "",
      met: undefined
    }]
    return figures
  })
  return Effect.runPromise(work).finally(() => fs.rmSync(folder, { recursive: true, force: true }))
}
