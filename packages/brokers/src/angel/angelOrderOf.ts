/** Angel's rows of orders and trades in our vocabulary. */
import { DAY_MS, formatIstDate, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"
import type { BrokerInstruments } from "../port/BrokerInstruments.ts"
import type { BrokerOrder, BrokerTrade } from "../port/BrokerOrder.ts"
import { omsStatus } from "../wire/omsStatus.ts"
import { parseOmsTime } from "../wire/omsTime.ts"
import { Amount, numberOf, paiseOf, priceOf, Text } from "./angelFields.ts"
import { symbolOf } from "./angelInstrument.ts"
import type { AngelOrderData } from "./AngelOrderFrame.ts"

/** For a frame without a status. */
const statusOfCode: Readonly<Record<string, string>> = {
  AB01: "open",
  AB02: "cancelled",
  AB03: "rejected",
  AB04: "modified",
  AB05: "complete",
  AB06: "after market order req received",
  AB07: "cancelled after market order",
  AB08: "modify after market order req received",
  AB09: "open pending",
  AB10: "trigger pending",
  AB11: "modify pending"
}

export const angelType: Readonly<Record<OrderType, string>> = {
  market: "MARKET",
  limit: "LIMIT",
  "stop-limit": "STOPLOSS_LIMIT",
  stop: "STOPLOSS_MARKET"
}
const types: Readonly<Record<string, OrderType>> = Object.fromEntries(
  // Keys of a record by order type are order types.
  (Object.keys(angelType) as Array<OrderType>).map((type) => [angelType[type], type])
)

/** Stops are of a variety of their own, which changes and cancellations must name again. */
export const angelVariety = (type: OrderType): string =>
  type === "stop" || type === "stop-limit" ? "STOPLOSS" : "NORMAL"

export const angelProduct: Readonly<Record<Product, string>> = {
  intraday: "INTRADAY",
  delivery: "DELIVERY",
  carry: "CARRYFORWARD"
}

/** `BO` ends with the day; `MARGIN` is delivery on credit, or what carries over of a contract. */
export const productOf = (text: string, exchange: string): Product =>
  text === "INTRADAY" || text === "BO" ? "intraday" : exchange === "NSE" || exchange === "BSE" ? "delivery" : "carry"

const firstOf = (...texts: ReadonlyArray<string | null | undefined>): string =>
  texts.find((text) => text != null && text !== "") ?? ""

/** `code`: of the frame that the row came in, for a row without a status. */
export const angelOrderOf = (row: AngelOrderData, instruments: BrokerInstruments, code = ""): BrokerOrder => {
  const limitPrice = priceOf(row.price)
  const triggerPrice = priceOf(row.triggerprice)
  const status = firstOf(row.orderstatus, row.status, statusOfCode[code]).toLowerCase()
  return {
    orderId: row.orderid,
    ...(firstOf(row.exchangeorderid) === "" ? {} : { exchangeOrderId: firstOf(row.exchangeorderid) }),
    ...(firstOf(row.parentorderid) === "" ? {} : { parentId: firstOf(row.parentorderid) }),
    ...(firstOf(row.ordertag) === "" ? {} : { tag: firstOf(row.ordertag) }),
    symbol: symbolOf(instruments, row),
    side: row.transactiontype === "BUY" ? "buy" : "sell",
    type: types[row.ordertype] ?? "limit",
    product: productOf(row.producttype, row.exchange),
    validity: row.duration === "IOC" ? "IOC" : "DAY",
    quantity: Math.round(numberOf(row.quantity)),
    filled: Math.round(numberOf(row.filledshares)),
    averagePrice: numberOf(row.averageprice) * 100,
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    status: omsStatus(status),
    waiting: status === "trigger pending",
    brokerStatus: status,
    ...(firstOf(row.text) === "" ? {} : { reason: firstOf(row.text) }),
    changedAt: parseOmsTime(firstOf(row.exchorderupdatetime, row.updatetime, row.exchtime)) ?? 0
  }
}

export const AngelTradeRow = Schema.Struct({
  exchange: Schema.String,
  producttype: Schema.String,
  tradingsymbol: Schema.String,
  symboltoken: Schema.optionalKey(Text),
  transactiontype: Schema.Literals(["BUY", "SELL"]),
  fillprice: Amount,
  fillsize: Amount,
  orderid: Schema.NonEmptyString,
  fillid: Schema.NonEmptyString,
  /** `13:27:53`, without a day. */
  filltime: Schema.String
})

/** `now`: the book holds the trades of its day. */
export const angelTradeOf = (
  row: typeof AngelTradeRow.Type,
  instruments: BrokerInstruments,
  now: number
): BrokerTrade => {
  const at = parseIst(`${formatIstDate(now)} ${row.filltime}`) ?? 0
  return {
    tradeId: row.fillid,
    orderId: row.orderid,
    symbol: symbolOf(instruments, row),
    side: row.transactiontype === "BUY" ? "buy" : "sell",
    product: productOf(row.producttype, row.exchange),
    quantity: Math.round(numberOf(row.fillsize)),
    price: paiseOf(row.fillprice),
    // Asked for after midnight, the trades are those of the day before.
    at: at > now + DAY_MS / 2 ? at - DAY_MS : at
  }
}
