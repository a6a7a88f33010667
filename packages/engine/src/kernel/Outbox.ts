/**
 * What the cells of a partition put out while they handle a slice, in the order in which they did. Slices end with all
 * outboxes merged by (row, actor), so the order never depends on how many partitions there are.
 */
import type { InstrumentIndex } from "@keepgaining/core/market/Instrument.ts"
import type { GuardTrigger } from "@keepgaining/core/orders/Guard.ts"
import type { ExchangeReport, OrderRequest } from "@keepgaining/core/orders/Order.ts"
import type { Signal } from "@keepgaining/core/strategies/Signal.ts"

export type Output =
  & {
    /** Row of the batch that caused it; -1 for what a timer caused. */
    readonly row: number
    /** Ordinal of the actor, instrument-major: the tie-break within a row. */
    readonly actor: number
    readonly instrument: InstrumentIndex
    /** Event time, epoch ms. */
    readonly at: number
  }
  & (
    | { readonly _tag: "Report"; readonly report: ExchangeReport }
    | { readonly _tag: "Guard"; readonly trigger: GuardTrigger }
    | { readonly _tag: "Signal"; readonly deployment: string; readonly signal: Signal }
    | { readonly _tag: "Request"; readonly deployment: string; readonly request: OrderRequest }
    | { readonly _tag: "Cancel"; readonly deployment: string; readonly orderId: string }
    | { readonly _tag: "Log"; readonly deployment: string; readonly message: string }
    | {
      readonly _tag: "ActorStopped"
      readonly path: string
      readonly deployment: string | undefined
      readonly failure: string
    }
  )

export class Outbox {
  /** Row being handled; actors stamp their outputs with it. */
  row = -1
  readonly outputs: Array<Output> = []
}

const byRowThenActor = (a: Output, b: Output): number => a.row - b.row || a.actor - b.actor

/** Empties the outboxes into one list in their one order. The sort is stable: one actor's outputs keep theirs. */
export const merge = (outboxes: ReadonlyArray<Outbox>): Array<Output> => {
  const merged: Array<Output> = []
  for (const outbox of outboxes) {
    for (const output of outbox.outputs) merged.push(output)
    outbox.outputs.length = 0
  }
  return merged.sort(byRowThenActor)
}
