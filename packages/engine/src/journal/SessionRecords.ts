/** What a session writes into its journal, as values. Positions say where in the stream of ticks a command stood. */
import { Command } from "@keepgaining/core/commands/Command.ts"
import { Decision } from "@keepgaining/core/decisions/Decision.ts"
import * as Schema from "effect/Schema"

export const CommandRecord = Schema.Struct({
  commandId: Schema.String,
  command: Command,
  /** Whole batches folded before it, and rows of the next one. */
  batch: Schema.Int,
  row: Schema.Int
})
export type CommandRecord = typeof CommandRecord.Type

export const DecisionRecord = Schema.Struct({
  /** Number of the decision within the session, from 1. */
  number: Schema.Int,
  decision: Decision
})
export type DecisionRecord = typeof DecisionRecord.Type
