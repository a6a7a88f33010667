/**
 * Text frames of Fyers' order socket, both ways. Field names are Fyers'; prices rupees. Trust `org_ord_status` (1 to 7,
 * as the REST order book has it) before `ord_status`, whose codes are not documented in full.
 */
import * as Schema from "effect/Schema"
import { parseJsonFrame } from "../wire/parseJsonFrame.ts"

export const FYERS_PING = "ping"
export const FYERS_PONG = "pong"
export const FYERS_PING_SECONDS = 10

const Text = Schema.NullOr(Schema.String)

/** What the order model needs of an order; other fields pass unread. */
export const FyersOrder = Schema.Struct({
  id: Schema.NonEmptyString,
  id_exchange: Schema.optionalKey(Text),
  id_parent: Schema.optionalKey(Text),
  id_fyers: Schema.optionalKey(Text),
  symbol: Schema.String,
  fy_token: Schema.optionalKey(Text),
  qty: Schema.Int,
  qty_remaining: Schema.optionalKey(Schema.Int),
  qty_filled: Schema.Int,
  price_limit: Schema.Finite,
  price_stop: Schema.optionalKey(Schema.Finite),
  price_traded: Schema.Finite,
  ord_type: Schema.Int,
  /** 1 buys, -1 sells. */
  tran_side: Schema.Literals([1, -1]),
  product_type: Schema.optionalKey(Text),
  validity: Schema.optionalKey(Text),
  ord_status: Schema.Int,
  org_ord_status: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  status_msg: Schema.optionalKey(Text),
  oms_msg: Schema.optionalKey(Text),
  time_oms: Schema.optionalKey(Schema.Unknown),
  /** `1:TAG` for our tag, `2:Untagged` without one. */
  ordertag: Schema.optionalKey(Text)
})
export type FyersOrder = typeof FyersOrder.Type

export const FyersTrade = Schema.Struct({
  id_fill: Schema.NonEmptyString,
  id: Schema.NonEmptyString,
  symbol: Schema.String,
  qty_traded: Schema.Int,
  price_traded: Schema.Finite,
  tran_side: Schema.Literals([1, -1]),
  fy_token: Schema.optionalKey(Text),
  product_type: Schema.optionalKey(Text),
  fill_time: Schema.optionalKey(Schema.Unknown),
  ordertag: Schema.optionalKey(Text)
})
export type FyersTrade = typeof FyersTrade.Type

const Answer = Schema.Struct({ s: Schema.String, code: Schema.Int, message: Schema.optionalKey(Schema.String) })

export const FyersOrderFrame = Schema.Union([
  Schema.Struct({ s: Schema.String, orders: FyersOrder }),
  Schema.Struct({ s: Schema.String, trades: FyersTrade }),
  Schema.Struct({ s: Schema.String, positions: Schema.Record(Schema.String, Schema.Unknown) }),
  Answer
])
export type FyersOrderFrame = typeof FyersOrderFrame.Type

/** Reads a text frame of the server that is no {@link FYERS_PONG}. */
export const parseFyersOrder = parseJsonFrame("Fyers order", FyersOrderFrame)

export type FyersOrderTopic = "orders" | "trades" | "positions" | "edis" | "pricealerts" | "login"

const Request = Schema.Struct({
  T: Schema.Literal("SUB_ORD"),
  SLIST: Schema.Array(Schema.String),
  SUB_T: Schema.Literals([1, -1])
})

/** Code of the answer to a subscription. */
export const FYERS_SUBSCRIBED = 1605

export const fyersSubscribe = (topics: ReadonlyArray<FyersOrderTopic>): string =>
  JSON.stringify({ T: "SUB_ORD", SLIST: topics, SUB_T: 1 })

export const fyersUnsubscribe = (topics: ReadonlyArray<FyersOrderTopic>): string =>
  JSON.stringify({ T: "SUB_ORD", SLIST: topics, SUB_T: -1 })

/** Reads a client's frame; for the simulator. */
export const parseFyersRequest = parseJsonFrame("Fyers request", Request)
