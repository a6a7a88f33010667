/**
 * Ways out. Every exit is reduce-only and at the market (protected); it covers what the book holds and no other exit
 * covers yet, and it cancels whatever else works for that book in that instrument. An entry that fills although it was
 * cancelled for an exit is exited too, and an exit that met another order's fill and overshot is corrected.
 */
import type { Segment } from "../calendar/CalendarRules.ts"
import { keptWithin } from "../contracts/keptWithin.ts"
import { protectedLimit } from "../matching/PaperBook.ts"
import { type Order, type OrderPurpose, sign } from "../orders/Order.ts"
import { keyOf } from "../portfolio/Ledger.ts"
import { decisionTime, type Desk } from "./DeskState.ts"
import {
  abandon,
  cancel,
  held,
  isExit,
  modify,
  nextTag,
  place,
  remaining,
  workingIn,
  workingOrders
} from "./workingOrders.ts"

/** Leaves the position; `undefined` when it is flat or all of it is on its way out. */
export const exitPosition = (
  desk: Desk,
  book: string,
  instrument: number,
  purpose: OrderPurpose
): Order | undefined => {
  delete desk.state.reversals[keyOf(book, instrument)]
  let covered = 0
  for (const order of workingIn(desk, book, instrument)) {
    // An exit that is being cancelled covers nothing; should it fill all the same, the overshoot is corrected.
    if (isExit(order)) covered += desk.state.cancelling[order.id] === true ? 0 : remaining(order)
    else if (order.reduceOnly) cancel(desk, order, `replaced by ${purpose}`)
    else abandon(desk, order, purpose, `replaced by ${purpose}`)
  }
  const holding = held(desk, book, instrument)
  const quantity = Math.abs(holding) - covered
  if (quantity <= 0) return undefined
  return place(desk, book, {
    clientTag: nextTag(desk, book, instrument),
    instrument,
    side: holding > 0 ? "sell" : "buy",
    quantity,
    type: "market",
    validity: "DAY",
    product: desk.state.products[keyOf(book, instrument)] ?? "intraday",
    purpose,
    reduceOnly: true
  })
}

/** Leaves every position chosen and abandons every entry that could open one again. */
export const exitAll = (
  desk: Desk,
  chosen: (book: string, instrument: number) => boolean,
  purpose: OrderPurpose
): void => {
  for (const order of workingOrders(desk)) {
    if (!order.reduceOnly && chosen(order.book, order.instrument)) abandon(desk, order, purpose, purpose)
  }
  for (const key of desk.state.open) {
    const entry = desk.state.ledger[key]
    if (entry !== undefined && chosen(entry.book, entry.instrument)) {
      exitPosition(desk, entry.book, entry.instrument, purpose)
    }
  }
}

/** Closes the day for intraday positions of the segments. Positions to be kept are not touched. */
export const squareOff = (desk: Desk, segments: ReadonlyArray<Segment>): void => {
  const { context, state } = desk
  const concerns = (instrument: number) => segments.includes(context.segmentOf(instrument))
  for (const order of workingOrders(desk)) {
    if (!order.reduceOnly && order.product === "intraday" && concerns(order.instrument)) {
      abandon(desk, order, "square-off", "square-off")
    }
  }
  for (const key of state.open) {
    const entry = state.ledger[key]
    if (entry === undefined || !concerns(entry.instrument) || state.products[key] !== "intraday") continue
    // Nobody buys it any more.
    if (state.unsettled[key] === true) continue
    exitPosition(desk, entry.book, entry.instrument, "square-off")
  }
}

/** Moves the limit of an exit that is still not filled after the market. */
export const chase = (desk: Desk, order: Order): void => {
  const { context, settings, state } = desk
  state.deadlines[order.id] = decisionTime(desk) + settings.chaseAfter
  const quote = context.quote(order.instrument)
  if (quote === undefined || order.status === "pending" || order.status === "unknown") return
  const instrument = context.instruments.at(order.instrument)
  const beyond = protectedLimit(order.side, instrument, settings.fills, quote)
  const band = order.venue === "live" ? state.bands[order.instrument] : undefined
  const limit = band === undefined ? beyond : keptWithin(order.side, beyond, instrument, band)
  if (limit !== order.limitPrice) modify(desk, order, { quantity: order.quantity, limitPrice: limit })
}

/** After a fill: no reduce-only order may be left that is larger than what it could reduce. */
export const trimReducing = (desk: Desk, book: string, instrument: number): void => {
  const holding = held(desk, book, instrument)
  let left = Math.abs(holding)
  const working = workingIn(desk, book, instrument)
  // Exits first: another reduce-only order that still works beside one is being cancelled for it.
  for (const order of [...working.filter(isExit), ...working.filter((each) => each.reduceOnly && !isExit(each))]) {
    const reduces = sign(order.side) * holding < 0
    const mayFill = reduces ? Math.min(remaining(order), left) : 0
    left -= mayFill
    if (mayFill === remaining(order)) continue
    if (mayFill === 0) cancel(desk, order, "nothing left to reduce")
    else modify(desk, order, { quantity: order.filledQuantity + mayFill })
  }
}
