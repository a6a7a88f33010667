/** `keepgaining ticks`: recorded ticks, in and out. */
import * as Command from "effect/cli/Command"
import { exportCommand } from "./ExportCommand.ts"
import { importCommand } from "./ImportCommand.ts"
import { inspectCommand } from "./InspectCommand.ts"
import { rawCommand } from "./RawCommand.ts"
import { recordCommand } from "./RecordCommand.ts"
import { replayCommand } from "./ReplayCommand.ts"

export const ticksCommand = Command.make("ticks").pipe(
  Command.withDescription("Recorded ticks: import, look, replay, record, export; and undecoded frames"),
  Command.withSubcommands([importCommand, inspectCommand, replayCommand, recordCommand, exportCommand, rawCommand])
)
