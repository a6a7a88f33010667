/** `keepgaining archive`: years of candles. */
import * as Command from "effect/cli/Command"
import { differencesCommand } from "./DifferencesCommand.ts"
import { exportCommand } from "./ExportCommand.ts"
import { gapsCommand } from "./GapsCommand.ts"
import { importCommand } from "./ImportCommand.ts"
import { infoCommand } from "./InfoCommand.ts"
import { queryCommand } from "./QueryCommand.ts"
import { removeCommand } from "./RemoveCommand.ts"
import { settleCommand } from "./SettleCommand.ts"

export const archiveCommand = Command.make("archive").pipe(
  Command.withDescription("The candle archive: bring in, look at, export, and find what is missing"),
  Command.withSubcommands([
    importCommand,
    queryCommand,
    infoCommand,
    exportCommand,
    gapsCommand,
    differencesCommand,
    settleCommand,
    removeCommand
  ])
)
