/** `keepgaining history`: candles of the past. */
import * as Command from "effect/cli/Command"
import { cancelCommand } from "./CancelCommand.ts"
import { downloadCommand } from "./DownloadCommand.ts"
import { retryCommand } from "./RetryCommand.ts"
import { simulateCommand } from "./SimulateCommand.ts"
import { statusCommand } from "./StatusCommand.ts"

export const historyCommand = Command.make("history").pipe(
  Command.withDescription("Candles of the past: download them into the archive, resumably and exactly"),
  Command.withSubcommands([downloadCommand, statusCommand, retryCommand, cancelCommand, simulateCommand])
)
