/** What an account holds and may spend, as the broker reports it. Amounts in paise. */
import { Paise } from "@keepgaining/core/market/Money.ts"
import { Product, type Side } from "@keepgaining/core/orders/Order.ts"
import * as Schema from "effect/Schema"

export const Profile = Schema.Struct({
  userId: Schema.NonEmptyString,
  name: Schema.String,
  /** The broker's own names, `NSE`, `NFO`. */
  exchanges: Schema.Array(Schema.String),
  products: Schema.Array(Schema.String)
})
export type Profile = typeof Profile.Type

export const Funds = Schema.Struct({
  /** What new orders may use. */
  available: Paise,
  /** Margin and premium that positions and orders hold. */
  used: Paise
})
export type Funds = typeof Funds.Type

export const BrokerPosition = Schema.Struct({
  symbol: Schema.NonEmptyString,
  product: Product,
  /** Net, signed, in units. */
  quantity: Schema.Int,
  /** Of the net quantity, in paise, unrounded; 0 when flat. */
  averagePrice: Schema.Finite,
  lastPrice: Schema.optionalKey(Paise),
  /** Booked today, in paise, before charges, when the broker tells. */
  realised: Schema.optionalKey(Schema.Finite)
})
export type BrokerPosition = typeof BrokerPosition.Type

export const Holding = Schema.Struct({
  symbol: Schema.NonEmptyString,
  isin: Schema.optionalKey(Schema.String),
  /** Settled and to be settled together. */
  quantity: Schema.Int,
  /** Bought, not yet delivered. */
  unsettled: Schema.Int,
  averagePrice: Schema.Finite,
  lastPrice: Schema.optionalKey(Paise)
})
export type Holding = typeof Holding.Type

/** For which the margin is asked. */
export interface MarginLeg {
  readonly symbol: string
  readonly side: Side
  readonly quantity: number
  readonly product: Product
  readonly price: Paise
}

export const Margin = Schema.Struct({
  /** Of all legs together, after the benefit of what hedges what. */
  total: Paise,
  span: Schema.optionalKey(Paise),
  exposure: Schema.optionalKey(Paise),
  premium: Schema.optionalKey(Paise)
})
export type Margin = typeof Margin.Type
