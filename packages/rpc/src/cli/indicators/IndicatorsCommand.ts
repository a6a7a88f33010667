/** `keepgaining indicators`: what there is, and computing them over files of candles. */
import * as Command from "effect/cli/Command"
import { computeCommand } from "./ComputeCommand.ts"
import { listCommand } from "./ListCommand.ts"

export const indicatorsCommand = Command.make("indicators").pipe(
  Command.withDescription("Technical indicators: list them, compute them over candles"),
  Command.withSubcommands([listCommand, computeCommand])
)
