/**
 * Orders and what can happen to them. One model for paper, replay and live; the desk reduces {@link OrderEvent}s into
 * {@link Order}s.
 */
import * as Schema from "effect/Schema"
import { Paise } from "../market/Money.ts"

export const Side = Schema.Literals(["buy", "sell"])
export type Side = typeof Side.Type

/** +1 for a buy, -1 for a sell. */
export const sign = (side: Side): 1 | -1 => side === "buy" ? 1 : -1
export const opposite = (side: Side): Side => side === "buy" ? "sell" : "buy"

/**
 * `market` never reaches an exchange as such (barred for algorithms, NSE/SURV/55281): it is a limit order at the quote
 * plus a protection. `stop` turns into such a protected order at its trigger, `stop-limit` into a plain limit.
 */
export const OrderType = Schema.Literals(["market", "limit", "stop", "stop-limit"])
export type OrderType = typeof OrderType.Type

/** The exchange knows DAY and IOC only. */
export const Validity = Schema.Literals(["DAY", "IOC"])
export type Validity = typeof Validity.Type

/** `intraday` is squared off before the close, `delivery` (equity) and `carry` (F&O) are not. */
export const Product = Schema.Literals(["intraday", "delivery", "carry"])
export type Product = typeof Product.Type

/**
 * `pending`: intent recorded, not yet acknowledged. `unknown`: the outcome of a request is not known and is being asked
 * for; never resent blindly.
 */
export const OrderStatus = Schema.Literals([
  "pending",
  "open",
  "triggered",
  "partial",
  "complete",
  "cancelled",
  "rejected",
  "expired",
  "unknown"
])
export type OrderStatus = typeof OrderStatus.Type

export const isWorking = (status: OrderStatus): boolean =>
  status === "pending" || status === "open" || status === "triggered" || status === "partial" || status === "unknown"

/** Why the order exists. */
export const OrderPurpose = Schema.Literals([
  "entry",
  "exit",
  "stop",
  "target",
  "trail",
  "square-off",
  "flatten",
  /** The end of an expired contract: nobody's order, never asked for. */
  "settlement",
  "manual"
])
export type OrderPurpose = typeof OrderPurpose.Type

/** What a person, a program or a strategy asks for. */
export const OrderRequest = Schema.Struct({
  /** Chosen by whoever asks; the same tag is the same order, however often it is sent. At most 20 characters (Kite). */
  clientTag: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(20)),
  instrument: Schema.Int,
  side: Side,
  quantity: Schema.Int.check(Schema.isGreaterThan(0)),
  type: OrderType,
  limitPrice: Schema.optionalKey(Paise),
  triggerPrice: Schema.optionalKey(Paise),
  validity: Validity,
  product: Product,
  purpose: OrderPurpose,
  /** May only make a position smaller; what would exceed it is cut. */
  reduceOnly: Schema.Boolean
})
export type OrderRequest = typeof OrderRequest.Type

/** Where an order goes: to the paper exchange of the session, or through an account to a broker. */
export const Venue = Schema.Literals(["paper", "live"])
export type Venue = typeof Venue.Type

/** Book to which fills and profit belong: a deployment's id, or one of these two for what people and programs ask for. */
export const manualBook = "manual"
export const liveBook = "live"

export const Order = Schema.Struct({
  /** `O` and the number of the order in this session, in order of acceptance by the desk: same log, same ids. */
  id: Schema.String,
  book: Schema.String,
  ...OrderRequest.fields,
  venue: Venue,
  /** Of a live order: our name of the account that it goes through; absent until that is decided. */
  account: Schema.optionalKey(Schema.String),
  status: OrderStatus,
  filledQuantity: Schema.Int,
  /** Volume-weighted fill price in paise, unrounded; 0 while nothing is filled. */
  averagePrice: Schema.Finite,
  /** Event time of the decision, epoch ms. */
  createdAt: Schema.Finite,
  updatedAt: Schema.Finite,
  /** Sequence number of the input that caused it. */
  cause: Schema.Int,
  /** Why it was rejected, cancelled or expired, or why its last change was refused. */
  reason: Schema.optionalKey(Schema.String)
})
export type Order = typeof Order.Type

/** A piece of a live order as its broker knows it: an order above the freeze quantity goes in several. */
export const OrderSlice = Schema.Struct({ tag: Schema.String, quantity: Schema.Int })
export type OrderSlice = typeof OrderSlice.Type

/** One execution. */
export const Fill = Schema.Struct({
  /** Id of its order, a dot, and the number of the execution. */
  id: Schema.String,
  orderId: Schema.String,
  book: Schema.String,
  instrument: Schema.Int,
  side: Side,
  quantity: Schema.Int,
  price: Paise,
  product: Product,
  purpose: OrderPurpose,
  /** Event time, epoch ms. */
  at: Schema.Finite
})
export type Fill = typeof Fill.Type

/** What the exchange (paper book or broker) reports of an order. `at` is event time, epoch ms. */
export const ExchangeReport = Schema.Union([
  Schema.TaggedStruct("Accepted", { orderId: Schema.String, at: Schema.Finite }),
  Schema.TaggedStruct("Triggered", { orderId: Schema.String, at: Schema.Finite }),
  Schema.TaggedStruct("Filled", {
    orderId: Schema.String,
    /** Number of this execution within its order, from 1: with the order id it makes duplicates visible. */
    execution: Schema.Int,
    quantity: Schema.Int,
    price: Paise,
    at: Schema.Finite
  }),
  /** How the order stands after a change, whole: not only what changed. */
  Schema.TaggedStruct("Modified", {
    orderId: Schema.String,
    /** Number of this change within its order, from 1: the highest one is how the order stands. */
    revision: Schema.Int,
    quantity: Schema.Int,
    limitPrice: Schema.optionalKey(Paise),
    triggerPrice: Schema.optionalKey(Paise),
    at: Schema.Finite
  }),
  /** A change or a cancellation was not carried out; the order is as it was. */
  Schema.TaggedStruct("ChangeRefused", { orderId: Schema.String, reason: Schema.String, at: Schema.Finite }),
  Schema.TaggedStruct("Cancelled", {
    orderId: Schema.String,
    reason: Schema.String,
    at: Schema.Finite,
    /** It could not follow the market any longer and was taken back for that: what is left of it is to be sent anew. */
    renew: Schema.optionalKey(Schema.Boolean)
  }),
  Schema.TaggedStruct("Rejected", {
    orderId: Schema.String,
    reason: Schema.String,
    at: Schema.Finite,
    /** It never reached an exchange; asking for the same again is safe. */
    neverSent: Schema.optionalKey(Schema.Boolean)
  }),
  /** It was sent and the answer was lost: it may exist. It is being looked for. */
  Schema.TaggedStruct("Unknown", { orderId: Schema.String, reason: Schema.String, at: Schema.Finite }),
  Schema.TaggedStruct("Expired", { orderId: Schema.String, reason: Schema.String, at: Schema.Finite })
])
export type ExchangeReport = typeof ExchangeReport.Type

/** What the desk sends to the exchange. It takes effect there at `effectiveAt` (event time, epoch ms), not before. */
export const ExchangeInstruction = Schema.Union([
  Schema.TaggedStruct("Place", { order: Order, effectiveAt: Schema.Finite }),
  Schema.TaggedStruct("Modify", {
    orderId: Schema.String,
    instrument: Schema.Int,
    quantity: Schema.Int,
    limitPrice: Schema.optionalKey(Paise),
    triggerPrice: Schema.optionalKey(Paise),
    effectiveAt: Schema.Finite
  }),
  Schema.TaggedStruct("Cancel", {
    orderId: Schema.String,
    instrument: Schema.Int,
    reason: Schema.String,
    effectiveAt: Schema.Finite
  })
])
export type ExchangeInstruction = typeof ExchangeInstruction.Type
