/** Angel's GTT rules: one trigger each, shares only, a year at most. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerGtt } from "../port/BrokerAccount.ts"
import { marketOf } from "../port/BrokerInstruments.ts"
import type { GttOrder, GttStatus } from "../port/GttOrder.ts"
import { Amount, numberOf, paiseOf } from "./angelFields.ts"
import { symbolOf } from "./angelInstrument.ts"
import type { AngelLine } from "./angelLine.ts"
import { angelProduct, productOf } from "./angelOrderOf.ts"

const DAYS = 365
const RULES_A_PAGE = 10
/** A list that never ends is not read for ever. */
const MOST_PAGES = 100

/** A number, or the text of one. */
const Id = Schema.Union([Schema.NonEmptyString, Schema.Int])
const Made = Schema.Struct({ id: Id })
const Rule = Schema.Struct({
  id: Id,
  exchange: Schema.String,
  symboltoken: Schema.String,
  tradingsymbol: Schema.String,
  producttype: Schema.String,
  transactiontype: Schema.Literals(["BUY", "SELL"]),
  qty: Amount,
  price: Amount,
  triggerprice: Amount,
  status: Schema.String
})
type Rule = typeof Rule.Type
const Place = Schema.Struct({ exchange: Schema.String, symboltoken: Schema.String })

const statuses: Readonly<Record<string, GttStatus>> = {
  NEW: "active",
  ACTIVE: "active",
  SENTTOEXCHANGE: "triggered",
  CANCELLED: "cancelled"
}

const gttOf = ({ settings: { instruments } }: AngelLine, row: Rule): GttOrder => ({
  id: String(row.id),
  symbol: symbolOf(instruments, row),
  side: row.transactiontype === "BUY" ? "buy" : "sell",
  quantity: Math.round(numberOf(row.qty)),
  product: productOf(row.producttype, row.exchange),
  legs: [{ triggerPrice: paiseOf(row.triggerprice), limitPrice: paiseOf(row.price) }],
  status: statuses[row.status] ?? "unknown",
  brokerStatus: row.status
})

export const angelGtt = (line: AngelLine): BrokerGtt => {
  const { change, known, read, refuse } = line
  return {
    place: (order) =>
      Effect.gen(function*() {
        const of = yield* known(order.symbol, "place GTT")
        const [leg, second] = order.legs
        if (leg === undefined || second !== undefined || order.product !== "delivery") {
          return yield* refuse(
            "place GTT",
            "gtt",
            "a GTT rule of Angel One has one trigger and is for delivery of shares",
            "Give one leg, and the product delivery"
          )
        }
        const { id } = yield* change("place GTT", Made, (sdk) =>
          sdk.createRule({
            tradingsymbol: of.tradingSymbol,
            symboltoken: of.token,
            exchange: marketOf(of.instrument),
            producttype: angelProduct[order.product],
            transactiontype: order.side === "buy" ? "BUY" : "SELL",
            price: leg.limitPrice / 100,
            qty: order.quantity,
            disclosedqty: order.quantity,
            triggerprice: leg.triggerPrice / 100,
            timeperiod: DAYS
          }))
        return String(id)
      }),
    cancel: (id) =>
      Effect.gen(function*() {
        // Angel wants to hear again what the rule is on.
        const { exchange, symboltoken } = yield* read("cancel GTT", Place, (sdk) => sdk.ruleDetails({ id }))
        yield* change("cancel GTT", Schema.Unknown, (sdk) => sdk.cancelRule({ id, symboltoken, exchange }))
      }),
    list: Effect.gen(function*() {
      const all: Array<GttOrder> = []
      for (let page = 1; page <= MOST_PAGES; page++) {
        const rules = yield* read(
          "read GTTs",
          Schema.NullOr(Schema.Array(Rule)),
          (sdk) => sdk.ruleList({ status: ["FORALL"], page, count: RULES_A_PAGE })
        )
        for (const rule of rules ?? []) all.push(gttOf(line, rule))
        if ((rules ?? []).length < RULES_A_PAGE) break
      }
      return all
    })
  }
}
