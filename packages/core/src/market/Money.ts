/**
 * Units of money and price, in the type.
 *
 * Prices that are compared, matched or booked are whole paise ({@link Paise}): a raw float is never compared or rounded.
 * Charges are computed unrounded and therefore are real numbers of rupees ({@link Rupees}).
 */
import * as Schema from "effect/Schema"

/** A price or an amount of money in whole paise (1/100 rupee). May be negative for amounts. */
export const Paise = Schema.Int.pipe(Schema.brand("Paise"))
export type Paise = typeof Paise.Type

/** An amount of money in rupees, unrounded. */
export const Rupees = Schema.Finite.pipe(Schema.brand("Rupees"))
export type Rupees = typeof Rupees.Type

// The two casts below are the only way a plain number becomes money; both state the unit at the call site.

/** Marks a whole number as paise. The caller guarantees that it is one (typed array columns do). */
export const paise = (value: number): Paise => value as Paise

/** Marks a number as rupees. */
export const rupees = (value: number): Rupees => value as Rupees

/** Rupees as read from a feed or a file, to the nearest paisa. */
export const paiseFromRupees = (value: number): Paise => paise(Math.round(value * 100))

export const rupeesFromPaise = (value: Paise): Rupees => rupees(value / 100)

/** Rounds a price to the instrument's tick, towards the nearest one. Both in paise. */
export const roundToTick = (price: number, tick: number): Paise => paise(Math.round(price / tick) * tick)

/**
 * Paise as people read them, `₹12,34,567.50`: Indian grouping, two decimals. Written out here, because texts of decisions are folded
 * into digests and must not depend on a machine's locale data.
 */
export const rupeesText = (amount: number): string => {
  const [whole = "", decimals = ""] = Math.abs(amount / 100).toFixed(2).split(".")
  const head = whole.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ",")
  const grouped = head === "" ? whole : `${head},${whole.slice(-3)}`
  return `${amount < 0 ? "-" : ""}₹${grouped}.${decimals}`
}
