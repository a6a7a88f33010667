/** An order's place in the queue of its account's gate, before it is routed. */
import type { CallGate } from "../brokers/CallGate.ts"
import { type HeldTurn, Priority, type Ticket } from "../brokers/CallTurns.ts"

export class QueuedOrder {
  readonly #granted: () => void
  #place: { readonly gate: CallGate; readonly ticket: Ticket } | undefined

  /** `granted` is called when it does not wait any more. */
  constructor(granted: () => void) {
    this.#granted = granted
  }

  /**
   * The right to send so many orders; `undefined` while it waits. What leaves a position keeps its place meanwhile. What opens
   * gives it up: it is looked at anew before its turn, for prices move on.
   */
  turns(gate: CallGate, count: number, leaves: boolean): ReadonlyArray<HeldTurn> | undefined {
    if (this.#place?.gate !== gate) {
      this.leave()
      const ticket = gate.queueOrders(leaves ? Priority.exit : Priority.normal, count, this.#granted)
      this.#place = { gate, ticket }
    }
    const turns = this.#place.ticket.turns()
    if (turns === undefined && !leaves) this.leave()
    return turns
  }

  /** With every turn that was granted and not used. */
  leave(): void {
    this.#place?.ticket.leave()
    this.#place = undefined
  }
}
