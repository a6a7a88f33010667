/**
 * Positions by book and instrument, at average cost.
 *
 * Exact: cost and realised profit are whole paise, always. A partial close takes its share of the cost rounded to the
 * paisa and leaves the rest with what stays open, so nothing is lost or drifts: at any time
 * `realised - cost - handedOver = cash`, where cash is what all sells brought less what all buys cost, and when a position is
 * flat (and nothing of it was handed over) its realised profit is that cash to the paisa. (The split between realised and open may differ from the unrounded
 * average by less than a paisa a close.) Holds while cost stays below 2^53 paise, 90 billion rupees.
 */
import type { Charges, Position } from "../decisions/Decision.ts"
import { rupees } from "../market/Money.ts"
import { type Fill, sign } from "../orders/Order.ts"

/** Plain data. */
export interface LedgerEntry {
  readonly book: string
  readonly instrument: number
  /** Signed: negative is short. */
  quantity: number
  /** Signed cost of the open quantity, whole paise: positive when long. */
  cost: number
  /** Signed cost of what left without a fill that we know of, whole paise: see {@link handOver}. */
  handedOver: number
  /** Profit of what was closed, before charges, whole paise. */
  realised: number
  /** Rupees, unrounded. */
  charges: number
  buyQuantity: number
  sellQuantity: number
}

/** Entries by {@link keyOf}. */
export type LedgerState = Record<string, LedgerEntry>

export const keyOf = (book: string, instrument: number): string => `${instrument}|${book}`

/** Books a fill and its charges; answers the position after it. */
export const book = (state: LedgerState, fill: Fill, charges: Charges): Position => {
  const entry = state[keyOf(fill.book, fill.instrument)] ??= emptyEntry(fill.book, fill.instrument)
  const signed = sign(fill.side) * fill.quantity
  const held = Math.abs(entry.quantity)
  if (held === 0 || entry.quantity > 0 === signed > 0) entry.cost += signed * fill.price
  else {
    const closed = Math.min(fill.quantity, held)
    // Multiplied last: the quotient is at most 1, so the product cannot leave the range of exact integers.
    const share = closed === held ? entry.cost : Math.round(entry.cost * (closed / held))
    entry.realised += -sign(fill.side) * closed * fill.price - share
    entry.cost += sign(fill.side) * (fill.quantity - closed) * fill.price - share
  }
  entry.quantity += signed
  entry.charges += charges.total
  if (signed > 0) entry.buyQuantity += fill.quantity
  else entry.sellQuantity += fill.quantity
  return positionOf(entry)
}

/**
 * Takes a position out that others settle, and answers what is left of it: nothing is held, and what it comes to is not in
 * `realised`, because nobody told us.
 */
export const handOver = (entry: LedgerEntry): Position => {
  entry.handedOver += entry.cost
  entry.cost = 0
  entry.quantity = 0
  return positionOf(entry)
}

const emptyEntry = (bookName: string, instrument: number): LedgerEntry => ({
  book: bookName,
  instrument,
  quantity: 0,
  cost: 0,
  handedOver: 0,
  realised: 0,
  charges: 0,
  buyQuantity: 0,
  sellQuantity: 0
})

export const positionOf = (entry: LedgerEntry): Position => ({
  book: entry.book,
  instrument: entry.instrument,
  quantity: entry.quantity,
  averagePrice: entry.quantity === 0 ? 0 : entry.cost / entry.quantity,
  realised: entry.realised,
  charges: rupees(entry.charges),
  buyQuantity: entry.buyQuantity,
  sellQuantity: entry.sellQuantity
})

export const quantityOf = (state: LedgerState, bookName: string, instrument: number): number =>
  state[keyOf(bookName, instrument)]?.quantity ?? 0

/** Profit of what is open if it were closed at that price, before charges, paise. */
export const unrealised = (entry: LedgerEntry, price: number): number => entry.quantity * price - entry.cost
