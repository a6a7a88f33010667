import type { Fill, Order } from "@keepgaining/core/orders/Order.ts"
import type { RecordedDecision } from "@keepgaining/engine/kernel/Kernel.ts"
import type { ReplayReport } from "@keepgaining/engine/replay/Report.ts"
import type { Portfolio } from "@keepgaining/rpc/contract/Trading.ts"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { assert } from "vitest"
import type { Watching } from "./connection.ts"
import type { Journalled } from "./recorded.ts"

/** What an engine shows of itself: taken before it is stopped, compared after. */
export interface Shown {
  readonly digest: string
  /** Oldest first. */
  readonly orders: ReadonlyArray<Order>
  readonly fills: ReadonlyArray<Fill>
  readonly portfolio: Portfolio
}

export const shown = async (watching: Watching, digest: string): Promise<Shown> => {
  const { client } = watching
  const portfolio = Stream.runHead(client.follow((rpc) => rpc.Portfolio()))
  return {
    digest,
    orders: (await Effect.runPromise(client.ask((rpc) => rpc.Orders({ limit: 100_000 })))).toReversed(),
    fills: (await Effect.runPromise(client.ask((rpc) => rpc.Fills({ limit: 100_000 })))).toReversed(),
    portfolio: await Effect.runPromise(Effect.flatMap(portfolio, Effect.fromOption))
  }
}

/** The killed engine ended exactly where an undisturbed fold of its inputs ends, in every respect. */
export const assertUndisturbed = (
  killed: { readonly shown: Shown; readonly journalled: Journalled; readonly events: Watching["events"] },
  clean: { readonly report: ReplayReport; readonly decisions: ReadonlyArray<RecordedDecision> }
): void => {
  const { decisions, report } = clean
  assert.deepStrictEqual(killed.journalled.decisions, decisions)
  assert.strictEqual(killed.shown.digest, report.digest)

  const fills = decisions.flatMap(({ decision }) => decision._tag === "Filled" ? [decision.fill] : [])
  assert.deepStrictEqual(killed.shown.fills, fills)
  const orders = new Map<string, Order>()
  for (const { decision } of decisions) {
    if (decision._tag === "OrderChanged") orders.set(decision.order.id, decision.order)
  }
  assert.deepStrictEqual(new Map(killed.shown.orders.map((order) => [order.id, order])), orders)
  assert.isAbove(fills.length, 10)

  const quantities = killed.shown.portfolio.positions.map(({ book, instrument, quantity }) => ({
    book,
    instrument,
    quantity
  }))
  const expected = new Map<string, { book: string; instrument: number; quantity: number }>()
  for (const { book, instrument, quantity, side } of fills) {
    const key = `${book} ${instrument}`
    const position = expected.get(key) ?? { book, instrument, quantity: 0 }
    position.quantity += side === "buy" ? quantity : -quantity
    expected.set(key, position)
  }
  const byPlace = (a: { book: string; instrument: number }, b: { book: string; instrument: number }): number =>
    a.instrument - b.instrument || (a.book < b.book ? -1 : a.book > b.book ? 1 : 0)
  assert.deepStrictEqual(quantities.toSorted(byPlace), Array.from(expected.values()).toSorted(byPlace))

  // Over all its lives together it showed every event once, in order, and nothing that did not stay so.
  assert.deepStrictEqual(
    killed.events.map(({ cause, decision }) => ({ cause, decision })),
    decisions.slice(0, killed.events.length)
  )
  killed.events.forEach(({ number }, i) => assert.strictEqual(number, i + 1))
}

/** Every command that somebody gave is in the journal once, however often it was sent. */
export const assertOnce = ({ commands }: Journalled, given: number): void => {
  const ids = commands.map(({ commandId }) => commandId).filter((id) => id.startsWith("hand-"))
  assert.deepStrictEqual(ids, Array.from({ length: given }, (_, i) => `hand-${i + 1}`))
  assert.isAbove(given, 10)
}
