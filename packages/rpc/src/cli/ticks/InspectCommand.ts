/** `keepgaining ticks inspect`: what is in a tick log, what is missing and what is damaged. */
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import { DurableFiles } from "@keepgaining/engine/storage/DurableFile.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { type Inspection, inspectTickLog } from "@keepgaining/engine/ticklog/Inspect.ts"
import { reading } from "@keepgaining/engine/ticklog/Recovery.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { CORRUPT, fail, reported } from "../command/CommandFailure.ts"

const span = (from: number, to: number): string => `${formatIst(from)} to ${formatIst(to)}`

const SHOWN = 10

const some = (lines: ReadonlyArray<string>, count: number): ReadonlyArray<string> =>
  count > SHOWN ? [...lines.slice(0, SHOWN), `    and ${count - SHOWN} more (--json lists them)`] : lines

export const format = (log: Inspection): string => {
  const busiest = [...log.rowsPerInstrument].sort((a, b) => b.rows - a.rows)
  return [
    `${log.folder}: ${log.origin} of ${log.dates.join(", ") || "no day"}`,
    `  ${log.rows} rows in ${log.batches} batches (${log.timers} timers), ${log.segments.length} segments`,
    ...(log.from === undefined || log.to === undefined ? [] : [`  ${span(log.from, log.to)}`]),
    `  ${log.instruments} instruments`,
    ...some(busiest.map(({ rows, symbol }) => `    ${String(rows).padStart(10)}  ${symbol}`), busiest.length),
    ...log.feedGaps.map((gap) => `  no ticks for ${gap.seconds} s: ${span(gap.from, gap.to)}`),
    ...(log.sequenceGaps === 0 ? [] : [`  ${log.sequenceGaps} gaps in the input numbers`]),
    ...some(log.missingSequences.map(({ after, next }) => `    ${after + 1} to ${next - 1}`), log.sequenceGaps),
    log.corruptions === 0 ? "  no corruption" : `  ${log.corruptions} CORRUPT places`,
    ...some(
      log.corruption.map(({ batch, file, offset, what }) => `    ${file} byte ${offset} (batch ${batch}): ${what}`),
      log.corruptions
    )
  ].join("\n")
}

export const inspectCommand = Command.make(
  "inspect",
  {
    log: Argument.String("LOG").pipe(Argument.withDescription("Folder of the tick log")),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print everything as one JSON object"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("ticks.inspect")(function*({ json, log }) {
    const { reading: files } = yield* DurableFiles.pipe(Effect.provide(NodeDurableFiles))
    const found = yield* reported(reading(() => inspectTickLog(log, files)))
    yield* Console.log(json ? JSON.stringify(found) : format(found))
    if (found.corruptions === 0) return
    const [first] = found.corruption
    const where = first === undefined ? "" : ` (first: ${first.file} byte ${first.offset}: ${first.what})`
    yield* fail(
      "Corrupt",
      `${log} is damaged in ${found.corruptions} places${where}. A torn end is cut when the log is opened for ` +
        "recording; anything else must be restored from a copy",
      CORRUPT
    )
  })
).pipe(
  Command.withDescription(
    "Say what is in a tick log: segments, rows, times, instruments, gaps, damage. Changes nothing. Ends with code 3 when " +
      "something is damaged."
  ),
  Command.withShortDescription("Say what is in a tick log")
)
