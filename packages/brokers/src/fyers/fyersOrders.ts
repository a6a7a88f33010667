/** Orders at Fyers: placing, changing, cancelling, and the books. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerOrders } from "../port/BrokerAccount.ts"
import type { NewOrder } from "../port/BrokerOrder.ts"
import { inRupees } from "../wire/rupees.ts"
import type { FyersLine } from "./fyersLine.ts"
import { fyersOrderOf, FyersOrderRow, fyersProduct, fyersTradeOf, FyersTradeRow, fyersType } from "./fyersOrderOf.ts"

const Changed = Schema.Struct({ id: Schema.NonEmptyString })
const Book = Schema.Struct({ orderBook: Schema.NullOr(Schema.Array(FyersOrderRow)) })
const Trades = Schema.Struct({ tradeBook: Schema.NullOr(Schema.Array(FyersTradeRow)) })

const parametersOf = (order: NewOrder) => ({
  qty: order.quantity,
  type: fyersType[order.type],
  limitPrice: inRupees(order.type === "market" || order.type === "stop" ? undefined : order.limitPrice),
  stopPrice: inRupees(order.triggerPrice)
})

export const fyersOrders = ({ change, known, read, settings }: FyersLine): BrokerOrders => ({
  place: (order) =>
    Effect.gen(function*() {
      const of = yield* known(order.symbol, "place order")
      const { id } = yield* change(
        "place order",
        Changed,
        (sdk) =>
          sdk.place_order({
            ...parametersOf(order),
            symbol: of.tradingSymbol,
            side: order.side === "buy" ? 1 : -1,
            productType: fyersProduct[order.product],
            disclosedQty: 0,
            validity: order.validity,
            offlineOrder: false,
            stopLoss: 0,
            takeProfit: 0,
            orderTag: order.tag
          }),
        order.tag
      )
      return [id]
    }),
  modify: ({ order, orderId }) =>
    Effect.asVoid(
      change("modify order", Changed, (sdk) => sdk.modify_order({ id: orderId, ...parametersOf(order) }), order.tag)
    ),
  cancel: (orderId) => Effect.asVoid(change("cancel order", Changed, (sdk) => sdk.cancel_order({ id: orderId }))),
  book: Effect.map(
    read("read the order book", Book, (sdk) => sdk.get_orders()),
    ({ orderBook }) => (orderBook ?? []).map((row) => fyersOrderOf(row, settings.instruments))
  ),
  trades: Effect.map(
    read("read the trades", Trades, (sdk) => sdk.get_tradebook()),
    ({ tradeBook }) => (tradeBook ?? []).map((row) => fyersTradeOf(row, settings.instruments))
  )
})
