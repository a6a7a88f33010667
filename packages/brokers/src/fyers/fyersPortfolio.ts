/** Profile, funds, positions, holdings and margins at Fyers. */
import { paiseFromRupees } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMargins, BrokerPortfolio } from "../port/BrokerAccount.ts"
import type { Holding } from "../port/Portfolio.ts"
import type { FyersLine } from "./fyersLine.ts"
import { fyersProduct, productOf, symbolOf } from "./fyersOrderOf.ts"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

const ProfileAnswer = Schema.Struct({ data: Schema.Struct({ fy_id: Schema.NonEmptyString, name: Schema.String }) })

const FundsAnswer = Schema.Struct({
  fund_limit: Schema.Array(Schema.Struct({ id: Schema.Int, equityAmount: Schema.Finite }))
})
/** Rows of the funds, by id. */
const UTILIZED = 2
const AVAILABLE = 10

const Positions = Schema.Struct({
  netPositions: Schema.NullOr(Schema.Array(Schema.Struct({
    symbol: Schema.String,
    fyToken: Text,
    productType: Schema.String,
    netQty: Schema.Int,
    netAvg: Schema.Finite,
    ltp: Schema.Finite,
    realized_profit: Schema.Finite
  })))
})

const Holdings = Schema.Struct({
  holdings: Schema.NullOr(Schema.Array(Schema.Struct({
    symbol: Schema.String,
    fyToken: Text,
    isin: Text,
    /** `T1` of what was bought and has not been delivered. */
    holdingType: Text,
    quantity: Schema.Int,
    costPrice: Schema.Finite,
    ltp: Schema.Finite
  })))
})

/** Of the legs asked for; `margin_new_order` is that with what the account holds. */
const MarginAnswer = Schema.Struct({ data: Schema.Struct({ margin_total: Schema.Finite }) })

export const fyersPortfolio = ({ read, settings: { instruments } }: FyersLine): BrokerPortfolio => ({
  profile: Effect.map(
    read("read the profile", ProfileAnswer, (sdk) => sdk.get_profile()),
    // Fyers tells neither exchanges nor products.
    ({ data }) => ({ userId: data.fy_id, name: data.name, exchanges: [], products: [] })
  ),
  funds: Effect.map(
    read("read the funds", FundsAnswer, (sdk) => sdk.get_funds()),
    ({ fund_limit: rows }) => {
      const amount = (id: number) => paiseFromRupees(rows.find((row) => row.id === id)?.equityAmount ?? 0)
      return { available: amount(AVAILABLE), used: amount(UTILIZED) }
    }
  ),
  positions: Effect.map(
    read("read the positions", Positions, (sdk) => sdk.get_positions()),
    ({ netPositions }) =>
      (netPositions ?? []).map((row) => ({
        symbol: symbolOf(instruments, row.fyToken, row.symbol),
        product: productOf(row.productType),
        quantity: row.netQty,
        averagePrice: row.netQty === 0 ? 0 : row.netAvg * 100,
        lastPrice: paiseFromRupees(row.ltp),
        realised: row.realized_profit * 100
      }))
  ),
  holdings: Effect.map(
    read("read the holdings", Holdings, (sdk) => sdk.get_holdings()),
    ({ holdings }) => {
      const found = new Map<string, Holding>()
      for (const row of holdings ?? []) {
        const symbol = symbolOf(instruments, row.fyToken, row.symbol)
        const known = found.get(symbol)
        const quantity = (known?.quantity ?? 0) + row.quantity
        const value = (known?.quantity ?? 0) * (known?.averagePrice ?? 0) + row.quantity * row.costPrice * 100
        // What was delivered and what was not are rows of their own.
        found.set(symbol, {
          symbol,
          ...(row.isin == null ? {} : { isin: row.isin }),
          quantity,
          unsettled: (known?.unsettled ?? 0) + (row.holdingType === "T1" ? row.quantity : 0),
          averagePrice: quantity === 0 ? 0 : value / quantity,
          lastPrice: paiseFromRupees(row.ltp)
        })
      }
      return [...found.values()]
    }
  )
})

export const fyersMargins = ({ known, read }: FyersLine): BrokerMargins => ({
  of: (legs) =>
    Effect.gen(function*() {
      const asked: Array<object> = []
      // A sold leg is only taken for hedged when what hedges it stands before it.
      for (const leg of [...legs].sort((a, b) => a.side === b.side ? 0 : a.side === "buy" ? -1 : 1)) {
        const of = yield* known(leg.symbol, "ask for a margin")
        asked.push({
          symbol: of.tradingSymbol,
          qty: leg.quantity,
          side: leg.side === "buy" ? 1 : -1,
          type: 1,
          productType: fyersProduct[leg.product],
          limitPrice: leg.price / 100,
          stopPrice: 0,
          stopLoss: 0,
          takeProfit: 0
        })
      }
      const { data } = yield* read("ask for a margin", MarginAnswer, (sdk) => sdk.multiorderMargin(asked))
      return { total: paiseFromRupees(data.margin_total) }
    })
})
