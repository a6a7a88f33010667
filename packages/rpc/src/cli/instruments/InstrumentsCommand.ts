/** `keepgaining instruments`: the brokers' instrument masters. */
import * as Command from "effect/cli/Command"
import { changesCommand } from "./ChangesCommand.ts"
import { searchCommand } from "./SearchCommand.ts"
import { showCommand } from "./ShowCommand.ts"
import { syncCommand } from "./SyncCommand.ts"

export const instrumentsCommand = Command.make("instruments").pipe(
  Command.withDescription("Instrument masters of the brokers: bring in, search, and see what changed"),
  Command.withSubcommands([syncCommand, searchCommand, showCommand, changesCommand])
)
