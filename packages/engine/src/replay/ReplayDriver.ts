/**
 * Feeds recorded ticks to a kernel, as far as somebody wants: to the end, or up to an event time. Commands that were given
 * during the recording are given again at exactly the places where they stood. Synchronous; pace is the caller's matter.
 */
import type { Command } from "@keepgaining/core/commands/Command.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import type { Kernel } from "../kernel/Kernel.ts"

/** Recorded batches, in order. */
export interface TickSource {
  /** The next batch; `undefined` at the end (of what there is so far). It need only stay valid until the next call. */
  readonly next: () => TickBatch | undefined
}

/** A place in the stream: so many whole batches, and so many rows of the next one. */
export interface Position {
  readonly batch: number
  readonly row: number
}

export interface PlacedCommand extends Position {
  readonly commandId: string
  readonly command: Command
  /** Event time at which it was given, epoch ms: pacing may have been ahead of the last tick. */
  readonly at: number
}

export class ReplayDriver {
  readonly kernel: Kernel
  readonly #source: TickSource
  readonly #commands: ReadonlyArray<PlacedCommand>
  #nextCommand = 0
  #current: TickBatch | undefined
  #batch: number
  #row: number
  finished = false

  /**
   * The source must stand at batch `from.batch`; when `from.row` is not 0 that batch was begun already. `commands` are
   * those placed at or after `from`, in their order.
   */
  constructor(
    kernel: Kernel,
    source: TickSource,
    from: Position = { batch: 0, row: 0 },
    commands: ReadonlyArray<PlacedCommand> = []
  ) {
    this.kernel = kernel
    this.#source = source
    this.#commands = commands
    this.#batch = from.batch
    this.#row = from.row
  }

  get position(): Position {
    return { batch: this.#batch, row: this.#row }
  }

  /** Whether recorded commands are still to come. */
  get commandsLeft(): number {
    return this.#commands.length - this.#nextCommand
  }

  /** Event time of the next thing to fold; `undefined` at the end. */
  peek(): number | undefined {
    const batch = this.#load()
    if (batch === undefined) return undefined
    return this.#row < batch.length ? batch.eventTime[this.#row]! : batch.now
  }

  /** Folds what lies at or before event time `target`, at most `limit` rows of it; answers how many rows that were. */
  playTo(target: number, limit: number): number {
    let rows = 0
    while (rows < limit) {
      this.#giveCommands()
      const batch = this.#load()
      if (batch === undefined) break
      const end = this.#endOf(batch, target, limit - rows)
      if (end > this.#row) {
        if (this.#row === 0) this.kernel.begin()
        this.kernel.rows(batch, this.#row, end)
        rows += end - this.#row
        this.#row = end
      }
      if (this.#row < batch.length) {
        if (this.#stopsAtCommand()) continue
        break
      }
      if (this.#stopsAtCommand()) continue
      if (batch.now > target) break
      if (batch.length === 0) this.kernel.begin()
      this.kernel.finish(batch.now)
      this.#current = undefined
      this.#batch++
      this.#row = 0
    }
    if (this.#current === undefined && this.#load() === undefined) this.#giveCommands()
    return rows
  }

  /** After the source grew. */
  resume(): void {
    this.finished = false
  }

  #load(): TickBatch | undefined {
    if (this.#current === undefined) {
      this.#current = this.#source.next()
      this.finished = this.#current === undefined
    }
    return this.#current
  }

  #giveCommands(): void {
    while (this.#stopsAtCommand()) {
      const { at, command, commandId } = this.#commands[this.#nextCommand++]!
      this.kernel.advance(at)
      this.kernel.command(commandId, command)
    }
  }

  #stopsAtCommand(): boolean {
    const next = this.#commands[this.#nextCommand]
    return next !== undefined && next.batch === this.#batch && next.row === this.#row
  }

  #endOf(batch: TickBatch, target: number, limit: number): number {
    let end = Math.min(batch.length, this.#row + limit)
    const next = this.#commands[this.#nextCommand]
    if (next !== undefined && next.batch === this.#batch && next.row < end) end = Math.max(next.row, this.#row)
    if (target === Infinity) return end
    let row = this.#row
    while (row < end && batch.eventTime[row]! <= target) row++
    return row
  }
}
