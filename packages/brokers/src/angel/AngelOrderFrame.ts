/**
 * Text frames of Angel's order status socket. Field names are Angel's; numbers may come as text. The order's state is
 * `orderData.orderstatus`; the `ABnn` code contradicts it at times, even in Angel's own sample, and only stands in for
 * a state that is missing.
 */
import * as Schema from "effect/Schema"
import { parseJsonFrame } from "../wire/parseJsonFrame.ts"
import { Amount, Text } from "./angelFields.ts"

export const AngelOrderData = Schema.Struct({
  orderid: Schema.NonEmptyString,
  exchangeorderid: Schema.optionalKey(Text),
  parentorderid: Schema.optionalKey(Text),
  orderstatus: Schema.optionalKey(Text),
  status: Schema.optionalKey(Text),
  text: Schema.optionalKey(Text),
  variety: Schema.optionalKey(Text),
  exchange: Schema.String,
  tradingsymbol: Schema.String,
  symboltoken: Schema.String,
  ordertype: Schema.String,
  producttype: Schema.String,
  transactiontype: Schema.Literals(["BUY", "SELL"]),
  duration: Schema.optionalKey(Text),
  price: Amount,
  triggerprice: Schema.optionalKey(Amount),
  quantity: Amount,
  averageprice: Amount,
  filledshares: Amount,
  unfilledshares: Schema.optionalKey(Amount),
  cancelsize: Schema.optionalKey(Amount),
  ordertag: Schema.optionalKey(Text),
  updatetime: Schema.optionalKey(Text),
  exchtime: Schema.optionalKey(Text),
  exchorderupdatetime: Schema.optionalKey(Text)
})
export type AngelOrderData = typeof AngelOrderData.Type

const Head = Schema.Struct({
  "user-id": Schema.optionalKey(Schema.String),
  "status-code": Schema.optionalKey(Schema.String),
  "order-status": Schema.String,
  "error-message": Schema.optionalKey(Text),
  orderData: Schema.optionalKey(Schema.Unknown)
})
const Update = Schema.Struct({ "order-status": Schema.String, orderData: AngelOrderData })

const head = parseJsonFrame("Angel order", Head)
const update = parseJsonFrame("Angel order", Update)

export type AngelOrderFrame =
  | { readonly type: "connected" }
  | { readonly type: "order"; readonly code: string; readonly data: AngelOrderData }

/** Code of the first frame of a connection, whose order is empty. */
const CONNECTED = "AB00"

export const parseAngelOrder = (text: string) => {
  const frame = head(text)
  if (!("order-status" in frame)) return frame
  if (frame["order-status"] === CONNECTED && !hasOrder(frame.orderData)) return { type: "connected" as const }
  const order = update(text)
  if (!("orderData" in order)) return order
  return { type: "order" as const, code: order["order-status"], data: order.orderData }
}

const hasOrder = (data: unknown): boolean =>
  typeof data === "object" && data !== null && "orderid" in data && data.orderid !== "" && data.orderid !== null
