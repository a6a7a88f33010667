/** Good-till-triggered orders: the broker watches a price and places limit orders, for days or a year. */
import { Paise } from "@keepgaining/core/market/Money.ts"
import { Product, Side } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"

/** One trigger and what it places. Two legs: the first to trigger cancels the other. */
export const GttLeg = Schema.Struct({ triggerPrice: Paise, limitPrice: Paise })
export type GttLeg = typeof GttLeg.Type

const fields = {
  symbol: Schema.NonEmptyString,
  side: Side,
  quantity: Schema.Int,
  product: Product,
  legs: Schema.Array(GttLeg).check(Schema.isMinLength(1), Schema.isMaxLength(2))
}

export const NewGtt = Schema.Struct({
  ...fields,
  /** Brokers want the price at which the triggers were chosen. */
  lastPrice: Paise
})
export type NewGtt = typeof NewGtt.Type

export const GttStatus = Schema.Literals(["active", "triggered", "cancelled", "expired", "rejected", "unknown"])
export type GttStatus = typeof GttStatus.Type

export const GttOrder = Schema.Struct({
  id: Schema.NonEmptyString,
  ...fields,
  status: GttStatus,
  brokerStatus: Schema.String
})
export type GttOrder = typeof GttOrder.Type
