/** Orders at Kite: placing, changing, cancelling, and the books. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerOrders } from "../port/BrokerAccount.ts"
import { marketOf } from "../port/BrokerInstruments.ts"
import type { NewOrder } from "../port/BrokerOrder.ts"
import type { KiteLine } from "./kiteLine.ts"
import { kiteOrderOf, kiteProduct, kiteTradeOf, KiteTradeRow, kiteType } from "./kiteOrderOf.ts"
import { KiteOrderRow } from "./KiteTextFrame.ts"

const Placed = Schema.Struct({
  order_id: Schema.NonEmptyString,
  children: Schema.optionalKey(Schema.Array(Schema.Struct({ order_id: Schema.optionalKey(Schema.String) })))
})
const Changed = Schema.Struct({ order_id: Schema.NonEmptyString })

const parametersOf = (order: NewOrder) => ({
  order_type: kiteType[order.type],
  quantity: order.quantity,
  validity: order.validity,
  ...(order.limitPrice === undefined ? {} : { price: order.limitPrice / 100 }),
  ...(order.triggerPrice === undefined ? {} : { trigger_price: order.triggerPrice / 100 }),
  // Unprotected market orders of algorithms are barred; -1 lets Kite choose the protection.
  ...(order.type === "market" || order.type === "stop" ? { market_protection: -1 } : {})
})

export const kiteOrders = ({ change, known, read, settings }: KiteLine): BrokerOrders => ({
  place: (order) =>
    Effect.gen(function*() {
      const of = yield* known(order.symbol, "place order")
      const placed = yield* change("place order", Placed, (sdk) =>
        sdk.placeOrder("regular", {
          // The SDK passes on what it does not know.
          ...(settings.algo === undefined ? {} : { algo_id: settings.algo }),
          exchange: marketOf(of.instrument),
          tradingsymbol: of.tradingSymbol,
          transaction_type: order.side === "buy" ? "BUY" : "SELL",
          product: kiteProduct[order.product],
          tag: order.tag,
          ...parametersOf(order)
        }), order.tag)
      const children = (placed.children ?? []).flatMap(({ order_id: id }) => id === undefined ? [] : [id])
      return [placed.order_id, ...children]
    }),
  modify: ({ order, orderId }) =>
    Effect.asVoid(
      change("modify order", Changed, (sdk) => sdk.modifyOrder("regular", orderId, parametersOf(order)), order.tag)
    ),
  cancel: (orderId) => Effect.asVoid(change("cancel order", Changed, (sdk) => sdk.cancelOrder("regular", orderId))),
  book: Effect.map(
    read("read the order book", Schema.Array(KiteOrderRow), (sdk) => sdk.getOrders()),
    (rows) => rows.map((row) => kiteOrderOf(row, settings.instruments))
  ),
  trades: Effect.map(
    read("read the trades", Schema.Array(KiteTradeRow), (sdk) => sdk.getTrades()),
    (rows) => rows.map((row) => kiteTradeOf(row, settings.instruments))
  )
})
