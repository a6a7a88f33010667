/** Fyers' rows, of REST and of the order socket, in our vocabulary. */
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import type { OrderType, Product, Side } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"
import type { BrokerInstrument, BrokerInstruments, Market } from "../port/BrokerInstruments.ts"
import type { BrokerOrder, BrokerOrderStatus, BrokerTrade } from "../port/BrokerOrder.ts"
import { parseOmsTime } from "../wire/omsTime.ts"
import { priceFromRupees } from "../wire/rupees.ts"
import type { FyersOrder, FyersTrade } from "./FyersOrderFrame.ts"

const types: Readonly<Record<number, OrderType>> = { 1: "limit", 2: "market", 3: "stop", 4: "stop-limit" }
export const fyersType: Readonly<Record<OrderType, number>> = { limit: 1, market: 2, stop: 3, "stop-limit": 4 }

const products: Readonly<Record<string, Product>> = {
  CNC: "delivery",
  MTF: "delivery",
  INTRADAY: "intraday",
  CO: "intraday",
  BO: "intraday",
  MARGIN: "carry"
}
export const fyersProduct: Readonly<Record<Product, string>> = {
  intraday: "INTRADAY",
  delivery: "CNC",
  carry: "MARGIN"
}
export const productOf = (text: string): Product => products[text] ?? "carry"

export const sideOf = (side: number): Side => side === 1 ? "buy" : "sell"

/** Of the book; 3 is not in use. */
const statuses: Readonly<Record<number, BrokerOrderStatus>> = {
  1: "cancelled",
  2: "complete",
  4: "new",
  5: "rejected",
  6: "open",
  7: "expired"
}

/** Of the order management system, as the official SDK translates them. */
const statusOfCode = (code: number): BrokerOrderStatus => {
  if (code === 11 || code === 12 || code === 20 || code === 21) return "new"
  if (code === 90) return "complete"
  if (code === 91 || code === 73) return "cancelled"
  if (code >= 92 && code <= 94) return "rejected"
  const open = (code >= 22 && code <= 26) || (code >= 51 && code <= 55) || (code >= 61 && code <= 64)
  return open || code === 71 || code === 72 ? "open" : "unknown"
}

/** Exchange and segment, the first four digits of a fyToken. */
const markets: Readonly<Record<string, Market>> = { 1010: "NSE", 1011: "NFO", 1210: "BSE", 1211: "BFO" }

export const ofFyToken = (instruments: BrokerInstruments, token: string): BrokerInstrument | undefined => {
  const market = markets[token.slice(0, 4)]
  return market === undefined ? undefined : instruments.ofToken(market, token)
}

/** By the token where there is one, else by the ticker, which is unique among all markets. */
export const symbolOf = (instruments: BrokerInstruments, token: string | null | undefined, ticker: string): string => {
  const of = token == null || token === ""
    ? Object.values(markets).map((market) => instruments.ofTradingSymbol(market, ticker)).find((each) =>
      each !== undefined
    )
    : ofFyToken(instruments, token)
  return of?.instrument.symbol ?? `?${ticker}`
}

/** `1:TAG` is one that was given; Fyers marks those without one `2:Untagged`. */
const tagOf = (text: string | null | undefined): string | undefined =>
  text != null && text.startsWith("1:") && text.length > 2 ? text.slice(2) : undefined

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

export const FyersOrderRow = Schema.Struct({
  id: Schema.NonEmptyString,
  exchOrdId: Text,
  parentId: Text,
  symbol: Schema.String,
  fyToken: Text,
  qty: Schema.Int,
  filledQty: Schema.Int,
  limitPrice: Schema.Finite,
  stopPrice: Schema.Finite,
  tradedPrice: Schema.Finite,
  type: Schema.Int,
  side: Schema.Literals([1, -1]),
  productType: Schema.String,
  status: Schema.Int,
  message: Text,
  orderDateTime: Text,
  orderValidity: Text,
  orderTag: Text
})
export type FyersOrderRow = typeof FyersOrderRow.Type

export const fyersOrderOf = (row: FyersOrderRow, instruments: BrokerInstruments): BrokerOrder =>
  orderOf(row, statuses[row.status] ?? "unknown", String(row.status), instruments)

/** The socket's row has the book's own status where Fyers is up to date, and always its order system's. */
export const fyersOrderUpdate = (row: FyersOrder, instruments: BrokerInstruments): BrokerOrder => {
  const known = statuses[row.org_ord_status ?? 0]
  return orderOf(
    {
      id: row.id,
      exchOrdId: row.id_exchange ?? null,
      parentId: row.id_parent ?? null,
      symbol: row.symbol,
      fyToken: row.fy_token ?? null,
      qty: row.qty,
      filledQty: row.qty_filled,
      limitPrice: row.price_limit,
      stopPrice: row.price_stop ?? 0,
      tradedPrice: row.price_traded,
      type: row.ord_type,
      side: row.tran_side,
      productType: row.product_type ?? "",
      status: row.org_ord_status ?? row.ord_status,
      message: row.oms_msg ?? row.status_msg ?? null,
      orderDateTime: typeof row.time_oms === "string" ? row.time_oms : null,
      orderValidity: row.validity ?? null,
      orderTag: row.ordertag ?? null
    },
    known ?? statusOfCode(row.ord_status),
    known === undefined ? String(row.ord_status) : String(row.org_ord_status),
    instruments
  )
}

const orderOf = (
  row: FyersOrderRow,
  status: BrokerOrderStatus,
  brokerStatus: string,
  instruments: BrokerInstruments
): BrokerOrder => {
  const limitPrice = priceFromRupees(row.limitPrice)
  const triggerPrice = priceFromRupees(row.stopPrice)
  const tag = tagOf(row.orderTag)
  const type = types[row.type] ?? "limit"
  const ended = status === "cancelled" || status === "rejected" || status === "expired"
  return {
    orderId: row.id,
    ...(row.exchOrdId == null || row.exchOrdId === "" ? {} : { exchangeOrderId: row.exchOrdId }),
    ...(row.parentId == null || row.parentId === "" ? {} : { parentId: row.parentId }),
    ...(tag === undefined ? {} : { tag }),
    symbol: symbolOf(instruments, row.fyToken, row.symbol),
    side: sideOf(row.side),
    type,
    product: productOf(row.productType),
    validity: row.orderValidity === "IOC" ? "IOC" : "DAY",
    quantity: row.qty,
    filled: row.filledQty,
    averagePrice: row.tradedPrice * 100,
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    status,
    // Fyers does not say whether a stop has triggered; with a fill it has.
    waiting: status === "open" && (type === "stop" || type === "stop-limit") && row.filledQty === 0,
    brokerStatus,
    ...(ended && row.message != null && row.message !== "" ? { reason: row.message } : {}),
    changedAt: parseOmsTime(row.orderDateTime) ?? 0
  }
}

export const FyersTradeRow = Schema.Struct({
  tradeNumber: Schema.NonEmptyString,
  orderNumber: Schema.NonEmptyString,
  symbol: Schema.String,
  fyToken: Text,
  productType: Schema.String,
  tradedQty: Schema.Int,
  tradePrice: Schema.Finite,
  side: Schema.Literals([1, -1]),
  orderDateTime: Text
})

export const fyersTradeOf = (row: typeof FyersTradeRow.Type, instruments: BrokerInstruments): BrokerTrade => ({
  tradeId: row.tradeNumber,
  orderId: row.orderNumber,
  symbol: symbolOf(instruments, row.fyToken, row.symbol),
  side: sideOf(row.side),
  product: productOf(row.productType),
  quantity: row.tradedQty,
  price: paiseFromRupees(row.tradePrice),
  at: parseOmsTime(row.orderDateTime) ?? 0
})

export const fyersTradeUpdate = (row: FyersTrade, instruments: BrokerInstruments): BrokerTrade => ({
  tradeId: row.id_fill,
  orderId: row.id,
  symbol: symbolOf(instruments, row.fy_token, row.symbol),
  side: sideOf(row.tran_side),
  product: productOf(row.product_type ?? ""),
  quantity: row.qty_traded,
  price: paiseFromRupees(row.price_traded),
  at: parseOmsTime(row.fill_time) ?? 0
})
