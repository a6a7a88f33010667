/** The simulated exchange's orders, trades, positions and quotes in Fyers' own words, REST and socket. Prices in rupees. */
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import { formatOmsTime } from "../../wire/omsTime.ts"
import { inRupees } from "../../wire/rupees.ts"
import { averagePrice, netQuantity, realised } from "../exchange/SimAccount.ts"
import type { SimGtt, SimHolding, SimOrder, SimPosition, SimTrade } from "../exchange/SimOrder.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { fyersExchange, fyersSegment, fyersTicker, fyersUnderlying, fyToken } from "./fyersSymbols.ts"

const products: Readonly<Record<Product, string>> = { intraday: "INTRADAY", delivery: "CNC", carry: "MARGIN" }
export const productOf = (text: unknown): Product | undefined =>
  text === "INTRADAY" ? "intraday" : text === "CNC" ? "delivery" : text === "MARGIN" ? "carry" : undefined

const types: Readonly<Record<OrderType, number>> = { limit: 1, market: 2, stop: 3, "stop-limit": 4 }
export const typeOf = (code: unknown): OrderType | undefined =>
  code === 1 ? "limit" : code === 2 ? "market" : code === 3 ? "stop" : code === 4 ? "stop-limit" : undefined

/** As the book has them: cancelled, traded, in transit, rejected, pending. A stop that waits is pending like any other. */
const statuses: Readonly<Record<SimOrder["status"], number>> = {
  received: 4,
  open: 6,
  waiting: 6,
  complete: 2,
  cancelled: 1,
  rejected: 5,
  strange: 8
}

/** As the order management system numbers them, on the socket. */
const omsStatuses: Readonly<Record<SimOrder["status"], number>> = {
  received: 20,
  open: 22,
  waiting: 23,
  complete: 90,
  cancelled: 91,
  rejected: 92,
  strange: 999
}

const messages: Readonly<Record<SimOrder["status"], string>> = {
  received: "TRANSIT",
  open: "PENDING",
  waiting: "TRIGGER PENDING",
  complete: "TRADE CONFIRMED",
  cancelled: "CANCELLED",
  rejected: "REJECTED",
  strange: "AWAITING SETTLEMENT"
}

const userOf = (account: string): string => account.slice(account.indexOf("|") + 1)
const sideOf = (side: "buy" | "sell"): number => side === "buy" ? 1 : -1
const tagOf = (tag: string | undefined): string => tag === undefined ? "2:Untagged" : `1:${tag}`
const rounded = (value: number): number => Math.round(value * 100) / 100
const percent = (change: number, of: number): number => of === 0 ? 0 : rounded(change / of * 100)

export const orderRow = (order: Readonly<SimOrder>, quote: SimQuote): object => {
  const { filled, of, quantity, status } = order
  const change = quote.price - quote.previousClose
  return {
    clientId: userOf(order.account),
    id: order.orderId,
    id_fyers: `fy-${order.orderId}`,
    exchOrdId: status === "received" ? "" : order.exchangeOrderId,
    ...(order.parentId === undefined ? {} : { parentId: order.parentId }),
    qty: quantity,
    remainingQuantity: status === "cancelled" || status === "rejected" ? 0 : quantity - filled,
    filledQty: filled,
    discloseQty: 0,
    disclosedQty: 0,
    dqQtyRem: 0,
    limitPrice: inRupees(order.limitPrice),
    stopPrice: inRupees(order.triggerPrice),
    tradedPrice: order.averagePrice / 100,
    type: types[order.type],
    fyToken: fyToken(of),
    exchange: fyersExchange(of),
    segment: fyersSegment(of),
    symbol: fyersTicker(of),
    instrument: 0,
    message: order.message ?? messages[status],
    offlineOrder: false,
    orderDateTime: formatOmsTime(order.changedAt),
    orderValidity: order.validity,
    productType: products[order.product],
    side: sideOf(order.side),
    status: statuses[status],
    source: "API",
    ex_sym: fyersUnderlying(of),
    description: of.name,
    ch: inRupees(change),
    chp: percent(change, quote.previousClose),
    lp: inRupees(quote.price),
    slNo: 1,
    orderNumStatus: `${order.orderId}:${statuses[status]}`,
    orderTag: tagOf(order.tag),
    takeProfit: 0,
    stopLoss: 0
  }
}

export const tradeRow = ({ at, order, price, quantity, tradeId }: SimTrade): object => ({
  clientId: userOf(order.account),
  orderDateTime: formatOmsTime(at),
  orderNumber: order.orderId,
  exchangeOrderNo: order.exchangeOrderId,
  exchange: fyersExchange(order.of),
  side: sideOf(order.side),
  segment: fyersSegment(order.of),
  orderType: types[order.type],
  fyToken: fyToken(order.of),
  productType: products[order.product],
  tradedQty: quantity,
  tradePrice: inRupees(price),
  tradeValue: rounded(quantity * price / 100),
  tradeNumber: `${order.orderId}-${tradeId}`,
  row: 1,
  symbol: fyersTicker(order.of),
  orderTag: tagOf(order.tag)
})

const per = (value: number, quantity: number): number => quantity === 0 ? 0 : value / quantity / 100

/** Rupees. */
const standing = (position: SimPosition, price: number) => {
  const net = netQuantity(position)
  const average = averagePrice(position)
  return {
    net,
    average: average / 100,
    booked: realised(position) / 100,
    open: net === 0 ? 0 : net * (price - average) / 100
  }
}

export const positionRow = (position: SimPosition, { price }: SimQuote): object => {
  const { buyQuantity, buyValue, of, sellQuantity, sellValue } = position
  const { average, booked, net, open } = standing(position, price)
  return {
    netQty: net,
    qty: Math.abs(net),
    avgPrice: average,
    netAvg: average,
    side: Math.sign(net),
    productType: products[position.product],
    realized_profit: booked,
    unrealized_profit: open,
    pl: booked + open,
    ltp: inRupees(price),
    buyQty: buyQuantity,
    buyAvg: per(buyValue, buyQuantity),
    buyVal: buyValue / 100,
    sellQty: sellQuantity,
    sellAvg: per(sellValue, sellQuantity),
    sellVal: sellValue / 100,
    slNo: 0,
    fyToken: fyToken(of),
    crossCurrency: "N",
    rbiRefRate: 1,
    qtyMulti_com: 1,
    segment: fyersSegment(of),
    symbol: fyersTicker(of),
    id: `${fyersTicker(of)}-${products[position.product]}`,
    cfBuyQty: 0,
    cfSellQty: 0,
    dayBuyQty: buyQuantity,
    daySellQty: sellQuantity,
    exchange: fyersExchange(of)
  }
}

export const holdingRow = (holding: SimHolding, { price }: SimQuote, id: number): object => ({
  id,
  holdingType: "HLD",
  quantity: holding.quantity,
  remainingQuantity: holding.quantity,
  costPrice: inRupees(holding.averagePrice),
  ltp: inRupees(price),
  marketVal: holding.quantity * price / 100,
  pl: holding.quantity * (price - holding.averagePrice) / 100,
  exchange: fyersExchange(holding.of),
  segment: fyersSegment(holding.of),
  fyToken: fyToken(holding.of),
  isin: holding.of.isin ?? "",
  symbol: fyersTicker(holding.of),
  collateralQuantity: 0,
  remainingPledgeQuantity: holding.quantity
})

export const quoteRow = (of: SimInstrument, quote: SimQuote): object => {
  const change = quote.price - quote.previousClose
  return {
    n: fyersTicker(of),
    s: "ok",
    v: {
      ch: inRupees(change),
      chp: percent(change, quote.previousClose),
      lp: inRupees(quote.price),
      spread: inRupees(quote.ask - quote.bid),
      ask: inRupees(quote.ask),
      bid: inRupees(quote.bid),
      open_price: inRupees(quote.open),
      high_price: inRupees(quote.high),
      low_price: inRupees(quote.low),
      prev_close_price: inRupees(quote.previousClose),
      atp: inRupees(quote.averagePrice),
      volume: quote.volume,
      short_name: fyersTicker(of).slice(4),
      exchange: of.instrument.exchange,
      description: fyersTicker(of),
      original_name: fyersTicker(of),
      symbol: fyersTicker(of),
      fyToken: fyToken(of),
      tt: String(Math.floor(quote.at / 1_000))
    }
  }
}

export const gttRow = (gtt: Readonly<SimGtt>, { price }: SimQuote): object => {
  const [first, second] = gtt.legs
  const { of, quantity } = gtt
  return {
    clientId: userOf(gtt.account),
    exchange: fyersExchange(of),
    fy_token: fyToken(of),
    id_fyers: `fy-${gtt.id}`,
    id: gtt.id,
    instrument: 0,
    lot_size: of.instrument.lotSize,
    multiplier: 0,
    ord_status: gtt.status === "active" ? 6 : gtt.status === "triggered" ? 2 : 1,
    precision: 2,
    price_limit: inRupees(first?.limitPrice),
    price2_limit: inRupees(second?.limitPrice),
    price_trigger: inRupees(first?.triggerPrice),
    price2_trigger: inRupees(second?.triggerPrice),
    product_type: products[gtt.product],
    qty: quantity,
    qty2: second === undefined ? 0 : quantity,
    report_type: gtt.status === "active" ? "PLACED" : gtt.status === "triggered" ? "TRIGGERED" : "CANCELLED",
    segment: fyersSegment(of),
    symbol: fyersTicker(of),
    symbol_desc: of.name,
    symbol_exch: fyersUnderlying(of),
    tick_size: inRupees(of.instrument.tickSize),
    tran_side: sideOf(gtt.side),
    gtt_oco_ind: second === undefined ? 1 : 2,
    create_time: formatOmsTime(gtt.createdAt),
    create_time_epoch: Math.floor(gtt.createdAt / 1_000),
    oms_msg: "GTT/OCO order placed successfully.",
    ltp_ch: 0,
    ltp_chp: 0,
    ltp: inRupees(price)
  }
}

/** The socket's own spelling of an order. */
export const orderFrame = (order: Readonly<SimOrder>): object => ({
  s: "ok",
  orders: {
    client_id: userOf(order.account),
    id: order.orderId,
    id_exchange: order.status === "received" ? "" : order.exchangeOrderId,
    id_parent: order.parentId ?? "",
    id_fyers: `fy-${order.orderId}`,
    qty: order.quantity,
    qty_remaining: order.status === "cancelled" || order.status === "rejected" ? 0 : order.quantity - order.filled,
    qty_filled: order.filled,
    price_limit: inRupees(order.limitPrice),
    price_stop: inRupees(order.triggerPrice),
    price_traded: order.averagePrice / 100,
    ord_type: types[order.type],
    fy_token: fyToken(order.of),
    exchange: fyersExchange(order.of),
    segment: fyersSegment(order.of),
    symbol: fyersTicker(order.of),
    instrument: 0,
    oms_msg: order.message ?? messages[order.status],
    offline_flag: false,
    time_oms: formatOmsTime(order.changedAt),
    validity: order.validity,
    product_type: products[order.product],
    tran_side: sideOf(order.side),
    ord_status: omsStatuses[order.status],
    org_ord_status: statuses[order.status],
    status_msg: messages[order.status],
    ord_source: "API",
    symbol_exch: fyersUnderlying(order.of),
    symbol_desc: order.of.name,
    ordertag: tagOf(order.tag)
  }
})

export const tradeFrame = ({ at, order, price, quantity, tradeId }: SimTrade): object => ({
  s: "ok",
  trades: {
    client_id: userOf(order.account),
    id_fill: `${order.orderId}-${tradeId}`,
    id: order.orderId,
    id_exchange: order.exchangeOrderId,
    qty_traded: quantity,
    price_traded: inRupees(price),
    traded_val: rounded(quantity * price / 100),
    product_type: products[order.product],
    exchange: fyersExchange(order.of),
    segment: fyersSegment(order.of),
    symbol: fyersTicker(order.of),
    fy_token: fyToken(order.of),
    tran_side: sideOf(order.side),
    ord_type: types[order.type],
    fill_time: formatOmsTime(at),
    ordertag: tagOf(order.tag)
  }
})

export const positionFrame = (position: SimPosition, { price }: SimQuote): object => {
  const { buyQuantity, buyValue, of, sellQuantity, sellValue } = position
  const { average, booked, net, open } = standing(position, price)
  return {
    s: "ok",
    positions: {
      symbol: fyersTicker(of),
      id: `${fyersTicker(of)}-${products[position.product]}`,
      buy_avg: per(buyValue, buyQuantity),
      buy_qty: buyQuantity,
      buy_val: buyValue / 100,
      sell_avg: per(sellValue, sellQuantity),
      sell_qty: sellQuantity,
      sell_val: sellValue / 100,
      net_avg: average,
      net_qty: net,
      tran_side: Math.sign(net),
      qty: Math.abs(net),
      product_type: products[position.product],
      pl_realized: booked,
      pl_unrealized: open,
      pl_total: booked + open,
      rbirefrate: 1,
      fy_token: fyToken(of),
      exchange: fyersExchange(of),
      segment: fyersSegment(of),
      day_buy_qty: buyQuantity,
      day_sell_qty: sellQuantity,
      cf_buy_qty: 0,
      cf_sell_qty: 0,
      qty_multiplier: 1,
      cross_curr_flag: "N"
    }
  }
}
