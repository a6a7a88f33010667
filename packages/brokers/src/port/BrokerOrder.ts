/**
 * An order as a broker's book or stream shows it, in one vocabulary for all brokers. Rows may come twice, late, out of
 * order or not at all; the reducer that takes them is `orders/BrokerOrderBook.ts`.
 */
import { Paise } from "@keepgaining/core/market/Money.ts"
import { OrderType, Product, Side, Validity } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"

/**
 * `new`: the broker has it, the exchange not yet. `open` includes stops that wait (`waiting`) and part fills. A status that
 * we do not know is `unknown`, and is asked for.
 */
export const BrokerOrderStatus = Schema.Literals([
  "new",
  "open",
  "complete",
  "cancelled",
  "rejected",
  "expired",
  "unknown"
])
export type BrokerOrderStatus = typeof BrokerOrderStatus.Type

export const isFinal = (status: BrokerOrderStatus): boolean =>
  status === "complete" || status === "cancelled" || status === "rejected" || status === "expired"

export const BrokerOrder = Schema.Struct({
  /** The broker's id, always text: some have 19 digits. */
  orderId: Schema.NonEmptyString,
  exchangeOrderId: Schema.optionalKey(Schema.String),
  /** Of which order it is a slice. */
  parentId: Schema.optionalKey(Schema.String),
  /** Ours, when it was placed by us and the broker gives it back. */
  tag: Schema.optionalKey(Schema.String),
  /** `NSE:RELIANCE`; of an instrument that this session does not know the broker's own spelling, after `?`. */
  symbol: Schema.NonEmptyString,
  side: Side,
  type: OrderType,
  product: Product,
  validity: Validity,
  quantity: Schema.Int,
  filled: Schema.Int,
  /** In paise, unrounded; 0 while nothing is filled. */
  averagePrice: Schema.Finite,
  limitPrice: Schema.optionalKey(Paise),
  triggerPrice: Schema.optionalKey(Paise),
  status: BrokerOrderStatus,
  /** A stop whose trigger has not been reached. */
  waiting: Schema.Boolean,
  /** The broker's own word for the status. */
  brokerStatus: Schema.String,
  /** The broker's own words about a rejection or a cancellation. */
  reason: Schema.optionalKey(Schema.String),
  /** Of the last change as the exchange or broker stamped it, epoch ms in steps of a second; 0 when it gives none. */
  changedAt: Schema.Finite
})
export type BrokerOrder = typeof BrokerOrder.Type

/** One execution; the truth about quantities and prices. */
export const BrokerTrade = Schema.Struct({
  /** Unique within an exchange and a day. */
  tradeId: Schema.NonEmptyString,
  orderId: Schema.NonEmptyString,
  symbol: Schema.NonEmptyString,
  side: Side,
  product: Product,
  quantity: Schema.Int,
  price: Paise,
  /** Epoch ms in steps of a second. */
  at: Schema.Finite
})
export type BrokerTrade = typeof BrokerTrade.Type

/** What is asked for. A `market` or `stop` is sent with the broker's own protection; the desk has usually made it a limit. */
export interface NewOrder {
  /** 1 to 16 of `[a-z0-9]`: valid for every broker, and how the order is found again. */
  readonly tag: string
  /** Our symbol. */
  readonly symbol: string
  readonly side: Side
  readonly quantity: number
  readonly type: OrderType
  readonly product: Product
  readonly validity: Validity
  readonly limitPrice?: Paise
  readonly triggerPrice?: Paise
  /** It makes a position smaller: it goes before entries when calls have to wait. */
  readonly isExit?: boolean
}

/** The order as it shall be, whole: absolute values, so that sending it twice does no harm. */
export interface OrderChange {
  readonly orderId: string
  readonly order: NewOrder
}
