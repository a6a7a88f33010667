/**
 * The synchronous heart of a session: a kernel, what it has decided but not yet made durable, and the bookkeeping that
 * makes recovery exact. The fibers around it (`SessionEngine`) decide when it runs and write what it hands out.
 */
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import type { Fill, Order } from "@keepgaining/core/orders/Order.ts"
import type { CommandRecord } from "../journal/SessionRecords.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { PlacedCommand, Position } from "../replay/ReplayDriver.ts"
import type { SessionEvent } from "./Session.ts"

export interface PendingCommand {
  readonly _tag: "Command"
  readonly sequence: number
  readonly at: number
  readonly record: CommandRecord
}

export interface PendingDecision {
  readonly _tag: "Decision"
  readonly at: number
  readonly event: SessionEvent
}

/** In the order in which it must become durable. */
export type Pending = PendingCommand | PendingDecision

/** A decision that was made again after a restart differs from what the journal holds. */
export interface Divergence {
  readonly number: number
  readonly journalled: Decision
  readonly decided: Decision
}

export class SessionCore {
  kernel: Kernel
  /** Decisions the journal already holds when a recovered session folds them again, by number. */
  readonly #journalled: ReadonlyArray<Decision>
  /** Number of `journalled[0]`. */
  readonly #journalledFrom: number
  readonly #journalledTo: number
  #number: number
  #pending: Array<Pending> = []
  divergence: Divergence | undefined
  /** Every command of the session and where it stood. */
  readonly placed: Array<PlacedCommand>
  readonly #orders = new Map<string, Order>()
  readonly #fills: Array<Fill> = []

  /**
   * `kernel` may come from a snapshot; `recovered` then holds the decisions journalled after it. `placed` are the commands
   * of the session's past.
   */
  constructor(kernel: Kernel, recovered: ReadonlyArray<Decision>, placed: ReadonlyArray<PlacedCommand> = []) {
    this.kernel = kernel
    this.placed = [...placed]
    this.#number = kernel.decisionCount
    this.#journalled = recovered
    this.#journalledFrom = kernel.decisionCount + 1
    this.#journalledTo = kernel.decisionCount + recovered.length
  }

  /** Whether everything that the journal holds has been decided again. */
  get caughtUp(): boolean {
    return this.#number >= this.#journalledTo
  }

  get pending(): number {
    return this.#pending.length
  }

  /** Remembers orders and fills of the past, for lists that people ask for. */
  remember(decision: Decision): void {
    if (decision._tag === "OrderChanged") this.#orders.set(decision.order.id, decision.order)
    else if (decision._tag === "Filled") this.#fills.push(decision.fill)
  }

  /** Gives one command to the kernel at the present place of the stream. */
  command(commandId: string, command: Command, position: Position): CommandOutcome {
    this.collect()
    const repeated = this.kernel.outcomes.get(commandId)
    if (repeated !== undefined) return repeated
    const at = this.kernel.now
    const outcome = this.kernel.command(commandId, command)
    this.placed.push({ commandId, command, at, batch: position.batch, row: position.row })
    this.#pending.push({
      _tag: "Command",
      sequence: this.kernel.sequence,
      at: this.kernel.now,
      record: { commandId, command, batch: position.batch, row: position.row }
    })
    this.collect()
    return outcome
  }

  /** Takes the kernel's new decisions: checks those that the journal holds already, queues the others. */
  collect(): void {
    for (const { cause, decision } of this.kernel.takeDecisions()) {
      const number = ++this.#number
      this.remember(decision)
      if (number <= this.#journalledTo) {
        this.#compare(number, decision)
        continue
      }
      this.#pending.push({ _tag: "Decision", at: this.kernel.now, event: { number, cause, decision } })
    }
  }

  /** Hands over what must become durable, in order. */
  takePending(): ReadonlyArray<Pending> {
    const taken = this.#pending
    this.#pending = []
    return taken
  }

  /** Newest first. */
  orders(limit: number): ReadonlyArray<Order> {
    return Array.from(this.#orders.values()).reverse().slice(0, limit)
  }

  fills(limit: number): ReadonlyArray<Fill> {
    return this.#fills.slice(-limit).reverse()
  }

  #compare(number: number, decided: Decision): void {
    const journalled = this.#journalled[number - this.#journalledFrom]
    if (journalled === undefined || this.divergence !== undefined) return
    if (canonical(journalled) !== canonical(decided)) this.divergence = { number, journalled, decided }
  }
}

/** Equal decisions give equal text, whatever the order of their keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each)
