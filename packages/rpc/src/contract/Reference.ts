/** What is known of the market apart from a session: instruments, calendar, costs. */
import { DayReport } from "@keepgaining/core/calendar/dayReport.ts"
import { OrderEstimate } from "@keepgaining/core/margins/estimateOrder.ts"
import { Exchange, InstrumentKind, OptionRight } from "@keepgaining/core/market/Instrument.ts"
import { Paise } from "@keepgaining/core/market/Money.ts"
import { Product, Side, Venue } from "@keepgaining/core/orders/Order.ts"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { NotFound, Refused } from "./Failures.ts"

/** An instrument as a broker's master has it today. */
export const ListedInstrument = Schema.Struct({
  /** The contract itself, whatever a broker's token for it is: `NSE_FO|NIFTY|2026-12-01|25000.00|CE`. */
  id: Schema.String,
  exchange: Exchange,
  kind: InstrumentKind,
  /** As the broker writes it. */
  symbol: Schema.String,
  name: Schema.String,
  token: Schema.String,
  underlying: Schema.NullOr(Schema.String),
  expiry: Schema.NullOr(Schema.String),
  /** Paise. */
  strike: Schema.NullOr(Schema.Int),
  right: Schema.NullOr(OptionRight),
  lotSize: Schema.Int,
  /** Paise. */
  tickSize: Schema.Int,
  freezeQuantity: Schema.NullOr(Schema.Int)
})
export type ListedInstrument = typeof ListedInstrument.Type

/** `broker` and `day` of the master that was looked through; `null` while none has been brought in. */
export const InstrumentsFound = Schema.Struct({
  broker: Schema.NullOr(Schema.String),
  day: Schema.NullOr(Schema.String),
  instruments: Schema.Array(ListedInstrument)
})
export type InstrumentsFound = typeof InstrumentsFound.Type

export class ReferenceRpcs extends RpcGroup.make(
  /** By words in any order, prefixes and with small errors: `nifty 25000 ce dec`. Best first. */
  Rpc.make("SearchInstruments", {
    payload: {
      text: Schema.String.check(Schema.isMaxLength(100)),
      limit: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))
    },
    success: InstrumentsFound,
    error: Refused
  }),
  /** Every day of a month, `2026-11`. A month that no circular covers is refused. */
  Rpc.make("GetCalendar", {
    payload: { month: Schema.String.check(Schema.isPattern(/^\d{4}-(0[1-9]|1[0-2])$/)) },
    success: Schema.Array(DayReport),
    error: Refused
  }),
  /**
   * What an order would cost and bind, by the session's plan and our own margin model. With `venue` live: by the plan and, where it
   * answers in time, the margin of the broker of the first armed account; each call is then one to that broker.
   */
  Rpc.make("EstimateOrder", {
    payload: {
      instrument: Schema.Int,
      side: Side,
      quantity: Schema.Int.check(Schema.isGreaterThan(0)),
      /** The limit, or the price that is expected. */
      price: Paise.check(Schema.isGreaterThan(0)),
      product: Product,
      venue: Schema.optionalKey(Venue)
    },
    success: OrderEstimate,
    error: NotFound
  })
) {}
