/** How commands end when they fail: the reason and the remedy on stderr, and an exit code. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

/** The disk or something else outside failed. */
export const FAILED = 1
/** What was asked, or the file that was given, is wrong. */
export const BAD_INPUT = 2
/** The log is damaged. */
export const CORRUPT = 3

/** It was said on stderr already, so the process only ends with the code. */
export class CommandFailure extends Schema.TaggedError<CommandFailure>()("CommandFailure", {
  cause: Schema.String,
  reason: Schema.String,
  code: Schema.Int
}) {
  override get message(): string {
    return this.reason
  }
  override get [Runtime.errorExitCode](): number {
    return this.code
  }
  override readonly [Runtime.errorReported] = false
}

const codes: Readonly<Record<string, number>> = {
  ImportRefused: BAD_INPUT,
  SourceUnreadable: BAD_INPUT,
  TickLogRefused: BAD_INPUT,
  RawFramesRefused: BAD_INPUT,
  ExportRefused: BAD_INPUT,
  DeploymentRefused: BAD_INPUT,
  MasterRefused: BAD_INPUT,
  RuleFileRefused: BAD_INPUT,
  DateNotCovered: BAD_INPUT,
  RateMissing: BAD_INPUT,
  SymbolRefused: BAD_INPUT,
  SourceRefused: BAD_INPUT,
  CandlesRefused: BAD_INPUT,
  DownloadRefused: BAD_INPUT,
  EngineRefused: BAD_INPUT,
  ArchiveDamaged: CORRUPT,
  TickLogCorrupt: CORRUPT,
  SessionFolderDamaged: CORRUPT,
  JournalDamaged: CORRUPT,
  HistoryUnreadable: CORRUPT,
  RecoveryDiverged: CORRUPT,
  JournalLost: CORRUPT
}

/** Says on stderr what is wrong, and ends with that code. */
export const fail = (cause: string, reason: string, code: number): Effect.Effect<never, CommandFailure> =>
  Effect.andThen(Console.error(`error: ${reason}`), new CommandFailure({ cause, reason, code }))

/**
 * Turns this project's typed errors, whose messages name file, place and remedy, into the end of a command. One that was
 * reported already stays as it is.
 */
export const reported = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, CommandFailure, R> =>
  Effect.catch(effect, (error) =>
    error instanceof CommandFailure
      ? Effect.fail(error)
      : fail(error._tag, error.message, codes[error._tag] ?? FAILED))
