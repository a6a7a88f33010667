/** `keepgaining candles build`: the candles of a tick log as a file. */
import { intervals } from "@keepgaining/core/candles/Interval.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { exportBars } from "@keepgaining/engine/ticklog/export/ExportBars.ts"
import { exportCandles } from "@keepgaining/engine/ticklog/export/ExportCandles.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { BAD_INPUT, fail, reported } from "./command/CommandFailure.ts"
import { tableFlags, tableTarget, toStdout } from "./ticks/ExportCommand.ts"

const buildCommand = Command.make(
  "build",
  {
    log: Argument.String("LOG").pipe(Argument.withDescription("Folder of the tick log")),
    interval: Flag.Literals("interval", intervals).pipe(
      Flag.withAlias("i"),
      Flag.withDescription("Length of a candle, aligned to the open at 09:15"),
      Flag.withDefault("1m")
    ),
    ...tableFlags
  },
  Effect.fn("candles.build")(function*({ format, interval, json, log, out, overwrite }) {
    const target = tableTarget({ format, json, out }, `${path.basename(path.resolve(log))}-${interval}`)
    const exported = yield* exportCandles(log, interval, { file: target.file, format, overwrite }).pipe(
      reported,
      Effect.provide(NodeDurableFiles)
    )
    if (target.toStdout) return yield* toStdout(target.file)
    const { bytes, file, rows, unfinished } = exported
    const rest = unfinished === 0 ? "" : `; ${unfinished} left out, because the log ends before they do`
    yield* Console.log(json ? JSON.stringify(exported) : `${file}: ${rows} candles, ${bytes} bytes${rest}`)
  })
).pipe(
  Command.withDescription(
    "Build the candles of every instrument of a tick log: time (start, IST), symbol, open, high, low, close (rupees), " +
      "volume, oi, vwap. An interval without ticks has no candle."
  ),
  Command.withShortDescription("Build candles from a tick log"),
  Command.withExamples([
    { command: "keepgaining candles build sessions/2021-06-09 --interval 5m --out 5m.csv", description: "As CSV" }
  ])
)

const barsCommand = Command.make(
  "bars",
  {
    log: Argument.String("LOG").pipe(Argument.withDescription("Folder of the tick log")),
    by: Flag.Literals("by", ["ticks", "volume", "value", "range", "renko"]).pipe(
      Flag.withDescription("What ends a bar: so many ticks, units, rupees of value, or rupees of price movement")
    ),
    size: Flag.Finite("size").pipe(Flag.withDescription("How many of them")),
    ...tableFlags
  },
  Effect.fn("candles.bars")(function*({ by, format, json, log, out, overwrite, size }) {
    if (!(by === "ticks" || by === "volume" ? size >= 1 : size >= 0.01)) {
      return yield* fail(
        "Usage",
        `--size: ${size} is too small for ${by} bars; give 1 or more, in rupees 0.01 or more`,
        BAD_INPUT
      )
    }
    const target = tableTarget({ format, json, out }, `${path.basename(path.resolve(log))}-${by}-${size}`)
    const exported = yield* exportBars(log, { by, size }, { file: target.file, format, overwrite }).pipe(
      reported,
      Effect.provide(NodeDurableFiles)
    )
    if (target.toStdout) return yield* toStdout(target.file)
    const { bytes, file, rows } = exported
    yield* Console.log(json ? JSON.stringify(exported) : `${file}: ${rows} bars, ${bytes} bytes`)
  })
).pipe(
  Command.withDescription(
    "Build bars that do not end with the clock, of every instrument of a tick log: start, end (of its ticks, IST), symbol, " +
      "open, high, low, close (rupees), volume, ticks. A session's last bar ends with it. Renko bricks have no volume."
  ),
  Command.withShortDescription("Build tick, volume, value, range or Renko bars"),
  Command.withExamples([
    { command: "keepgaining candles bars sessions/2021-06-09 --by volume --size 50000", description: "To stdout" }
  ])
)

export const candlesCommand = Command.make("candles").pipe(
  Command.withDescription("Candles from recorded ticks"),
  Command.withSubcommands([buildCommand, barsCommand])
)
