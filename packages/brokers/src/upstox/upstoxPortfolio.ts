/** What an account at Upstox has, and what an order would hold of it. */
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMargins, BrokerPortfolio } from "../port/BrokerAccount.ts"
import { capabilities } from "../port/Capabilities.ts"
import type { Profile } from "../port/Portfolio.ts"
import { API_VERSION } from "./upstoxCall.ts"
import type { UpstoxLine } from "./upstoxLine.ts"
import { productOf, symbolOf, upstoxProduct } from "./upstoxOrderOf.ts"

export const UpstoxProfile = Schema.Struct({
  user_id: Schema.NonEmptyString,
  user_name: Schema.String,
  exchanges: Schema.Array(Schema.String),
  products: Schema.Array(Schema.String)
})
export const profileOf = (row: typeof UpstoxProfile.Type): Profile => ({
  userId: row.user_id,
  name: row.user_name,
  exchanges: row.exchanges,
  products: row.products
})

const Funds = Schema.Struct({
  equity: Schema.Struct({ available_margin: Schema.Finite, used_margin: Schema.Finite })
})
const PositionRow = Schema.Struct({
  instrument_token: Schema.String,
  product: Schema.String,
  quantity: Schema.Int,
  average_price: Schema.NullOr(Schema.Finite),
  last_price: Schema.Finite,
  realised: Schema.Finite
})
const HoldingRow = Schema.Struct({
  instrument_token: Schema.String,
  isin: Schema.String,
  quantity: Schema.Int,
  t1_quantity: Schema.Int,
  average_price: Schema.Finite,
  last_price: Schema.Finite
})

export const upstoxPortfolio = ({ read, settings: { instruments } }: UpstoxLine): BrokerPortfolio => ({
  profile: Effect.map(
    read("read the profile", UpstoxProfile, (sdk, callback) => sdk.user.getProfile(API_VERSION, callback)),
    profileOf
  ),
  funds: Effect.map(
    read("read the funds", Funds, (sdk, callback) => sdk.user.getUserFundMargin(API_VERSION, {}, callback)),
    ({ equity }) => ({ available: paiseFromRupees(equity.available_margin), used: paiseFromRupees(equity.used_margin) })
  ),
  positions: Effect.map(
    read(
      "read the positions",
      Schema.Array(PositionRow),
      (sdk, callback) => sdk.portfolio.getPositions(API_VERSION, callback)
    ),
    (rows) =>
      rows.map((row) => ({
        symbol: symbolOf(instruments, row.instrument_token),
        product: productOf(row.product, row.instrument_token),
        quantity: row.quantity,
        averagePrice: (row.average_price ?? 0) * 100,
        lastPrice: paiseFromRupees(row.last_price),
        realised: row.realised * 100
      }))
  ),
  holdings: Effect.map(
    read(
      "read the holdings",
      Schema.Array(HoldingRow),
      (sdk, callback) => sdk.portfolio.getHoldings(API_VERSION, callback)
    ),
    (rows) =>
      rows.map((row) => ({
        symbol: symbolOf(instruments, row.instrument_token),
        isin: row.isin,
        quantity: row.quantity + row.t1_quantity,
        unsettled: row.t1_quantity,
        averagePrice: row.average_price * 100,
        lastPrice: paiseFromRupees(row.last_price)
      }))
  )
})

const Margins = Schema.Struct({ final_margin: Schema.Finite })

export const upstoxMargins = ({ known, read, refuse, settings }: UpstoxLine): BrokerMargins => ({
  of: (legs) =>
    Effect.gen(function*() {
      const { marginLegs = Infinity } = settings.capabilities ?? capabilities.upstox
      if (legs.length > marginLegs) {
        return yield* refuse(
          "ask for a margin",
          "legs",
          `Upstox takes ${marginLegs} legs`,
          "Ask for fewer at a time"
        )
      }
      const asked: Array<object> = []
      for (const leg of legs) {
        const of = yield* known(leg.symbol, "ask for a margin")
        asked.push({
          instrument_key: of.token,
          quantity: leg.quantity,
          product: upstoxProduct[leg.product],
          transaction_type: leg.side === "buy" ? "BUY" : "SELL",
          price: leg.price / 100
        })
      }
      const { final_margin: total } = yield* read("ask for a margin", Margins, (sdk, callback) =>
        sdk.charges.postMargin({ instruments: asked }, callback))
      return { total: paiseFromRupees(total) }
    })
})
