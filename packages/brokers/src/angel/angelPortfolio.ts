/** What an account at Angel has, and what an order would hold of it. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerMargins, BrokerPortfolio } from "../port/BrokerAccount.ts"
import { marketOf } from "../port/BrokerInstruments.ts"
import { capabilities } from "../port/Capabilities.ts"
import type { BrokerPosition, Holding, Profile } from "../port/Portfolio.ts"
import { Amount, numberOf, paiseOf, priceOf, Text } from "./angelFields.ts"
import { symbolOf } from "./angelInstrument.ts"
import type { AngelLine } from "./angelLine.ts"
import { angelProduct, productOf } from "./angelOrderOf.ts"

/** A list, or the text of one. */
const Names = Schema.NullOr(Schema.Union([Schema.Array(Schema.String), Schema.String]))
const namesOf = (names: typeof Names.Type): ReadonlyArray<string> =>
  typeof names === "string" ? names.match(/\w+/g) ?? [] : names ?? []

export const AngelProfile = Schema.Struct({
  clientcode: Schema.NonEmptyString,
  name: Text,
  exchanges: Names,
  products: Names
})
export const profileOf = (row: typeof AngelProfile.Type): Profile => ({
  userId: row.clientcode,
  name: row.name ?? "",
  exchanges: namesOf(row.exchanges),
  products: namesOf(row.products)
})

const Funds = Schema.Struct({ net: Amount, utiliseddebits: Amount })

const PositionRow = Schema.Struct({
  exchange: Schema.String,
  symboltoken: Schema.String,
  tradingsymbol: Schema.String,
  producttype: Schema.String,
  netqty: Amount,
  avgnetprice: Schema.optionalKey(Amount),
  /** With what was carried over. */
  totalbuyavgprice: Schema.optionalKey(Amount),
  totalsellavgprice: Schema.optionalKey(Amount),
  realised: Schema.optionalKey(Amount),
  ltp: Schema.optionalKey(Amount)
})
type PositionRow = typeof PositionRow.Type

const HoldingRow = Schema.Struct({
  exchange: Schema.String,
  symboltoken: Schema.optionalKey(Text),
  tradingsymbol: Schema.String,
  isin: Schema.optionalKey(Text),
  quantity: Amount,
  realisedquantity: Schema.optionalKey(Amount),
  t1quantity: Schema.optionalKey(Amount),
  averageprice: Amount,
  ltp: Schema.optionalKey(Amount)
})
type HoldingRow = typeof HoldingRow.Type

/** Average of the side that is open. */
const averageOf = (row: PositionRow, quantity: number): number => {
  if (quantity === 0) return 0
  const ofSide = numberOf(quantity > 0 ? row.totalbuyavgprice : row.totalsellavgprice)
  return 100 * (ofSide > 0 ? ofSide : numberOf(row.avgnetprice))
}

const positionOf = ({ settings: { instruments } }: AngelLine, row: PositionRow): BrokerPosition => {
  const quantity = Math.round(numberOf(row.netqty))
  const lastPrice = priceOf(row.ltp)
  return {
    symbol: symbolOf(instruments, row),
    product: productOf(row.producttype, row.exchange),
    quantity,
    averagePrice: averageOf(row, quantity),
    ...(lastPrice === undefined ? {} : { lastPrice }),
    ...(row.realised === undefined ? {} : { realised: numberOf(row.realised) * 100 })
  }
}

const holdingOf = ({ settings: { instruments } }: AngelLine, row: HoldingRow): Holding => {
  const unsettled = Math.round(numberOf(row.t1quantity))
  const lastPrice = priceOf(row.ltp)
  return {
    symbol: symbolOf(instruments, row),
    ...(row.isin == null || row.isin === "" ? {} : { isin: row.isin }),
    // Whether `quantity` counts what is still to be delivered, the documents do not say.
    quantity: row.realisedquantity === undefined
      ? Math.round(numberOf(row.quantity))
      : Math.round(numberOf(row.realisedquantity)) + unsettled,
    unsettled,
    averagePrice: numberOf(row.averageprice) * 100,
    ...(lastPrice === undefined ? {} : { lastPrice })
  }
}

export const angelPortfolio = (line: AngelLine): BrokerPortfolio => ({
  profile: Effect.map(line.read("read the profile", AngelProfile, (sdk) => sdk.getProfile()), profileOf),
  funds: Effect.map(
    line.read("read the funds", Funds, (sdk) => sdk.getRMS()),
    ({ net, utiliseddebits }) => ({ available: paiseOf(net), used: paiseOf(utiliseddebits) })
  ),
  positions: Effect.map(
    line.read("read the positions", Schema.NullOr(Schema.Array(PositionRow)), (sdk) => sdk.getPosition()),
    (rows) => (rows ?? []).map((row) => positionOf(line, row))
  ),
  holdings: Effect.map(
    line.read("read the holdings", Schema.NullOr(Schema.Array(HoldingRow)), (sdk) => sdk.getHolding()),
    (rows) => (rows ?? []).map((row) => holdingOf(line, row))
  )
})

const Margins = Schema.Struct({
  totalMarginRequired: Amount,
  marginComponents: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    spanMargin: Schema.optionalKey(Amount),
    netPremium: Schema.optionalKey(Amount)
  })))
})

export const angelMargins = ({ known, read, refuse, settings }: AngelLine): BrokerMargins => ({
  of: (legs) =>
    Effect.gen(function*() {
      const { marginLegs = Infinity } = settings.capabilities ?? capabilities.angel
      if (legs.length > marginLegs) {
        return yield* refuse(
          "ask for a margin",
          "legs",
          `Angel One takes ${marginLegs} legs`,
          "Ask for fewer at a time"
        )
      }
      const positions: Array<object> = []
      for (const leg of legs) {
        const of = yield* known(leg.symbol, "ask for a margin")
        positions.push({
          exchange: marketOf(of.instrument),
          qty: leg.quantity,
          price: leg.price / 100,
          productType: angelProduct[leg.product],
          token: of.token,
          tradeType: leg.side === "buy" ? "BUY" : "SELL",
          orderType: "LIMIT"
        })
      }
      const { marginComponents: parts, totalMarginRequired: total } = yield* read(
        "ask for a margin",
        Margins,
        (sdk) => sdk.marginApi({ positions })
      )
      return {
        total: paiseOf(total),
        ...(parts?.spanMargin == null ? {} : { span: paiseOf(parts.spanMargin) }),
        ...(parts?.netPremium == null ? {} : { premium: paiseOf(parts.netPremium) })
      }
    })
})
