/**
 * What a contract is, apart from how anybody writes it: exchange, underlying, expiry, strike, right. Never a broker's or an
 * exchange's token: those are given to other contracts after an expiry.
 */
import * as Schema from "effect/Schema"
import { CalendarDate } from "../calendar/CalendarRules.ts"
import { Exchange, OptionRight } from "../market/Instrument.ts"
import { Paise } from "../market/Money.ts"

export const Share = Schema.TaggedStruct("Share", {
  exchange: Exchange,
  /** `RELIANCE`. */
  name: Schema.NonEmptyString,
  /** `EQ`, `BE`; of BSE its group. */
  series: Schema.NonEmptyString
})

export const Future = Schema.TaggedStruct("Future", {
  exchange: Exchange,
  underlying: Schema.NonEmptyString,
  expiry: CalendarDate
})

export const Option = Schema.TaggedStruct("Option", {
  exchange: Exchange,
  underlying: Schema.NonEmptyString,
  expiry: CalendarDate,
  strike: Paise,
  right: OptionRight
})

export const Contract = Schema.Union([Share, Future, Option])
export type Contract = typeof Contract.Type

/** Equal for equal contracts, however they are written elsewhere. */
export const contractKey = (contract: Contract): string => {
  switch (contract._tag) {
    case "Share":
      return `${contract.exchange}|${contract.name}|${contract.series}`
    case "Future":
      return `${contract.exchange}|${contract.underlying}|${contract.expiry}|FUT`
    case "Option":
      return `${contract.exchange}|${contract.underlying}|${contract.expiry}|${contract.strike}|${contract.right}`
  }
}
