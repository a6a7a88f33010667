/**
 * What becomes of positions in contracts that have expired. On paper they are settled in cash when the session of their last
 * day ends: a future at the final price of its underlying, an option at what it is worth by it. The final price is the best
 * one that the session has; where it has none, nothing is guessed: an alarm names the position, once, and it stays. Exchanges
 * deliver shares against stock derivatives; paper pays the same value in cash, and says so.
 *
 * Live positions are settled by their broker: no fill is made up for them. They leave our books by a decision that says so.
 *
 * Runs after every order of the day has ended, so nothing can open such a position again.
 */
import * as Result from "effect/Result"
import { formatIstDate, formatIstTime, istDay, MINUTE_MS } from "../market/IndianTime.ts"
import type { Instrument } from "../market/Instrument.ts"
import { type Paise, paise, rupeesText } from "../market/Money.ts"
import type { Order } from "../orders/Order.ts"
import { track } from "../orders/OrderReducer.ts"
import { handOver, type LedgerEntry, positionOf } from "../portfolio/Ledger.ts"
import { netResult } from "./dayResult.ts"
import { decisionTime, type Desk } from "./DeskState.ts"
import { clearGuard, raiseOpenPosition, takeReport } from "./fills.ts"
import { venueOf } from "./live.ts"
import { needChanged } from "./marginGroup.ts"
import { nextTag } from "./workingOrders.ts"

/** Exchanges settle by what the underlying did in this last part of its session: an older price says nothing of it, ms. */
const SETTLED_BY = 30 * MINUTE_MS

/** Settles what has expired: `today` included once its session is over. */
export const settleExpired = (desk: Desk, includingToday: boolean): void => {
  const { context, state } = desk
  const today = formatIstDate(decisionTime(desk))
  const before = netResult(desk)
  // Every settlement makes a new list: this one stays as it is.
  for (const key of state.open) {
    const entry = state.ledger[key]
    if (entry === undefined || state.unsettled[key] === true) continue
    const contract = context.instruments.at(entry.instrument)
    const { expiry } = contract
    if (expiry === undefined || expiry > today || (expiry === today && !includingToday)) continue
    if (venueOf(desk, entry.book) === "live") leaveToBroker(desk, key, entry, contract)
    else settle(desk, key, entry, contract, expiry === today)
  }
  // What went before the day began is no result of the day.
  if (!includingToday) state.dayStart += netResult(desk) - before
}

const leaveToBroker = (desk: Desk, key: string, entry: LedgerEntry, contract: Instrument): void => {
  const { context, state } = desk
  const { book, instrument, quantity } = entry
  const position = handOver(entry)
  state.open = state.open.filter((each) => each !== key)
  delete state.products[key]
  delete state.brackets[key]
  delete state.holders[key]
  clearGuard(desk, book, instrument)
  context.emit({
    _tag: "PositionSettled",
    book,
    instrument,
    quantity,
    price: null,
    detail: `${quantity} of ${contract.symbol} expired: the broker settles them, and its books say for how much`,
    position,
    at: decisionTime(desk)
  })
}

const settle = (desk: Desk, key: string, entry: LedgerEntry, contract: Instrument, seen: boolean): void => {
  const { context, state } = desk
  const { book, instrument, quantity } = entry
  const final = seen
    ? finalPrice(desk, contract)
    : Result.fail("the session did not run to the end of its last day")
  if (Result.isFailure(final)) {
    state.unsettled[key] = true
    needChanged(desk, instrument)
    raiseOpenPosition(
      desk,
      book,
      instrument,
      `${quantity} expired on ${contract.expiry ?? ""} and cannot be settled: ${final.failure}`
    )
    return
  }
  const price = worthOf(contract, final.success.price)
  const at = decisionTime(desk)
  const order: Order = {
    id: `O${++state.orderCount}`,
    book,
    clientTag: nextTag(desk, book, instrument),
    instrument,
    side: quantity > 0 ? "sell" : "buy",
    quantity: Math.abs(quantity),
    type: "market",
    validity: "DAY",
    product: state.products[key] ?? "carry",
    purpose: "settlement",
    reduceOnly: true,
    venue: "paper",
    status: "pending",
    filledQuantity: 0,
    averagePrice: 0,
    createdAt: at,
    updatedAt: at,
    cause: context.cause()
  }
  state.orders[order.id] = track(order)
  state.working.push(order.id)
  takeReport(desk, { _tag: "Filled", orderId: order.id, execution: 1, quantity: order.quantity, price, at })
  context.emit({
    _tag: "PositionSettled",
    book,
    instrument,
    quantity,
    price,
    detail: `${quantity} of ${contract.symbol} settled at ${rupeesText(price)}: ${final.success.detail}`,
    position: positionOf(entry),
    at
  })
}

/** Per unit, at the underlying's final price. */
const worthOf = ({ right, strike }: Instrument, final: Paise): Paise => {
  if (right === undefined || strike === undefined) return final
  return paise(Math.max(0, right === "CE" ? final - strike : strike - final))
}

interface FinalPrice {
  readonly price: Paise
  /** Which one it is. */
  readonly detail: string
}

/** The best that the session has of its underlying today, or why it has none. */
const finalPrice = (desk: Desk, contract: Instrument): Result.Result<FinalPrice, string> => {
  const { context } = desk
  const now = decisionTime(desk)
  const symbol = contract.underlying ?? "its underlying"
  const underlying = context.instruments.indexOf(symbol)
  if (underlying === undefined) return Result.fail(`${symbol} is not in the session`)
  const quote = context.quote(underlying)
  const close = context.session(context.segmentOf(underlying), now)?.close
  if (
    quote === undefined || close === undefined || istDay(quote.time) !== istDay(now) ||
    quote.time < close - SETTLED_BY || quote.price <= 0
  ) {
    return Result.fail(`the session has no price of ${symbol} from the last half hour of that day`)
  }
  const which = quote.time >= close
    ? "its price after the close of the continuous session"
    : "its last price of the continuous session; no closing value came"
  const inCash = context.instruments.at(underlying).kind === "equity"
    ? ". The exchange delivers shares; paper pays their value in cash"
    : ""
  return Result.succeed({
    price: quote.price,
    detail: `${symbol} at ${rupeesText(quote.price)} (${formatIstTime(quote.time)}), ${which}${inCash}`
  })
}
