/** `keepgaining ticks raw`: recordings of brokers' undecoded frames, and what they decode to. */
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import { decodeFrames } from "@keepgaining/engine/rawframes/decodeFrames.ts"
import { type FrameSurvey, surveyFrames } from "@keepgaining/engine/rawframes/surveyFrames.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { exportTicks } from "@keepgaining/engine/ticklog/export/ExportTicks.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { CORRUPT, fail, reported } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"

const CONTENTS = [
  "In a recording are the binary frames of market feeds as they came, when each was received, where connections began, and",
  "which instruments were subscribed. Not in it are texts, orders, requests, addresses, tokens and secrets."
].join("\n")

const folder = Argument.String("FOLDER").pipe(
  Argument.withDescription("The folder raw of a session, one of an account in it, or one of a day")
)
const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print the result as one JSON object"),
  Flag.withDefault(false)
)

const format = (survey: FrameSurvey): string => {
  const { account, broker, bytes, connections, damages, frames, from, instruments, segments, shed, to } = survey
  return [
    `${survey.folder}: ${account ?? "somebody"} at ${broker ?? "some broker"}`,
    `  ${frames} frames in ${segments} segments, ${bytes} bytes; ${connections} connections, ${instruments} instruments`,
    ...(from === null || to === null ? [] : [`  ${formatIst(from)} to ${formatIst(to)}`]),
    ...(shed === 0 ? [] : [`  ${shed} frames were left out, because the disk was behind`]),
    ...damages.map(({ bytes: bad, file, offset }) => `  DAMAGED: ${bad} bytes of ${file} from byte ${offset}`)
  ].join("\n")
}

const infoCommand = Command.make(
  "info",
  { folder, json },
  Effect.fn("ticks.raw.info")(function*(input) {
    const days = yield* surveyFrames(input.folder).pipe(reported, Effect.provide(NodeDurableFiles))
    yield* Console.log(input.json ? JSON.stringify(days) : days.map(format).join("\n"))
    const damages = days.flatMap((day) => day.damages)
    const [first] = damages
    if (first === undefined) return
    yield* fail(
      "Corrupt",
      `${damages.length} places are damaged (first: ${first.file} byte ${first.offset}). A torn end is cut when the ` +
        "recording goes on; decoding leaves damage out and counts it",
      CORRUPT
    )
  })
).pipe(
  Command.withDescription(
    `Say what is in recordings of frames, by account and day. Ends with code 3 when something is damaged.\n\n${CONTENTS}`
  ),
  Command.withShortDescription("Say what is in a recording of frames")
)

const decodeCommand = Command.make(
  "decode",
  {
    folder,
    out: Flag.String("out").pipe(
      Flag.withAlias("o"),
      Flag.withDescription(
        "Folder of the tick log to make; or a file, day.csv or day.parquet, for a table of its ticks"
      )
    ),
    json
  },
  Effect.fn("ticks.raw.decode")(function*(input) {
    const { out } = input
    const table = out.endsWith(".csv") ? "csv" as const : out.endsWith(".parquet") ? "parquet" as const : undefined
    const decoded = yield* Effect.gen(function*() {
      const hours = calendarHours(yield* loadCalendar(userFolder(defaults.dataDirectory)), { holidays: false })
      if (table === undefined) return yield* decodeFrames({ folder: input.folder, log: out, hours })
      const place = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-"))),
        (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
      )
      const log = path.join(place, "ticks")
      const made = yield* decodeFrames({ folder: input.folder, log, hours })
      yield* exportTicks(log, { file: out, format: table, overwrite: false })
      return { ...made, log: out }
    }).pipe(Effect.scoped, reported, Effect.provide(NodeDurableFiles))
    if (input.json) return yield* Console.log(JSON.stringify(decoded))
    const { account, broker, damagedBytes, frames, instruments, log, malformed, rows, shed } = decoded
    yield* Console.log(
      [
        `${log}: ${rows} rows of ${instruments} instruments, from ${frames} frames of ${account} at ${broker}`,
        ...(malformed === 0 ? [] : [`  ${malformed} could not be read`]),
        ...(shed === 0 ? [] : [`  ${shed} frames were not recorded`]),
        ...(damagedBytes === 0 ? [] : [`  ${damagedBytes} bytes of the recording are damaged and were left out`])
      ].join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "Decode a recording of frames again, by the decoder that the broker's feed uses, into a tick log or a table. The log is " +
      "replayed, inspected and exported like any other."
  ),
  Command.withShortDescription("Decode a recording of frames into ticks"),
  Command.withExamples([
    {
      command: "keepgaining ticks raw decode sessions/market/raw/kite/2026-11-26 --out day",
      description: "One account's day as a tick log"
    }
  ])
)

export const rawCommand = Command.make("raw").pipe(
  Command.withDescription(`What brokers' feeds sent, undecoded: recorded by serve --record-raw\n\n${CONTENTS}`),
  Command.withShortDescription("Recordings of undecoded frames"),
  Command.withSubcommands([infoCommand, decodeCommand])
)
