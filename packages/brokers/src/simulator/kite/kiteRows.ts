/** Rows of Kite's books, as its REST and its ticker write them: rupees, and times in IST without a zone. */
import { formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import { marketOf } from "../../port/BrokerInstruments.ts"
import { inRupees } from "../../wire/rupees.ts"
import { averagePrice, netQuantity, realised } from "../exchange/SimAccount.ts"
import type { SimGtt, SimHolding, SimOrder, SimPosition, SimTrade } from "../exchange/SimOrder.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { kiteSymbol, kiteToken } from "./kiteSymbols.ts"

export const timestamp = (at: number): string => `${formatIstDate(at)} ${formatIstTime(at)}`

const products: Readonly<Record<Product, string>> = { intraday: "MIS", delivery: "CNC", carry: "NRML" }
export const productOf = (text: string | undefined): Product | undefined =>
  text === "MIS" ? "intraday" : text === "CNC" ? "delivery" : text === "NRML" ? "carry" : undefined

const types: Readonly<Record<OrderType, string>> = {
  market: "MARKET",
  limit: "LIMIT",
  stop: "SL-M",
  "stop-limit": "SL"
}
export const typeOf = (text: string | undefined): OrderType | undefined =>
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
  received: "PUT ORDER REQ RECEIVED",
  open: "OPEN",
  waiting: "TRIGGER PENDING",
  complete: "COMPLETE",
  cancelled: "CANCELLED",
  rejected: "REJECTED",
  strange: "AWAITING SETTLEMENT"
}

const userOf = (account: string): string => account.slice(account.indexOf("|") + 1)

/** `status` when it is another than the order's own: `UPDATE`, `OPEN PENDING`. */
export const orderRow = (order: Readonly<SimOrder>, status = statuses[order.status]): object => ({
  placed_by: userOf(order.account),
  order_id: order.orderId,
  exchange_order_id: order.status === "received" ? null : order.exchangeOrderId,
  parent_order_id: order.parentId ?? null,
  status,
  status_message: order.message ?? null,
  status_message_raw: order.message ?? null,
  order_timestamp: timestamp(order.receivedAt),
  exchange_update_timestamp: timestamp(order.changedAt),
  exchange_timestamp: order.status === "received" ? null : timestamp(order.changedAt),
  variety: "regular",
  modified: order.modifications > 0,
  exchange: marketOf(order.of.instrument),
  tradingsymbol: kiteSymbol(order.of),
  instrument_token: kiteToken(order.of),
  order_type: types[order.type],
  transaction_type: order.side === "buy" ? "BUY" : "SELL",
  validity: order.validity,
  product: products[order.product],
  quantity: order.quantity,
  disclosed_quantity: 0,
  price: inRupees(order.limitPrice),
  trigger_price: inRupees(order.triggerPrice),
  average_price: order.averagePrice / 100,
  filled_quantity: order.filled,
  pending_quantity: order.status === "cancelled" || order.status === "rejected" ? 0 : order.quantity - order.filled,
  cancelled_quantity: order.status === "cancelled" ? order.quantity - order.filled : 0,
  market_protection: 0,
  meta: {},
  tag: order.tag ?? null,
  guid: `01XSIM${order.orderId}`
})

export const tradeRow = ({ at, order, price, quantity, tradeId }: SimTrade): object => ({
  trade_id: tradeId,
  order_id: order.orderId,
  exchange: marketOf(order.of.instrument),
  tradingsymbol: kiteSymbol(order.of),
  instrument_token: kiteToken(order.of),
  product: products[order.product],
  average_price: inRupees(price),
  quantity,
  exchange_order_id: order.exchangeOrderId,
  transaction_type: order.side === "buy" ? "BUY" : "SELL",
  fill_timestamp: timestamp(at),
  order_timestamp: formatIstTime(order.receivedAt),
  exchange_timestamp: timestamp(at)
})

export const positionRow = (position: SimPosition, { previousClose, price }: SimQuote): object => ({
  tradingsymbol: kiteSymbol(position.of),
  exchange: marketOf(position.of.instrument),
  instrument_token: kiteToken(position.of),
  product: products[position.product],
  quantity: netQuantity(position),
  overnight_quantity: 0,
  multiplier: 1,
  average_price: averagePrice(position) / 100,
  close_price: inRupees(previousClose),
  last_price: inRupees(price),
  value: (position.sellValue - position.buyValue) / 100,
  pnl: (position.sellValue - position.buyValue + netQuantity(position) * price) / 100,
  m2m: (position.sellValue - position.buyValue + netQuantity(position) * price) / 100,
  unrealised: 0,
  realised: realised(position) / 100,
  buy_quantity: position.buyQuantity,
  buy_price: position.buyQuantity === 0 ? 0 : position.buyValue / position.buyQuantity / 100,
  buy_value: position.buyValue / 100,
  sell_quantity: position.sellQuantity,
  sell_price: position.sellQuantity === 0 ? 0 : position.sellValue / position.sellQuantity / 100,
  sell_value: position.sellValue / 100
})

export const holdingRow = (holding: SimHolding, { previousClose, price }: SimQuote): object => ({
  tradingsymbol: kiteSymbol(holding.of),
  exchange: marketOf(holding.of.instrument),
  instrument_token: kiteToken(holding.of),
  isin: holding.of.isin ?? "",
  product: "CNC",
  quantity: holding.quantity,
  used_quantity: 0,
  t1_quantity: 0,
  realised_quantity: holding.quantity,
  opening_quantity: holding.quantity,
  average_price: inRupees(holding.averagePrice),
  last_price: inRupees(price),
  close_price: inRupees(previousClose),
  pnl: holding.quantity * (price - holding.averagePrice) / 100
})

export const quoteRow = (of: Parameters<typeof kiteToken>[0], quote: SimQuote): object => ({
  instrument_token: kiteToken(of),
  timestamp: timestamp(quote.at),
  last_trade_time: timestamp(quote.at),
  last_price: inRupees(quote.price),
  last_quantity: quote.lastQuantity,
  average_price: inRupees(quote.averagePrice),
  volume: quote.volume,
  buy_quantity: quote.bidQuantity * 40,
  sell_quantity: quote.askQuantity * 40,
  ohlc: {
    open: inRupees(quote.open),
    high: inRupees(quote.high),
    low: inRupees(quote.low),
    close: inRupees(quote.previousClose)
  },
  net_change: 0,
  lower_circuit_limit: inRupees(quote.lowerCircuit),
  upper_circuit_limit: inRupees(quote.upperCircuit),
  oi: quote.openInterest,
  oi_day_high: quote.openInterest,
  oi_day_low: quote.openInterest,
  depth: {
    buy: quote.bid > 0 ? [{ price: inRupees(quote.bid), quantity: quote.bidQuantity, orders: 1 }] : [],
    sell: quote.ask > 0 ? [{ price: inRupees(quote.ask), quantity: quote.askQuantity, orders: 1 }] : []
  }
})

export const gttRow = (gtt: SimGtt): object => ({
  id: Number(gtt.id),
  user_id: userOf(gtt.account),
  type: gtt.legs.length === 1 ? "single" : "two-leg",
  created_at: timestamp(gtt.createdAt),
  updated_at: timestamp(gtt.changedAt),
  expires_at: timestamp(gtt.createdAt + 365 * 86_400_000),
  status: gtt.status,
  condition: {
    exchange: marketOf(gtt.of.instrument),
    last_price: inRupees(gtt.lastPrice),
    tradingsymbol: kiteSymbol(gtt.of),
    trigger_values: gtt.legs.map(({ triggerPrice }) => inRupees(triggerPrice)),
    instrument_token: kiteToken(gtt.of)
  },
  orders: gtt.legs.map(({ limitPrice }) => ({
    exchange: marketOf(gtt.of.instrument),
    tradingsymbol: kiteSymbol(gtt.of),
    product: products[gtt.product],
    order_type: "LIMIT",
    transaction_type: gtt.side === "buy" ? "BUY" : "SELL",
    quantity: gtt.quantity,
    price: inRupees(limitPrice),
    result: null
  }))
})
