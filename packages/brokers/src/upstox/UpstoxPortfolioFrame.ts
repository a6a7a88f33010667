/**
 * Text frames of Upstox's portfolio stream: one object each, told apart by `update_type`. Field names are Upstox's;
 * prices in rupees, times `yyyy-mm-dd hh:mm:ss` IST. Statuses are lower case.
 */
import * as Schema from "effect/Schema"
import { parseJsonFrame } from "../wire/parseJsonFrame.ts"

const Text = Schema.NullOr(Schema.String)

/** What the order model needs of an order; other fields pass unread. */
export const UpstoxOrderUpdate = Schema.Struct({
  update_type: Schema.Literal("order"),
  order_id: Schema.NonEmptyString,
  exchange_order_id: Schema.optionalKey(Text),
  parent_order_id: Schema.optionalKey(Text),
  order_ref_id: Schema.optionalKey(Text),
  order_request_id: Schema.optionalKey(Text),
  status: Schema.NonEmptyString,
  status_message: Schema.optionalKey(Text),
  status_message_raw: Schema.optionalKey(Text),
  exchange: Schema.String,
  instrument_token: Schema.String,
  trading_symbol: Schema.optionalKey(Text),
  product: Schema.String,
  order_type: Schema.String,
  transaction_type: Schema.Literals(["BUY", "SELL"]),
  validity: Schema.optionalKey(Text),
  price: Schema.Finite,
  trigger_price: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  average_price: Schema.Finite,
  quantity: Schema.Int,
  filled_quantity: Schema.Int,
  pending_quantity: Schema.optionalKey(Schema.Int),
  tag: Schema.optionalKey(Text),
  order_timestamp: Schema.optionalKey(Text),
  exchange_timestamp: Schema.optionalKey(Text)
})
export type UpstoxOrderUpdate = typeof UpstoxOrderUpdate.Type

const Position = Schema.Struct({
  update_type: Schema.Literal("position"),
  instrument_token: Schema.String,
  product: Schema.String,
  quantity: Schema.Int
})
const Holding = Schema.Struct({
  update_type: Schema.Literal("holding"),
  instrument_token: Schema.String,
  quantity: Schema.Int
})
const Gtt = Schema.Struct({
  update_type: Schema.Literal("gtt_order"),
  gtt_order_id: Schema.NonEmptyString,
  quantity: Schema.Int,
  rules: Schema.Array(
    Schema.Struct({
      strategy: Schema.String,
      status: Schema.String,
      trigger_type: Schema.optionalKey(Text),
      trigger_price: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
      order_id: Schema.optionalKey(Text),
      message: Schema.optionalKey(Text)
    })
  )
})

export const UpstoxPortfolioFrame = Schema.Union([UpstoxOrderUpdate, Position, Holding, Gtt])
export type UpstoxPortfolioFrame = typeof UpstoxPortfolioFrame.Type

export const parseUpstoxPortfolio = parseJsonFrame("Upstox portfolio", UpstoxPortfolioFrame)
