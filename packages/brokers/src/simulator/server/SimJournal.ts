/** Every request and socket that reached a simulated broker, for assertions. Bodies are not kept: they hold secrets. */
import type { Broker } from "../../port/Broker.ts"

export interface SimJournalEntry {
  readonly number: number
  /** Virtual time, epoch ms. */
  readonly at: number
  readonly broker: Broker
  /** `limit`: of a request that was one too many. */
  readonly kind: "request" | "answer" | "socket" | "frame-in" | "fault" | "limit"
  readonly account: string | undefined
  readonly operation: string
  readonly detail: string
}

const MOST_ENTRIES = 200_000

export class SimJournal {
  #entries: Array<SimJournalEntry> = []
  #count = 0

  add(entry: Omit<SimJournalEntry, "number">): void {
    this.#entries.push({ number: ++this.#count, ...entry })
    if (this.#entries.length > 2 * MOST_ENTRIES) this.#entries = this.#entries.slice(-MOST_ENTRIES)
  }

  /** Those after a number. */
  since(number: number): ReadonlyArray<SimJournalEntry> {
    return this.#entries.filter((entry) => entry.number > number)
  }

  /** How many requests of that kind came from a broker's clients. */
  count(broker: Broker, operation: string): number {
    return this.#entries.filter((each) =>
      each.kind === "request" && each.broker === broker && each.operation === operation
    ).length
  }
}
