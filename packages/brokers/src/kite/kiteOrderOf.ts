/** Kite's rows in our vocabulary. */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"
import { type BrokerInstruments, type Market } from "../port/BrokerInstruments.ts"
import type { BrokerOrder, BrokerOrderStatus, BrokerTrade } from "../port/BrokerOrder.ts"
import { priceFromRupees } from "../wire/rupees.ts"
import type { KiteOrderRow } from "./KiteTextFrame.ts"

const statuses: Readonly<Record<string, BrokerOrderStatus>> = {
  "PUT ORDER REQ RECEIVED": "new",
  "AMO REQ RECEIVED": "new",
  "VALIDATION PENDING": "new",
  "OPEN PENDING": "new",
  "OPEN": "open",
  "UPDATE": "open",
  "MODIFY VALIDATION PENDING": "open",
  "MODIFY PENDING": "open",
  "TRIGGER PENDING": "open",
  "CANCEL PENDING": "open",
  "COMPLETE": "complete",
  "CANCELLED": "cancelled",
  "CANCELLED AMO": "cancelled",
  "REJECTED": "rejected"
}

const types: Readonly<Record<string, OrderType>> = {
  MARKET: "market",
  LIMIT: "limit",
  SL: "stop-limit",
  "SL-M": "stop"
}
const products: Readonly<Record<string, Product>> = { MIS: "intraday", CNC: "delivery", NRML: "carry", MTF: "delivery" }

export const kiteType: Readonly<Record<OrderType, string>> = {
  market: "MARKET",
  limit: "LIMIT",
  "stop-limit": "SL",
  stop: "SL-M"
}
export const kiteProduct: Readonly<Record<Product, string>> = { intraday: "MIS", delivery: "CNC", carry: "NRML" }

export const productOf = (text: string): Product => products[text] ?? "carry"

export const symbolOf = (instruments: BrokerInstruments, exchange: string, tradingSymbol: string): string =>
  isMarket(exchange)
    ? instruments.ofTradingSymbol(exchange, tradingSymbol)?.instrument.symbol ?? `?${exchange}:${tradingSymbol}`
    : `?${exchange}:${tradingSymbol}`

const isMarket = (text: string): text is Market => text === "NSE" || text === "BSE" || text === "NFO" || text === "BFO"

export const kiteOrderOf = (row: KiteOrderRow, instruments: BrokerInstruments): BrokerOrder => {
  const limitPrice = priceFromRupees(row.price)
  const triggerPrice = priceFromRupees(row.trigger_price)
  const reason = row.status_message ?? row.status_message_raw
  return {
    orderId: row.order_id,
    ...(row.exchange_order_id == null ? {} : { exchangeOrderId: row.exchange_order_id }),
    ...(row.parent_order_id == null ? {} : { parentId: row.parent_order_id }),
    ...(row.tag == null ? {} : { tag: row.tag }),
    symbol: symbolOf(instruments, row.exchange, row.tradingsymbol),
    side: row.transaction_type === "BUY" ? "buy" : "sell",
    type: types[row.order_type] ?? "limit",
    product: productOf(row.product),
    validity: row.validity === "IOC" ? "IOC" : "DAY",
    quantity: row.quantity,
    filled: row.filled_quantity,
    averagePrice: row.average_price * 100,
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    // What the ticker calls UPDATE of a filled order is followed by COMPLETE.
    status: statuses[row.status] ?? "unknown",
    waiting: row.status === "TRIGGER PENDING",
    brokerStatus: row.status,
    ...(reason == null || reason === "" ? {} : { reason }),
    changedAt: parseIst(row.exchange_update_timestamp ?? row.order_timestamp ?? "") ?? 0
  }
}

export const KiteTradeRow = Schema.Struct({
  trade_id: Schema.NonEmptyString,
  order_id: Schema.NonEmptyString,
  exchange: Schema.String,
  tradingsymbol: Schema.String,
  product: Schema.String,
  average_price: Schema.Finite,
  quantity: Schema.Int,
  transaction_type: Schema.Literals(["BUY", "SELL"]),
  fill_timestamp: Schema.NullOr(Schema.String)
})

export const kiteTradeOf = (row: typeof KiteTradeRow.Type, instruments: BrokerInstruments): BrokerTrade => ({
  tradeId: row.trade_id,
  orderId: row.order_id,
  symbol: symbolOf(instruments, row.exchange, row.tradingsymbol),
  side: row.transaction_type === "BUY" ? "buy" : "sell",
  product: productOf(row.product),
  quantity: row.quantity,
  price: paiseFromRupees(row.average_price),
  at: parseIst(row.fill_timestamp ?? "") ?? 0
})
