/** Kite's GTT orders: one trigger, or two of which one cancels the other. */
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerGtt } from "../port/BrokerAccount.ts"
import { marketOf } from "../port/BrokerInstruments.ts"
import type { GttOrder, GttStatus } from "../port/GttOrder.ts"
import type { KiteLine } from "./kiteLine.ts"
import { kiteProduct, productOf, symbolOf } from "./kiteOrderOf.ts"

const GttRow = Schema.Struct({
  id: Schema.Int,
  status: Schema.String,
  condition: Schema.Struct({
    exchange: Schema.String,
    tradingsymbol: Schema.String,
    trigger_values: Schema.Array(Schema.Finite)
  }),
  orders: Schema.Array(Schema.Struct({
    transaction_type: Schema.Literals(["BUY", "SELL"]),
    quantity: Schema.Int,
    product: Schema.String,
    price: Schema.Finite
  }))
})

/** Kite counts them with everything that is no order. */
const KIND = "reads"

const statuses: Readonly<Record<string, GttStatus>> = {
  active: "active",
  triggered: "triggered",
  disabled: "cancelled",
  expired: "expired",
  cancelled: "cancelled",
  deleted: "cancelled",
  rejected: "rejected"
}

export const kiteGtt = ({ change, known, read, settings: { instruments } }: KiteLine): BrokerGtt => ({
  place: (order) =>
    Effect.gen(function*() {
      const of = yield* known(order.symbol, "place GTT")
      const { trigger_id: id } = yield* change(
        "place GTT",
        Schema.Struct({ trigger_id: Schema.Int }),
        (sdk) =>
          sdk.placeGTT({
            trigger_type: order.legs.length === 1 ? "single" : "two-leg",
            exchange: marketOf(of.instrument),
            tradingsymbol: of.tradingSymbol,
            trigger_values: order.legs.map(({ triggerPrice }) => triggerPrice / 100),
            last_price: order.lastPrice / 100,
            orders: order.legs.map(({ limitPrice }) => ({
              transaction_type: order.side === "buy" ? "BUY" : "SELL",
              quantity: order.quantity,
              product: kiteProduct[order.product],
              order_type: "LIMIT",
              price: limitPrice / 100
            }))
          }),
        undefined,
        KIND
      )
      return String(id)
    }),
  cancel: (id) => Effect.asVoid(change("cancel GTT", Schema.Unknown, (sdk) => sdk.deleteGTT(id), undefined, KIND)),
  list: Effect.map(
    read("read GTTs", Schema.Array(GttRow), (sdk) => sdk.getGTTs()),
    (rows) =>
      rows.flatMap((row): ReadonlyArray<GttOrder> => {
        const [first] = row.orders
        if (first === undefined) return []
        return [{
          id: String(row.id),
          symbol: symbolOf(instruments, row.condition.exchange, row.condition.tradingsymbol),
          side: first.transaction_type === "BUY" ? "buy" : "sell",
          quantity: first.quantity,
          product: productOf(first.product),
          legs: row.orders.map((order, i) => ({
            triggerPrice: paiseFromRupees(row.condition.trigger_values[i] ?? 0),
            limitPrice: paiseFromRupees(order.price)
          })),
          status: statuses[row.status] ?? "unknown",
          brokerStatus: row.status
        }]
      })
  )
})
