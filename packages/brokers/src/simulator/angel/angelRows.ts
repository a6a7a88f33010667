/** The simulated exchange's orders, trades, positions and quotes in Angel's own words: numbers as text here and there. */
import { formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import { angelExpiry } from "../../angel/angelFields.ts"
import { formatOmsTime } from "../../wire/omsTime.ts"
import { inRupees } from "../../wire/rupees.ts"
import { averagePrice, netQuantity, realised } from "../exchange/SimAccount.ts"
import type { SimGtt, SimHolding, SimOrder, SimPosition, SimTrade } from "../exchange/SimOrder.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { SimQuote } from "../market/SimMarket.ts"
import { angelToken, angelTradingSymbol, contractTypeOf, exchangeOf } from "./angelSymbols.ts"

const products: Readonly<Record<Product, string>> = {
  intraday: "INTRADAY",
  delivery: "DELIVERY",
  carry: "CARRYFORWARD"
}

/** Shares are delivered, contracts carried. */
export const productOf = (text: unknown, { instrument: { kind } }: SimInstrument): Product | undefined =>
  text === "INTRADAY"
    ? "intraday"
    : text === "DELIVERY" && kind === "equity"
    ? "delivery"
    : text === "CARRYFORWARD" && kind !== "equity"
    ? "carry"
    : undefined

const types: Readonly<Record<OrderType, string>> = {
  market: "MARKET",
  limit: "LIMIT",
  stop: "STOPLOSS_MARKET",
  "stop-limit": "STOPLOSS_LIMIT"
}
export const typeOf = (text: unknown): OrderType | undefined =>
  text === "MARKET"
    ? "market"
    : text === "LIMIT"
    ? "limit"
    : text === "STOPLOSS_MARKET"
    ? "stop"
    : text === "STOPLOSS_LIMIT"
    ? "stop-limit"
    : undefined

export const varietyOf = (type: OrderType): string => type === "stop" || type === "stop-limit" ? "STOPLOSS" : "NORMAL"

const statuses: Readonly<Record<SimOrder["status"], string>> = {
  received: "open pending",
  open: "open",
  waiting: "trigger pending",
  complete: "complete",
  cancelled: "cancelled",
  rejected: "rejected",
  strange: "awaiting settlement"
}

/** What stands in all rows about an instrument. */
const about = (of: SimInstrument) => ({
  exchange: exchangeOf(of),
  tradingsymbol: angelTradingSymbol(of),
  symboltoken: angelToken(of)
})

/** What orders, trades and positions say of a contract; of a share it is empty. */
const contract = (of: SimInstrument) => ({
  instrumenttype: contractTypeOf(of),
  strikeprice: of.instrument.strike === undefined ? "-1" : String(of.instrument.strike / 100),
  optiontype: of.instrument.right ?? "",
  expirydate: of.instrument.expiry === undefined ? "" : angelExpiry(of.instrument.expiry)
})

const sideOf = (side: "buy" | "sell"): string => side === "buy" ? "BUY" : "SELL"

/** The same for an order always. */
export const uniqueOrderId = (order: Readonly<SimOrder>): string =>
  `00000000-0000-4000-8000-${order.orderId.slice(-12).padStart(12, "0")}`

export const orderRow = (order: Readonly<SimOrder>, status = statuses[order.status]): object => ({
  variety: varietyOf(order.type),
  ordertype: types[order.type],
  producttype: products[order.product],
  duration: order.validity,
  price: inRupees(order.limitPrice),
  triggerprice: inRupees(order.triggerPrice),
  quantity: String(order.quantity),
  disclosedquantity: "0",
  squareoff: 0,
  stoploss: 0,
  trailingstoploss: 0,
  ...about(order.of),
  transactiontype: sideOf(order.side),
  ...contract(order.of),
  lotsize: String(order.of.instrument.lotSize),
  cancelsize: order.status === "cancelled" ? String(order.quantity - order.filled) : "0",
  averageprice: order.averagePrice / 100,
  filledshares: String(order.filled),
  unfilledshares: String(order.quantity - order.filled),
  orderid: order.orderId,
  text: order.message ?? "",
  status,
  orderstatus: status,
  updatetime: formatOmsTime(order.changedAt),
  exchtime: order.status === "received" ? "" : formatOmsTime(order.changedAt),
  exchorderupdatetime: order.status === "received" ? "" : formatOmsTime(order.changedAt),
  fillid: "",
  filltime: "",
  parentorderid: order.parentId ?? "",
  ordertag: order.tag ?? "",
  exchangeorderid: order.status === "received" ? "" : order.exchangeOrderId
})

export const tradeRow = ({ at, order, price, quantity, tradeId }: SimTrade): object => {
  const { exchange, tradingsymbol } = about(order.of)
  return {
    exchange,
    producttype: products[order.product],
    tradingsymbol,
    ...contract(order.of),
    symbolgroup: order.of.instrument.kind === "equity" ? "EQ" : "",
    marketlot: String(order.of.instrument.lotSize),
    precision: "2",
    multiplier: "-1",
    tradevalue: (price * quantity / 100).toFixed(2),
    transactiontype: sideOf(order.side),
    fillprice: inRupees(price).toFixed(2),
    fillsize: String(quantity),
    orderid: order.orderId,
    fillid: tradeId,
    filltime: formatIstTime(at)
  }
}

/** `- 2235.80`, as Angel writes what is negative. */
const spaced = (paise: number): string => `${paise < 0 ? "- " : ""}${(Math.abs(paise) / 100).toFixed(2)}`

export const positionRow = (position: SimPosition, { previousClose, price }: SimQuote): object => {
  const { buyQuantity, buyValue, sellQuantity, sellValue } = position
  const net = netQuantity(position)
  const average = (value: number, quantity: number) => (quantity === 0 ? 0 : value / quantity / 100).toFixed(4)
  return {
    ...about(position.of),
    ...contract(position.of),
    producttype: products[position.product],
    symbolname: position.of.name,
    lotsize: String(position.of.instrument.lotSize),
    buyqty: String(buyQuantity),
    sellqty: String(sellQuantity),
    buyamount: (buyValue / 100).toFixed(2),
    sellamount: (sellValue / 100).toFixed(2),
    cfbuyqty: "0",
    cfsellqty: "0",
    cfbuyamount: "0",
    cfsellamount: "0",
    buyavgprice: average(buyValue, buyQuantity),
    sellavgprice: average(sellValue, sellQuantity),
    avgnetprice: (averagePrice(position) / 100).toFixed(4),
    netvalue: spaced(sellValue - buyValue),
    netqty: String(net),
    totalbuyvalue: (buyValue / 100).toFixed(2),
    totalsellvalue: (sellValue / 100).toFixed(2),
    totalbuyavgprice: average(buyValue, buyQuantity),
    totalsellavgprice: average(sellValue, sellQuantity),
    netprice: (averagePrice(position) / 100).toFixed(4),
    realised: (realised(position) / 100).toFixed(2),
    unrealised: spaced(sellValue - buyValue + net * price - realised(position)),
    pnl: spaced(sellValue - buyValue + net * price),
    ltp: inRupees(price).toFixed(2),
    close: inRupees(previousClose).toFixed(2)
  }
}

export const holdingRow = (holding: SimHolding, { previousClose, price }: SimQuote): object => ({
  ...about(holding.of),
  isin: holding.of.isin ?? "",
  t1quantity: 0,
  realisedquantity: holding.quantity,
  quantity: holding.quantity,
  authorisedquantity: 0,
  product: "DELIVERY",
  collateralquantity: null,
  collateraltype: null,
  haircut: 0,
  averageprice: inRupees(holding.averagePrice),
  ltp: inRupees(price),
  close: inRupees(previousClose),
  profitandloss: holding.quantity * (price - holding.averagePrice) / 100,
  pnlpercentage: Math.round((price / holding.averagePrice - 1) * 10_000) / 100
})

/** `mode`: `LTP`, `OHLC` or `FULL`. */
export const quoteRow = (of: SimInstrument, quote: SimQuote, mode: string): object => {
  const { exchange, symboltoken: symbolToken, tradingsymbol: tradingSymbol } = about(of)
  const ltp = { exchange, tradingSymbol, symbolToken, ltp: inRupees(quote.price) }
  if (mode === "LTP") return ltp
  const ohlc = {
    ...ltp,
    open: inRupees(quote.open),
    high: inRupees(quote.high),
    low: inRupees(quote.low),
    close: inRupees(quote.previousClose)
  }
  if (mode === "OHLC") return ohlc
  const level = (price: number, quantity: number) =>
    quote.bid > 0 ? [{ price: inRupees(price), quantity, orders: 1 }] : []
  const change = quote.price - quote.previousClose
  return {
    ...ohlc,
    lastTradeQty: quote.lastQuantity,
    exchFeedTime: formatOmsTime(quote.at),
    exchTradeTime: formatOmsTime(quote.at),
    netChange: inRupees(change),
    percentChange: Math.round(change / quote.previousClose * 10_000) / 100,
    avgPrice: inRupees(quote.averagePrice),
    tradeVolume: quote.volume,
    opnInterest: quote.openInterest,
    lowerCircuit: inRupees(quote.lowerCircuit),
    upperCircuit: inRupees(quote.upperCircuit),
    totBuyQuan: quote.bidQuantity * 40,
    totSellQuan: quote.askQuantity * 40,
    "52WeekLow": inRupees(Math.round(quote.previousClose * 0.7)),
    "52WeekHigh": inRupees(Math.round(quote.previousClose * 1.3)),
    depth: { buy: level(quote.bid, quote.bidQuantity), sell: level(quote.ask, quote.askQuantity) }
  }
}

/** A row of the file that lists all instruments. */
export const masterRow = (of: SimInstrument): object => {
  const { expiry, kind, lotSize, strike, symbol, tickSize } = of.instrument
  return {
    token: angelToken(of),
    symbol: angelTradingSymbol(of),
    name: kind === "equity" ? symbol.slice(4) : of.name,
    expiry: expiry === undefined ? "" : angelExpiry(expiry),
    strike: `${strike ?? -1}.000000`,
    lotsize: String(lotSize),
    instrumenttype: kind === "index" ? "AMXIDX" : contractTypeOf(of),
    exch_seg: exchangeOf(of),
    tick_size: `${tickSize}.000000`
  }
}

export const gttRow = (gtt: Readonly<SimGtt>) => ({
  ...about(gtt.of),
  clientid: gtt.account.slice(gtt.account.indexOf("|") + 1),
  createddate: formatOmsTime(gtt.createdAt),
  updateddate: formatOmsTime(gtt.changedAt),
  expirydate: formatOmsTime(gtt.createdAt + 365 * 86_400_000),
  id: gtt.id,
  producttype: products[gtt.product],
  transactiontype: sideOf(gtt.side),
  qty: gtt.quantity,
  price: inRupees(gtt.legs[0]?.limitPrice),
  triggerprice: inRupees(gtt.legs[0]?.triggerPrice),
  status: gtt.status === "active" ? "NEW" : gtt.status === "triggered" ? "SENTTOEXCHANGE" : "CANCELLED"
})
