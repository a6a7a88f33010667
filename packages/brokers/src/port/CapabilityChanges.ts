/**
 * What an account's own numbers may replace of its broker's documented {@link Capabilities}: a paid plan, a registered
 * algorithm, or what turned out to be otherwise. Lists and limits are replaced whole.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Broker } from "./Broker.ts"
import type { Capabilities, Rate } from "./Capabilities.ts"
import { CandleInterval } from "./MarketQuote.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** Most calls in so many seconds. */
const ChangedRate = Schema.Struct({ calls: Count, seconds: Schema.Finite.check(Schema.isGreaterThan(0)) })
const ChangedRates = Schema.NonEmptyArray(ChangedRate)

export const CapabilityChanges = Schema.Struct({
  orderRates: Schema.optionalKey(ChangedRates),
  readRates: Schema.optionalKey(ChangedRates),
  quoteRates: Schema.optionalKey(ChangedRates),
  candleRates: Schema.optionalKey(ChangedRates),
  togetherRates: Schema.optionalKey(Schema.Struct({ all: ChangedRates, others: ChangedRates })),
  /** Instruments of a feed's connection by the broker's name of the mode; `combined` when it has other modes too. */
  feedModes: Schema.optionalKey(Schema.Record(
    Schema.String,
    Schema.Struct({ instruments: Count, combined: Schema.optionalKey(Count) })
  )),
  feedSubscriptions: Schema.optionalKey(Count),
  marginLegs: Schema.optionalKey(Count),
  /** Modifications of one order. */
  modifications: Schema.optionalKey(Count),
  booksOmitTags: Schema.optionalKey(Schema.Boolean),
  messageNumbers: Schema.optionalKey(Schema.Literals(["by ack count", "always", "never"])),
  /** Days of one request. */
  candleSpans: Schema.optionalKey(
    Schema.Struct(
      // A record whose keys are the literals of the schema.
      Object.fromEntries(CandleInterval.literals.map((each) => [each, Schema.optionalKey(Count)])) as Record<
        CandleInterval,
        Schema.optionalKey<typeof Count>
      >
    )
  )
})
export type CapabilityChanges = typeof CapabilityChanges.Type

/** Why changes cannot be: which of them, and what is wrong. */
export interface ChangeFault {
  readonly field: string
  readonly reason: string
}

const ratesOf = (changed: ReadonlyArray<typeof ChangedRate.Type>): ReadonlyArray<Rate> =>
  changed.map(({ calls, seconds }) => ({ calls, window: seconds * 1_000 }))

/** Numbers that mean something only where the broker has them. */
const perBroker = ["togetherRates", "marginLegs", "messageNumbers"] as const

/** The capabilities with the changes in place of what they had. */
export const changeCapabilities = (
  broker: Broker,
  documented: Capabilities,
  changes: CapabilityChanges
): Result.Result<Capabilities, ChangeFault> => {
  for (const field of perBroker) {
    if (changes[field] !== undefined && documented[field] === undefined) {
      return Result.fail({ field, reason: `${broker} has no such number` })
    }
  }
  const { feedModes: modes = {}, togetherRates: together, ...plain } = changes
  const names = documented.feedModes.map(({ name }) => name)
  for (const name of Object.keys(modes)) {
    if (!names.includes(name)) {
      return Result.fail({ field: `feedModes.${name}`, reason: `the modes of ${broker} are ${names.join(", ")}` })
    }
  }
  const { candleRates, orderRates, quoteRates, readRates, ...numbers } = plain
  return Result.succeed({
    ...documented,
    ...numbers,
    ...(orderRates === undefined ? {} : { orderRates: ratesOf(orderRates) }),
    ...(readRates === undefined ? {} : { readRates: ratesOf(readRates) }),
    ...(quoteRates === undefined ? {} : { quoteRates: ratesOf(quoteRates) }),
    ...(candleRates === undefined ? {} : { candleRates: ratesOf(candleRates) }),
    ...(together === undefined
      ? {}
      : { togetherRates: { all: ratesOf(together.all), others: ratesOf(together.others) } }),
    feedModes: documented.feedModes.map((mode) => {
      const changed = modes[mode.name]
      if (changed === undefined) return mode
      const { combined: _combined, ...rest } = mode
      return { ...rest, ...changed }
    })
  })
}
