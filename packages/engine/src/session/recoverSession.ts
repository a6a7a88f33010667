/**
 * Recovery: the newest snapshot, then every recorded input since, with commands at exactly the places where they stood.
 * What is decided again is compared with what the journal holds, so a recovery that would go another way is found before
 * anything new is decided.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Kernel } from "../kernel/Kernel.ts"
import type { KernelOptions } from "../kernel/KernelOptions.ts"
import { loadKernel } from "../kernel/KernelSnapshot.ts"
import { type PlacedCommand, type Position, ReplayDriver, type TickSource } from "../replay/ReplayDriver.ts"
import type { StorageError } from "../storage/DurableFile.ts"
import { reading } from "../ticklog/Recovery.ts"
import type { TickLogCorrupt, TickLogRefused } from "../ticklog/TickLogError.ts"
import { SessionCore } from "./SessionCore.ts"
import type { SessionHistory } from "./SessionHistory.ts"

/** The recorded inputs do not lead to the recorded decisions. Nothing was changed. */
export class RecoveryDiverged extends Schema.TaggedError<RecoveryDiverged>()("RecoveryDiverged", {
  decision: Schema.Int,
  journalled: Schema.String,
  decided: Schema.String
}) {
  override get message(): string {
    return `Recovery stopped at decision ${this.decision}: the journal says ${this.journalled}, but the recorded inputs ` +
      `now lead to ${this.decided}. Either files of the session were changed or lost, or it was recorded by another ` +
      "version of the engine or of a strategy. Go on with that version, or start anew with --fresh."
  }
}

/** Records that were durable are gone from the journal's end. Nothing was changed. */
export class JournalLost extends Schema.TaggedError<JournalLost>()("JournalLost", {
  journalled: Schema.Int,
  known: Schema.Int
}) {
  override get message(): string {
    return `The journal ends after decision ${this.journalled}, but a snapshot that was taken when decision ${this.known} ` +
      "was durable is there: its end was lost. Restore the journal from a copy, or start anew with --fresh."
  }
}

const ROWS_PER_TURN = 16_384
/** Small steps where the journal's end may lie anywhere, so that a replay resumes close to where it was. */
const ROWS_PER_STEP = 64

export const recoverSession = (options: {
  readonly history: SessionHistory
  readonly kernel: KernelOptions
  /** Recorded batches from that one on. */
  readonly sourceFrom: (batch: number) => TickSource
  /** Everything that is recorded (a live feed's log), or as far as the journal knows (a replay, which then goes on). */
  readonly until: "end" | "caught up"
}): Effect.Effect<
  { readonly core: SessionCore; readonly driver: ReplayDriver },
  RecoveryDiverged | JournalLost | TickLogRefused | TickLogCorrupt | StorageError
> =>
  Effect.gen(function*() {
    const { history } = options
    const { kernel, position } = yield* fromSnapshot(options.kernel, history)
    const done = kernel.decisionCount
    const core = new SessionCore(
      kernel,
      history.decisions.slice(done).map(({ decision }) => decision),
      history.commands
    )
    for (const { decision } of history.decisions.slice(0, done)) core.remember(decision)
    const commands = history.commands.filter((command) => isAfter(command, position, kernel))
    const source = yield* reading(() => options.sourceFrom(position.batch))
    const driver = new ReplayDriver(kernel, source, position, commands)
    const isBehind = () => !core.caughtUp || driver.commandsLeft > 0
    const step = options.until === "end" ? ROWS_PER_TURN : ROWS_PER_STEP
    let rows = 0
    while (!driver.finished && (options.until === "end" || isBehind())) {
      rows += yield* reading(() => driver.playTo(Infinity, step))
      core.collect()
      if (core.divergence !== undefined) break
      if (rows < ROWS_PER_TURN) continue
      rows = 0
      yield* Effect.yieldNow
    }
    const { divergence } = core
    if (divergence !== undefined) {
      return yield* new RecoveryDiverged({
        decision: divergence.number,
        journalled: JSON.stringify(divergence.journalled),
        decided: JSON.stringify(divergence.decided)
      })
    }
    if (isBehind()) {
      return yield* new RecoveryDiverged({
        decision: kernel.decisionCount + 1,
        journalled: `${history.decisions.length} decisions and ${history.commands.length} commands`,
        decided: `${kernel.decisionCount} decisions; ${driver.commandsLeft} commands lie beyond the recorded ticks`
      })
    }
    return { core, driver }
  })

const fromSnapshot = (options: KernelOptions, { decisions, snapshot }: SessionHistory) =>
  Effect.gen(function*() {
    const start: Position = { batch: 0, row: 0 }
    if (snapshot === undefined) return { kernel: new Kernel(options), position: start }
    const kernel = new Kernel(options)
    const loaded = loadKernel(kernel, snapshot.bytes)
    if (Result.isFailure(loaded)) {
      yield* Effect.logWarning(`Recovering without the snapshot: ${loaded.failure.reason}`)
      return { kernel: new Kernel(options), position: start }
    }
    if (kernel.decisionCount > decisions.length) {
      return yield* new JournalLost({ journalled: decisions.length, known: kernel.decisionCount })
    }
    return { kernel, position: snapshot.position }
  })

/** Whether the state at `position` does not hold the command yet. */
const isAfter = (command: PlacedCommand, position: Position, kernel: Kernel): boolean => {
  if (command.batch !== position.batch) return command.batch > position.batch
  if (command.row !== position.row) return command.row > position.row
  return !kernel.outcomes.has(command.commandId)
}
