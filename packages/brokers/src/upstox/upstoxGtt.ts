/** Upstox's GTT orders: one trigger each, and placed at it. */
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerGtt } from "../port/BrokerAccount.ts"
import type { GttOrder, GttStatus } from "../port/GttOrder.ts"
import type { UpstoxLine } from "./upstoxLine.ts"
import { productOf, symbolOf, upstoxProduct } from "./upstoxOrderOf.ts"

const Changed = Schema.Struct({
  gtt_order_ids: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1))
})
const GttRow = Schema.Struct({
  gtt_order_id: Schema.NonEmptyString,
  quantity: Schema.Int,
  product: Schema.String,
  instrument_token: Schema.String,
  rules: Schema.Array(Schema.Struct({
    status: Schema.String,
    trigger_price: Schema.Finite,
    transaction_type: Schema.Literals(["BUY", "SELL"])
  }))
})
const statuses: Readonly<Record<string, GttStatus>> = {
  SCHEDULED: "active",
  PENDING: "active",
  OPEN: "active",
  TRIGGERED: "triggered",
  COMPLETED: "triggered",
  CANCELLED: "cancelled",
  INACTIVE: "cancelled",
  EXPIRED: "expired",
  FAILED: "rejected"
}

export const upstoxGtt = ({ change, known, read, refuse, settings }: UpstoxLine): BrokerGtt => ({
  place: (order) =>
    Effect.gen(function*() {
      const of = yield* known(order.symbol, "place GTT")
      const [leg, second] = order.legs
      if (leg === undefined || second !== undefined || leg.limitPrice !== leg.triggerPrice) {
        return yield* refuse(
          "place GTT",
          "gtt",
          "a GTT order of Upstox has one trigger and is placed at it",
          "Give one leg whose limit is its trigger"
        )
      }
      const { gtt_order_ids: [id = ""] } = yield* change("place GTT", Changed, (sdk, callback) =>
        sdk.orders.placeGTTOrder(
          {
            type: "SINGLE",
            quantity: order.quantity,
            product: upstoxProduct[order.product],
            instrumentToken: of.token,
            transactionType: order.side === "buy" ? "BUY" : "SELL",
            rules: [{
              strategy: "ENTRY",
              triggerType: leg.triggerPrice > order.lastPrice ? "ABOVE" : "BELOW",
              triggerPrice: leg.triggerPrice / 100
            }]
          },
          callback,
          settings.algo
        ))
      return id
    }),
  cancel: (id) =>
    Effect.asVoid(
      change("cancel GTT", Changed, (sdk, callback) =>
        sdk.orders.cancelGTTOrder({ gttOrderId: id }, callback, settings.algo))
    ),
  list: Effect.map(
    read(
      "read GTTs",
      Schema.NullOr(Schema.Array(GttRow)),
      (sdk, callback) => sdk.orders.getGttOrderDetails({}, callback)
    ),
    (rows) =>
      (rows ?? []).flatMap((row): ReadonlyArray<GttOrder> => {
        const [first] = row.rules
        if (first === undefined) return []
        return [{
          id: row.gtt_order_id,
          symbol: symbolOf(settings.instruments, row.instrument_token),
          side: first.transaction_type === "BUY" ? "buy" : "sell",
          quantity: row.quantity,
          product: productOf(row.product, row.instrument_token),
          legs: row.rules.map(({ trigger_price: price }) => ({
            triggerPrice: paiseFromRupees(price),
            limitPrice: paiseFromRupees(price)
          })),
          status: statuses[first.status] ?? "unknown",
          brokerStatus: first.status
        }]
      })
  )
})
