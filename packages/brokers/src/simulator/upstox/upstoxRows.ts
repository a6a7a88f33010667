/** The simulated exchange's orders, trades, positions and quotes in Upstox's own words. Prices in rupees, times IST. */
import { formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import { inRupees } from "../../wire/rupees.ts"
import { averagePrice, netQuantity, realised } from "../exchange/SimAccount.ts"
import type { SimGtt, SimHolding, SimOrder, SimPosition, SimTrade } from "../exchange/SimOrder.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { upstoxKey, upstoxSegment, upstoxTradingSymbol } from "./upstoxSymbols.ts"

export const timestamp = (at: number): string => `${formatIstDate(at)} ${formatIstTime(at)}`

const products: Readonly<Record<Product, string>> = { intraday: "I", delivery: "D", carry: "D" }
/** `D` is delivery of a share, and what carries over of a contract. */
export const productOf = (text: unknown, { instrument: { kind } }: SimInstrument): Product | undefined =>
  text === "I" ? "intraday" : text === "D" ? kind === "equity" ? "delivery" : "carry" : undefined

const types: Readonly<Record<OrderType, string>> = {
  market: "MARKET",
  limit: "LIMIT",
  stop: "SL-M",
  "stop-limit": "SL"
}
export const typeOf = (text: unknown): OrderType | undefined =>
  text === "MARKET"
    ? "market"
    : text === "LIMIT"
    ? "limit"
    : text === "SL-M"
    ? "stop"
    : text === "SL"
    ? "stop-limit"
    : undefined

const statuses: Readonly<Record<SimOrder["status"], string>> = {
  received: "put order req received",
  open: "open",
  waiting: "trigger pending",
  complete: "complete",
  cancelled: "cancelled",
  rejected: "rejected",
  strange: "awaiting settlement"
}

const exchangeOf = (of: SimInstrument): string =>
  upstoxSegment(of).replace("NSE_FO", "NFO").replace("BSE_FO", "BFO")
    .replace(/_.*/, "")

const userOf = (account: string): string => account.slice(account.indexOf("|") + 1)

export const orderRow = (order: Readonly<SimOrder>): object => ({
  exchange: exchangeOf(order.of),
  product: products[order.product],
  price: inRupees(order.limitPrice),
  quantity: order.quantity,
  status: statuses[order.status],
  guid: null,
  tag: order.tag ?? null,
  instrument_token: upstoxKey(order.of),
  placed_by: userOf(order.account),
  trading_symbol: upstoxTradingSymbol(order.of),
  order_type: types[order.type],
  validity: order.validity,
  trigger_price: inRupees(order.triggerPrice),
  disclosed_quantity: 0,
  transaction_type: order.side === "buy" ? "BUY" : "SELL",
  average_price: order.averagePrice / 100,
  filled_quantity: order.filled,
  pending_quantity: order.status === "cancelled" || order.status === "rejected" ? 0 : order.quantity - order.filled,
  status_message: order.message ?? null,
  status_message_raw: order.message ?? null,
  exchange_order_id: order.status === "received" ? "" : order.exchangeOrderId,
  parent_order_id: order.parentId ?? null,
  order_id: order.orderId,
  variety: "SIMPLE",
  order_timestamp: timestamp(order.changedAt),
  exchange_timestamp: order.status === "received" ? "" : timestamp(order.changedAt),
  is_amo: false,
  order_request_id: "1",
  order_ref_id: order.orderId
})

export const orderUpdate = (order: Readonly<SimOrder>): object => ({
  update_type: "order",
  user_id: userOf(order.account),
  instrument_key: upstoxKey(order.of),
  ...orderRow(order)
})

export const tradeRow = ({ at, order, price, quantity, tradeId }: SimTrade): object => ({
  exchange: exchangeOf(order.of),
  product: products[order.product],
  trading_symbol: upstoxTradingSymbol(order.of),
  instrument_token: upstoxKey(order.of),
  order_type: types[order.type],
  transaction_type: order.side === "buy" ? "BUY" : "SELL",
  quantity,
  exchange_order_id: order.exchangeOrderId,
  order_id: order.orderId,
  exchange_timestamp: timestamp(at),
  average_price: inRupees(price),
  trade_id: tradeId,
  order_ref_id: order.orderId,
  order_timestamp: timestamp(order.receivedAt)
})

export const positionRow = (position: SimPosition, { previousClose, price }: SimQuote): object => ({
  exchange: exchangeOf(position.of),
  multiplier: 1,
  value: (position.sellValue - position.buyValue) / 100,
  pnl: (position.sellValue - position.buyValue + netQuantity(position) * price) / 100,
  product: products[position.product],
  instrument_token: upstoxKey(position.of),
  average_price: averagePrice(position) / 100,
  buy_value: position.buyValue / 100,
  overnight_quantity: 0,
  day_buy_value: position.buyValue / 100,
  day_buy_price: position.buyQuantity === 0 ? 0 : position.buyValue / position.buyQuantity / 100,
  day_buy_quantity: position.buyQuantity,
  overnight_buy_amount: 0,
  overnight_buy_quantity: 0,
  day_sell_value: position.sellValue / 100,
  day_sell_price: position.sellQuantity === 0 ? 0 : position.sellValue / position.sellQuantity / 100,
  day_sell_quantity: position.sellQuantity,
  overnight_sell_amount: 0,
  overnight_sell_quantity: 0,
  quantity: netQuantity(position),
  last_price: inRupees(price),
  unrealised: 0,
  realised: realised(position) / 100,
  sell_value: position.sellValue / 100,
  trading_symbol: upstoxTradingSymbol(position.of),
  tradingsymbol: upstoxTradingSymbol(position.of),
  close_price: inRupees(previousClose),
  buy_price: position.buyQuantity === 0 ? 0 : position.buyValue / position.buyQuantity / 100,
  sell_price: position.sellQuantity === 0 ? 0 : position.sellValue / position.sellQuantity / 100
})

export const holdingRow = (holding: SimHolding, { previousClose, price }: SimQuote): object => ({
  isin: holding.of.isin ?? "",
  cnc_used_quantity: 0,
  collateral_type: "WC",
  company_name: holding.of.name,
  haircut: 0.2,
  product: "D",
  quantity: holding.quantity,
  trading_symbol: upstoxTradingSymbol(holding.of),
  tradingsymbol: upstoxTradingSymbol(holding.of),
  last_price: inRupees(price),
  close_price: inRupees(previousClose),
  pnl: holding.quantity * (price - holding.averagePrice) / 100,
  day_change: 0,
  day_change_percentage: 0,
  instrument_token: upstoxKey(holding.of),
  average_price: inRupees(holding.averagePrice),
  collateral_quantity: 0,
  collateral_update_quantity: 0,
  t1_quantity: 0,
  exchange: "NSE"
})

export const quoteRow = (of: SimInstrument, quote: SimQuote): object => ({
  ohlc: {
    open: inRupees(quote.open),
    high: inRupees(quote.high),
    low: inRupees(quote.low),
    close: inRupees(quote.price)
  },
  depth: {
    buy: quote.bid > 0 ? [{ price: inRupees(quote.bid), quantity: quote.bidQuantity, orders: 1 }] : [],
    sell: quote.ask > 0 ? [{ price: inRupees(quote.ask), quantity: quote.askQuantity, orders: 1 }] : []
  },
  timestamp: `${formatIstDate(quote.at)}T${formatIstTime(quote.at, true)}+05:30`,
  instrument_token: upstoxKey(of),
  symbol: upstoxTradingSymbol(of),
  last_price: inRupees(quote.price),
  volume: quote.volume,
  average_price: inRupees(quote.averagePrice),
  oi: quote.openInterest,
  net_change: inRupees(quote.price - quote.previousClose),
  total_buy_quantity: quote.bidQuantity * 40,
  total_sell_quantity: quote.askQuantity * 40,
  lower_circuit_limit: inRupees(quote.lowerCircuit),
  upper_circuit_limit: inRupees(quote.upperCircuit),
  last_trade_time: String(quote.at),
  oi_day_high: quote.openInterest,
  oi_day_low: quote.openInterest
})

export const gttRow = (gtt: Readonly<SimGtt>): object => ({
  type: "SINGLE",
  exchange: upstoxSegment(gtt.of),
  quantity: gtt.quantity,
  product: products[gtt.product],
  instrument_token: upstoxKey(gtt.of),
  trading_symbol: upstoxTradingSymbol(gtt.of),
  gtt_order_id: `GTT-${gtt.id}`,
  expires_at: (gtt.createdAt + 365 * 86_400_000) * 1_000,
  created_at: gtt.createdAt * 1_000,
  rules: gtt.legs.map(({ triggerPrice }) => ({
    strategy: "ENTRY",
    status: gtt.status === "active" ? "SCHEDULED" : gtt.status === "triggered" ? "TRIGGERED" : "CANCELLED",
    trigger_type: triggerPrice > gtt.lastPrice ? "ABOVE" : "BELOW",
    trigger_price: inRupees(triggerPrice),
    transaction_type: gtt.side === "buy" ? "BUY" : "SELL",
    message: null,
    order_id: gtt.orderId ?? null,
    trailing_gap: null
  }))
})
