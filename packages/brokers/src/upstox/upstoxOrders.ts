/** Orders at Upstox: placing, changing, cancelling, and the books. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerOrders } from "../port/BrokerAccount.ts"
import type { NewOrder } from "../port/BrokerOrder.ts"
import { API_VERSION } from "./upstoxCall.ts"
import type { UpstoxLine } from "./upstoxLine.ts"
import {
  upstoxOrderOf,
  UpstoxOrderRow,
  upstoxProduct,
  upstoxTradeOf,
  UpstoxTradeRow,
  upstoxType
} from "./upstoxOrderOf.ts"

const Placed = Schema.Struct({ order_ids: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)) })
const Changed = Schema.Struct({ order_id: Schema.NonEmptyString })

const parametersOf = (order: NewOrder) => ({
  quantity: order.quantity,
  validity: order.validity,
  orderType: upstoxType[order.type],
  price: (order.limitPrice ?? 0) / 100,
  triggerPrice: (order.triggerPrice ?? 0) / 100,
  disclosedQuantity: 0,
  // Unprotected market orders of algorithms are barred; -1 lets Upstox choose the protection.
  ...(order.type === "market" || order.type === "stop" ? { marketProtection: -1 } : {})
})

export const upstoxOrders = ({ change, known, read, settings }: UpstoxLine): BrokerOrders => ({
  place: (order) =>
    Effect.gen(function*() {
      const of = yield* known(order.symbol, "place order")
      const { order_ids: ids } = yield* change("place order", Placed, (sdk, callback) =>
        sdk.orders.placeOrder(
          {
            ...parametersOf(order),
            instrumentToken: of.token,
            transactionType: order.side === "buy" ? "BUY" : "SELL",
            product: upstoxProduct[order.product],
            tag: order.tag,
            isAmo: false
          },
          {},
          callback,
          settings.algo
        ), order.tag)
      return ids
    }),
  modify: ({ order, orderId }) =>
    Effect.asVoid(
      change("modify order", Changed, (sdk, callback) =>
        sdk.orders.modifyOrder({ ...parametersOf(order), orderId }, callback, settings.algo), order.tag)
    ),
  cancel: (orderId) =>
    Effect.asVoid(
      change("cancel order", Changed, (sdk, callback) => sdk.orders.cancelOrder(orderId, callback, settings.algo))
    ),
  book: Effect.map(
    read(
      "read the order book",
      Schema.NullOr(Schema.Array(UpstoxOrderRow)),
      (sdk, callback) => sdk.book.getOrderBook(API_VERSION, callback)
    ),
    (rows) => (rows ?? []).map((row) => upstoxOrderOf(row, settings.instruments))
  ),
  trades: Effect.map(
    read(
      "read the trades",
      Schema.NullOr(Schema.Array(UpstoxTradeRow)),
      (sdk, callback) => sdk.book.getTradeHistory(API_VERSION, callback)
    ),
    (rows) => (rows ?? []).map((row) => upstoxTradeOf(row, settings.instruments))
  )
})
