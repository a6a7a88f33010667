/** What an account at Kite has, and what an order would hold of it. */
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMargins, BrokerPortfolio } from "../port/BrokerAccount.ts"
import { marketOf } from "../port/BrokerInstruments.ts"
import type { Profile } from "../port/Portfolio.ts"
import type { KiteLine } from "./kiteLine.ts"
import { kiteProduct, productOf, symbolOf } from "./kiteOrderOf.ts"

export const KiteProfile = Schema.Struct({
  user_id: Schema.NonEmptyString,
  user_name: Schema.String,
  exchanges: Schema.Array(Schema.String),
  products: Schema.Array(Schema.String)
})
export const profileOf = (row: typeof KiteProfile.Type): Profile => ({
  userId: row.user_id,
  name: row.user_name,
  exchanges: row.exchanges,
  products: row.products
})

const Funds = Schema.Struct({
  equity: Schema.Struct({ net: Schema.Finite, utilised: Schema.Struct({ debits: Schema.Finite }) })
})

const PositionRow = Schema.Struct({
  tradingsymbol: Schema.String,
  exchange: Schema.String,
  product: Schema.String,
  quantity: Schema.Int,
  average_price: Schema.Finite,
  last_price: Schema.Finite,
  realised: Schema.Finite
})

const HoldingRow = Schema.Struct({
  tradingsymbol: Schema.String,
  exchange: Schema.String,
  isin: Schema.String,
  quantity: Schema.Int,
  t1_quantity: Schema.Int,
  average_price: Schema.Finite,
  last_price: Schema.Finite
})

export const kitePortfolio = ({ read, settings: { instruments } }: KiteLine): BrokerPortfolio => ({
  profile: Effect.map(read("read the profile", KiteProfile, (sdk) => sdk.getProfile()), profileOf),
  funds: Effect.map(read("read the funds", Funds, (sdk) => sdk.getMargins()), ({ equity }) => ({
    available: paiseFromRupees(equity.net),
    used: paiseFromRupees(equity.utilised.debits)
  })),
  positions: Effect.map(
    read("read the positions", Schema.Struct({ net: Schema.Array(PositionRow) }), (sdk) => sdk.getPositions()),
    ({ net }) =>
      net.map((row) => ({
        symbol: symbolOf(instruments, row.exchange, row.tradingsymbol),
        product: productOf(row.product),
        quantity: row.quantity,
        averagePrice: row.average_price * 100,
        lastPrice: paiseFromRupees(row.last_price),
        realised: row.realised * 100
      }))
  ),
  holdings: Effect.map(
    read("read the holdings", Schema.Array(HoldingRow), (sdk) => sdk.getHoldings()),
    (rows) =>
      rows.map((row) => ({
        symbol: symbolOf(instruments, row.exchange, row.tradingsymbol),
        isin: row.isin,
        quantity: row.quantity + row.t1_quantity,
        unsettled: row.t1_quantity,
        averagePrice: row.average_price * 100,
        lastPrice: paiseFromRupees(row.last_price)
      }))
  )
})

const Margins = Schema.Struct({ final: Schema.Struct({ total: Schema.Finite }) })

export const kiteMargins = ({ known, read }: KiteLine): BrokerMargins => ({
  of: (legs) =>
    Effect.gen(function*() {
      const orders: Array<object> = []
      for (const leg of legs) {
        const of = yield* known(leg.symbol, "ask for a margin")
        orders.push({
          exchange: marketOf(of.instrument),
          tradingsymbol: of.tradingSymbol,
          transaction_type: leg.side === "buy" ? "BUY" : "SELL",
          variety: "regular",
          product: kiteProduct[leg.product],
          order_type: "LIMIT",
          quantity: leg.quantity,
          price: leg.price / 100,
          trigger_price: 0
        })
      }
      const { final } = yield* read("ask for a margin", Margins, (sdk) => sdk.orderBasketMargins(orders, true))
      return { total: paiseFromRupees(final.total) }
    })
})
