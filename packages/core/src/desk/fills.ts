/** What the exchange reports: the order's life, the ledger, the guard that follows the position. */
import * as Result from "effect/Result"
import { chargesOf, noCharges } from "../charges/Charges.ts"
import { settlementCharges } from "../charges/settlementCharges.ts"
import { type Charges } from "../decisions/Decision.ts"
import { formatIstDate } from "../market/IndianTime.ts"
import { type ExchangeReport, type Fill, isWorking, type Order, sign } from "../orders/Order.ts"
import { apply, type TrackedOrder } from "../orders/OrderReducer.ts"
import { book as bookFill, keyOf } from "../portfolio/Ledger.ts"
import { decisionTime, type Desk } from "./DeskState.ts"
import { exitPosition, trimReducing } from "./exits.ts"
import { needChanged } from "./marginGroup.ts"
import { turnRound } from "./signals.ts"
import { held, isExit, workingIn } from "./workingOrders.ts"

export const takeReport = (desk: Desk, report: ExchangeReport): void => {
  const { context, state } = desk
  const before = state.orders[report.orderId]
  if (before === undefined) return
  const after = apply(before, report)
  if (after === before) return
  const { order } = after
  state.orders[order.id] = after
  const ended = !isWorking(order.status)
  const isWanted = state.cancelling[order.id] === true
  if (report._tag === "ChangeRefused" || ended) delete state.cancelling[order.id]
  if (ended) {
    state.working = state.working.filter((id) => id !== order.id)
    delete state.deadlines[order.id]
  } else if (!state.working.includes(order.id)) {
    // A change that made it larger was heard of only after it seemed complete.
    state.working.push(order.id)
  }
  needChanged(desk, order.instrument)
  context.emit({ _tag: "OrderChanged", order })
  context.notify(order.book, order.instrument, { _tag: "Order", order })
  if (report._tag === "Filled") takeFill(desk, report, before, order)
  if (ended) afterEnd(desk, order, report, isWanted)
}

const takeFill = (
  desk: Desk,
  report: Extract<ExchangeReport, { readonly _tag: "Filled" }>,
  before: TrackedOrder,
  order: Order
): void => {
  const { context, state } = desk
  const fill: Fill = {
    id: `${order.id}.${report.execution}`,
    orderId: order.id,
    book: order.book,
    instrument: order.instrument,
    side: order.side,
    quantity: report.quantity,
    price: report.price,
    product: order.product,
    purpose: order.purpose,
    at: report.at
  }
  const holding = held(desk, fill.book, fill.instrument)
  const charges = costOf(desk, fill, before.facts.value / 100)
  const key = keyOf(fill.book, fill.instrument)
  const realised = state.ledger[key]?.realised ?? 0
  const position = bookFill(state.ledger, fill, charges)
  const booked = position.realised - realised - charges.total * 100
  state.booked += booked
  if (order.venue === "paper") state.paperBooked += booked
  context.emit({ _tag: "Filled", fill, charges, position })
  context.notify(fill.book, fill.instrument, { _tag: "Fill", fill })
  positionChanged(desk, fill, holding, position.quantity)
}

/**
 * Trading does not stop for a rate: beyond the dates that they are known for the last known ones are charged, a missing one is
 * booked as nothing, and an alarm says so, once.
 */
const costOf = (desk: Desk, fill: Fill, valueBefore: number): Charges => {
  const { context, settings, state } = desk
  const instrument = context.instruments.at(fill.instrument)
  const found = fill.purpose === "settlement"
    ? settlementCharges(fill, instrument, settings.charges)
    : chargesOf(fill, instrument, settings.charges, state.live[fill.orderId]?.plan ?? settings.plan, valueBefore)
  const raise = (subject: string, detail: string): void => {
    if (state.ratesMissing.includes(subject)) return
    state.ratesMissing.push(subject)
    const at = decisionTime(desk)
    context.emit({ _tag: "Alarm", kind: "charges", subject, raised: true, detail, since: fill.at, at })
  }
  if (Result.isFailure(found)) {
    raise(found.failure.table, found.failure.message)
    return noCharges
  }
  const beyond = settings.charges.notCovered(formatIstDate(fill.at))
  if (beyond !== undefined) {
    // A session keeps its rates, so newer rules alone do not help it.
    raise(
      "charges",
      `Fills of ${beyond.date} are charged by the last known rates: they are known from ${beyond.from} to ${beyond.to}. ` +
        "Add the circulars' rows, and one of coverage.csv, to your rules folder and begin a new session"
    )
  }
  return found.success
}

const positionChanged = (desk: Desk, fill: Fill, before: number, after: number): void => {
  const { state } = desk
  const key = keyOf(fill.book, fill.instrument)
  const turned = before !== 0 && after !== 0 && before > 0 !== after > 0
  if (before === 0 || turned) state.products[key] = fill.product
  if (before === 0) state.open.push(key)
  if (after === 0) state.open = state.open.filter((each) => each !== key)
  if (after === 0 || turned) {
    // A bracket belongs to one position; the next entry brings its own. An entry that is still being cancelled may fill
    // yet, so its bracket stays until it has ended.
    const entering = workingIn(desk, fill.book, fill.instrument).some((order) => order.purpose === "entry")
    if (turned || !entering) delete state.brackets[key]
    clearGuard(desk, fill.book, fill.instrument)
  }
  if (after === 0) delete state.products[key]
  else if (sign(fill.side) > 0 === after > 0) setGuard(desk, fill.book, fill.instrument, fill.price)
  trimReducing(desk, fill.book, fill.instrument)
  const leaving = state.abandoned[fill.orderId]
  const overshot = after !== 0 && state.orders[fill.orderId]?.order.reduceOnly === true &&
    after > 0 === sign(fill.side) > 0
  if (after !== 0 && leaving !== undefined) exitPosition(desk, fill.book, fill.instrument, leaving)
  else if (overshot) exitPosition(desk, fill.book, fill.instrument, "exit")
  else if (after === 0) turnRound(desk, fill.book, fill.instrument)
}

/** Times in a row that an exit which never reached the exchange is asked for again. */
const MOST_RETRIES = 5

/** What an order's end leaves behind. `isWanted`: the desk has asked for it to be cancelled. */
const afterEnd = (desk: Desk, order: Order, report: ExchangeReport, isWanted: boolean): void => {
  const { state } = desk
  const neverSent = report._tag === "Rejected" && report.neverSent === true
  const isRenewed = report._tag === "Cancelled" && report.renew === true
  const key = keyOf(order.book, order.instrument)
  if (!neverSent) delete state.retries[key]
  if (isExit(order)) {
    // An exit that ended early leaves a position that nobody watches any more: a guard triggers only once.
    const open = held(desk, order.book, order.instrument) !== 0
    if (!open || workingIn(desk, order.book, order.instrument).some(isExit)) return
    delete state.reversals[key]
    if (isRenewed) {
      exitPosition(desk, order.book, order.instrument, order.purpose)
      return
    }
    const tries = (state.retries[key] ?? 0) + 1
    if (neverSent && tries <= MOST_RETRIES) {
      // Nothing of it is anywhere, so another one doubles nothing.
      state.retries[key] = tries
      exitPosition(desk, order.book, order.instrument, order.purpose)
      return
    }
    const isTakenBack = order.venue === "live" && order.status === "cancelled" && !isWanted
    if (order.status === "rejected" || isTakenBack) {
      raiseOpenPosition(desk, order.book, order.instrument, `exit ${order.id} ${order.status}: ${order.reason ?? ""}`)
    }
    const price = desk.context.quote(order.instrument)?.price
    if (price !== undefined && order.status !== "rejected") setGuard(desk, order.book, order.instrument, price)
    return
  }
  if (order.purpose === "entry" && held(desk, order.book, order.instrument) === 0) delete state.brackets[key]
}

/** A position that should be closed is open and nothing is on its way to close it: a person must look. */
export const raiseOpenPosition = (desk: Desk, book: string, instrument: number, detail: string): void => {
  const at = decisionTime(desk)
  const subject = `${book} ${desk.context.instruments.at(instrument).symbol}`
  desk.context.emit({ _tag: "Alarm", kind: "open-position", subject, raised: true, detail, since: at, at })
}

const guardAt = (desk: Desk): number => decisionTime(desk) + Math.max(10, desk.settings.latency.base)

/** Puts the watch on what the book holds, if it has a bracket. `reference`: where its trail starts, paise. */
export const setGuard = (desk: Desk, book: string, instrument: number, reference: Fill["price"]): void => {
  const bracket = desk.state.brackets[keyOf(book, instrument)]
  if (bracket === undefined) return
  desk.context.guard({
    _tag: "Set",
    book,
    instrument,
    quantity: held(desk, book, instrument),
    stop: bracket.stop,
    target: bracket.target,
    trail: bracket.trail,
    reference,
    effectiveAt: guardAt(desk)
  })
}

export const clearGuard = (desk: Desk, book: string, instrument: number): void =>
  desk.context.guard({ _tag: "Clear", book, instrument, effectiveAt: guardAt(desk) })
