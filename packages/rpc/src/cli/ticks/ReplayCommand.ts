/** `keepgaining ticks replay`: a recorded log through the whole engine. */
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import { replayLog } from "@keepgaining/engine/replay/replayLog.ts"
import type { ReplayReport } from "@keepgaining/engine/replay/Report.ts"
import { loadCharges, loadMarginRates, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import { nodeReadFiles } from "@keepgaining/engine/storage/ReadFiles.ts"
import { readInstruments } from "@keepgaining/engine/ticklog/Manifest.ts"
import { reading } from "@keepgaining/engine/ticklog/Recovery.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import { BAD_INPUT, fail, FAILED, reported } from "../command/CommandFailure.ts"
import { deploymentFlags, deploymentOf, partitionsOutOfRange } from "../command/DeploymentFlags.ts"
import { defaults } from "../command/installation.ts"
import { progressBar } from "../command/progressBar.ts"

const count = new Intl.NumberFormat("en-IN")
const rupees = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })

const format = (report: ReplayReport): string =>
  [
    `${count.format(report.ticks)} ticks of ${report.instruments} instruments (${report.days.join(", ")}) in ` +
    `${report.seconds.toFixed(2)} s, ${count.format(report.ticksPerSecond)} a second`,
    `  candles    ${count.format(report.candles)}`,
    `  signals    ${count.format(report.signals)}`,
    `  orders     ${count.format(report.orders)}`,
    `  fills      ${count.format(report.fills)}`,
    `  P&L        ₹${rupees.format(report.pnl)} (₹${rupees.format(report.grossPnl)} less ₹${
      rupees.format(report.charges)
    } charges)`,
    ...(report.openPositions > 0
      ? [`  open       ${count.format(report.openPositions)} positions at the last price`]
      : []),
    ...(report.deadLetters > 0 ? [`  dead letters ${count.format(report.deadLetters)}`] : []),
    ...report.feedGaps.map(({ from, seconds, to }) => `  no ticks   ${from} to ${to} (${count.format(seconds)} s)`),
    `  digest     ${report.digest}`
  ].join("\n")

export const replayCommand = Command.make(
  "replay",
  {
    log: Argument.String("LOG").pipe(Argument.withDescription("Folder of the tick log")),
    ...deploymentFlags,
    report: Flag.String("report").pipe(
      Flag.withDescription("Also write the whole report, with gaps and positions, as JSON to this file"),
      Flag.optional
    ),
    decisions: Flag.String("decisions").pipe(
      Flag.withDescription("Also write every decision to this file, one JSON object a line"),
      Flag.optional
    ),
    partitions: Flag.Int("partitions").pipe(
      Flag.withDescription("Partitions of the engine; the result does not depend on it"),
      Flag.withDefault(sessionDefaults.partitions)
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("Seed of the latency and fill models and of strategies' chance"),
      Flag.withDefault(sessionDefaults.seed)
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the result as one JSON object"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("ticks.replay")(function*({ decisions, json, log, partitions, report, seed, ...deployment }) {
    const problem = partitionsOutOfRange(partitions)
    if (problem !== undefined) return yield* fail("Usage", problem, BAD_INPUT)
    const instruments = yield* reported(reading(() => readInstruments(log, nodeReadFiles)))
    const deployments = yield* deploymentOf(deployment, instruments.all())
    const charges = new ChargeSchedule(yield* reported(loadCharges(userFolder(defaults.dataDirectory))))
    const margins = new MarginSchedule(yield* reported(loadMarginRates(userFolder(defaults.dataDirectory))))
    const bar = progressBar("replay")
    const lines = Option.isSome(decisions) ? yield* createFile(decisions.value) : undefined
    const result = yield* replayLog({
      log,
      deployments,
      kernel: { ...sessionDefaults, charges, margins, partitions, seed, strategyNamed },
      onProgress: ({ rows, totalRows }) => bar.show(rows, totalRows),
      ...(lines === undefined ? {} : {
        onDecisions: (made) => {
          for (const { cause, decision } of made) fs.writeSync(lines, `${JSON.stringify({ cause, ...decision })}\n`)
        }
      })
    }).pipe(Effect.ensuring(bar.clear), reported)
    if (lines !== undefined) fs.closeSync(lines)
    if (Option.isSome(report)) {
      const file = yield* createFile(report.value)
      fs.writeSync(file, `${JSON.stringify(result, undefined, 2)}\n`)
      fs.closeSync(file)
    }
    const { candles, digest, fills, orders, pnl, seconds, signals, ticks } = result
    yield* Console.log(
      json ? JSON.stringify({ ticks, candles, signals, orders, fills, pnl, digest, seconds }) : format(result)
    )
  })
).pipe(
  Command.withDescription(
    "Replay a recorded log through the whole engine, without network and as fast as it goes, and print what came of it " +
      "with one digest over every candle and decision: equal logs and parameters give equal digests"
  ),
  Command.withShortDescription("Replay a tick log through the whole engine"),
  Command.withExamples([
    { command: "keepgaining ticks replay sessions/2021-06-09", description: "Candles only" },
    {
      command: "keepgaining ticks replay sessions/2021-06-09 --strategy VolumeRocket --report day.json",
      description: "With a strategy on every instrument of the log"
    }
  ])
)

const createFile = (file: string) =>
  Effect.try({ try: () => fs.openSync(file, "w"), catch: (error) => error }).pipe(
    Effect.catch((error) =>
      fail("Output", `${file} cannot be written: ${String(error)}. Name a file that can be`, FAILED)
    )
  )
