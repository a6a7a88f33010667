/** Upstox's rows in our vocabulary. */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"
import { type BrokerInstrument, type BrokerInstruments, type Market } from "../port/BrokerInstruments.ts"
import type { BrokerOrder, BrokerTrade } from "../port/BrokerOrder.ts"
import { omsStatus } from "../wire/omsStatus.ts"
import { priceFromRupees } from "../wire/rupees.ts"
import { UpstoxOrderUpdate } from "./UpstoxPortfolioFrame.ts"

const types: Readonly<Record<string, OrderType>> = {
  MARKET: "market",
  LIMIT: "limit",
  SL: "stop-limit",
  "SL-M": "stop"
}
export const upstoxType: Readonly<Record<OrderType, string>> = {
  market: "MARKET",
  limit: "LIMIT",
  "stop-limit": "SL",
  stop: "SL-M"
}
export const upstoxProduct: Readonly<Record<Product, string>> = { intraday: "I", delivery: "D", carry: "D" }

const markets: Readonly<Record<string, Market>> = {
  NSE_EQ: "NSE",
  NSE_INDEX: "NSE",
  NSE_FO: "NFO",
  BSE_EQ: "BSE",
  BSE_INDEX: "BSE",
  BSE_FO: "BFO"
}

/** By its key, whose first part says the market. */
export const ofUpstoxKey = (instruments: BrokerInstruments, key: string): BrokerInstrument | undefined => {
  const market = markets[key.slice(0, key.indexOf("|"))]
  return market === undefined ? undefined : instruments.ofToken(market, key)
}

export const symbolOf = (instruments: BrokerInstruments, key: string): string =>
  ofUpstoxKey(instruments, key)?.instrument.symbol ?? `?${key}`

/** `D` is delivery of a share, and what carries over of a contract. */
export const productOf = (text: string, key: string): Product =>
  text === "I" ? "intraday" : key.includes("_FO|") ? "carry" : "delivery"

/** A row of the book: the same fields as an update, without saying that it is one. */
export const UpstoxOrderRow = Schema.Struct((({ update_type: _update, ...fields }) => fields)(UpstoxOrderUpdate.fields))
export type UpstoxOrderRow = typeof UpstoxOrderRow.Type

export const upstoxOrderOf = (row: UpstoxOrderRow, instruments: BrokerInstruments): BrokerOrder => {
  const limitPrice = priceFromRupees(row.price)
  const triggerPrice = priceFromRupees(row.trigger_price)
  const reason = row.status_message ?? row.status_message_raw
  return {
    orderId: row.order_id,
    ...(row.exchange_order_id == null || row.exchange_order_id === ""
      ? {}
      : { exchangeOrderId: row.exchange_order_id }),
    ...(row.parent_order_id == null ? {} : { parentId: row.parent_order_id }),
    ...(row.tag == null || row.tag === "" ? {} : { tag: row.tag }),
    symbol: symbolOf(instruments, row.instrument_token),
    side: row.transaction_type === "BUY" ? "buy" : "sell",
    type: types[row.order_type] ?? "limit",
    product: productOf(row.product, row.instrument_token),
    validity: row.validity === "IOC" ? "IOC" : "DAY",
    quantity: row.quantity,
    filled: row.filled_quantity,
    averagePrice: row.average_price * 100,
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    status: omsStatus(row.status),
    waiting: row.status === "trigger pending",
    brokerStatus: row.status,
    ...(reason == null || reason === "" ? {} : { reason }),
    changedAt: parseIst(textOr(row.exchange_timestamp, row.order_timestamp)) ?? 0
  }
}

const textOr = (first: string | null | undefined, second: string | null | undefined): string =>
  first == null || first === "" ? second ?? "" : first

export const UpstoxTradeRow = Schema.Struct({
  trade_id: Schema.NonEmptyString,
  order_id: Schema.NonEmptyString,
  instrument_token: Schema.String,
  product: Schema.String,
  average_price: Schema.Finite,
  quantity: Schema.Int,
  transaction_type: Schema.Literals(["BUY", "SELL"]),
  exchange_timestamp: Schema.NullOr(Schema.String)
})

export const upstoxTradeOf = (row: typeof UpstoxTradeRow.Type, instruments: BrokerInstruments): BrokerTrade => ({
  tradeId: row.trade_id,
  orderId: row.order_id,
  symbol: symbolOf(instruments, row.instrument_token),
  side: row.transaction_type === "BUY" ? "buy" : "sell",
  product: productOf(row.product, row.instrument_token),
  quantity: row.quantity,
  price: paiseFromRupees(row.average_price),
  at: parseIst(row.exchange_timestamp ?? "") ?? 0
})
