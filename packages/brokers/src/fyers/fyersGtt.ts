/** Fyers' GTT orders: one trigger, or two of which one cancels the other; not intraday. */
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerGtt } from "../port/BrokerAccount.ts"
import type { GttLeg, GttOrder, GttStatus } from "../port/GttOrder.ts"
import type { FyersLine } from "./fyersLine.ts"
import { fyersProduct, productOf, sideOf, symbolOf } from "./fyersOrderOf.ts"

const Changed = Schema.Struct({ id: Schema.NonEmptyString })
const GttRow = Schema.Struct({
  id: Schema.NonEmptyString,
  symbol: Schema.String,
  fy_token: Schema.optionalKey(Schema.NullOr(Schema.String)),
  product_type: Schema.String,
  tran_side: Schema.Literals([1, -1]),
  qty: Schema.Int,
  price_limit: Schema.Finite,
  price_trigger: Schema.Finite,
  price2_limit: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  price2_trigger: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  /** 2 when one of two legs cancels the other. */
  gtt_oco_ind: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  ord_status: Schema.Int
})
const Gtts = Schema.Struct({ orderBook: Schema.NullOr(Schema.Array(GttRow)) })

const OCO = 2

const statuses: Readonly<Record<number, GttStatus>> = {
  1: "cancelled",
  2: "triggered",
  4: "active",
  5: "rejected",
  6: "active",
  7: "expired"
}

const legsOf = (row: typeof GttRow.Type): ReadonlyArray<GttLeg> => {
  const first = { triggerPrice: paiseFromRupees(row.price_trigger), limitPrice: paiseFromRupees(row.price_limit) }
  return row.gtt_oco_ind === OCO
    ? [first, {
      triggerPrice: paiseFromRupees(row.price2_trigger ?? 0),
      limitPrice: paiseFromRupees(row.price2_limit ?? 0)
    }]
    : [first]
}

export const fyersGtt = ({ change, known, read, refuse, settings }: FyersLine): BrokerGtt => ({
  place: (order) =>
    Effect.gen(function*() {
      const of = yield* known(order.symbol, "place GTT")
      if (order.product === "intraday") {
        return yield* refuse(
          "place GTT",
          "gtt",
          "a GTT order of Fyers is for delivery or carried over",
          "Give another product"
        )
      }
      // Of two legs the first is the one above the market.
      const legs = [...order.legs].sort((a, b) => b.triggerPrice - a.triggerPrice)
      const { id } = yield* change("place GTT", Changed, (sdk) =>
        sdk.place_gtt_order({
          side: order.side === "buy" ? 1 : -1,
          symbol: of.tradingSymbol,
          productType: fyersProduct[order.product],
          orderInfo: Object.fromEntries(legs.map((leg, i) => [
            `leg${i + 1}`,
            { price: leg.limitPrice / 100, triggerPrice: leg.triggerPrice / 100, qty: order.quantity }
          ]))
        }))
      return id
    }),
  cancel: (id) => Effect.asVoid(change("cancel GTT", Changed, (sdk) => sdk.gtt_cancel_order({ id }))),
  list: Effect.map(
    read("read GTTs", Gtts, (sdk) => sdk.get_gtt_orders()),
    ({ orderBook }) =>
      (orderBook ?? []).map((row): GttOrder => ({
        id: row.id,
        symbol: symbolOf(settings.instruments, row.fy_token, row.symbol),
        side: sideOf(row.tran_side),
        quantity: row.qty,
        product: productOf(row.product_type),
        legs: legsOf(row),
        status: statuses[row.ord_status] ?? "unknown",
        brokerStatus: String(row.ord_status)
      }))
  )
})
