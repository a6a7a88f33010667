import * as Schema from "effect/Schema"
import { Paise } from "../market/Money.ts"

/** A number that spoke for the signal, beside what it was compared with. */
export const Reason = Schema.Struct({
  name: Schema.String,
  value: Schema.Finite,
  threshold: Schema.optionalKey(Schema.Finite)
})
export type Reason = typeof Reason.Type

/** What a strategy believes; the order desk decides whether and how it becomes an order. */
export const Signal = Schema.Struct({
  /** `long` and `short` open (and turn round an opposite position), `exit` closes. */
  action: Schema.Literals(["long", "short", "exit"]),
  /** Reference price of the decision, paise. */
  entry: Paise,
  /** Protective stop, paise; required to open. */
  stop: Schema.optionalKey(Paise),
  target: Schema.optionalKey(Paise),
  /** Distance in paise at which the stop follows the best price; absent = the stop stays. */
  trail: Schema.optionalKey(Paise),
  /** 0 to 1. */
  strength: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  /** Event time, epoch ms, after which it must not be acted upon. */
  validUntil: Schema.Finite,
  reasons: Schema.Array(Reason)
})
export type Signal = typeof Signal.Type
