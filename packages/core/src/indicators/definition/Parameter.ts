/** Fields of a parameter struct: each with a default, a range and a description, from which forms and help are made. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

interface Range {
  readonly minimum: number
  readonly maximum: number
}

/** The key may be left out of what is decoded; it then has that value. */
const withDefault = <A>(schema: Schema.Codec<A, A>, value: A) =>
  Schema.optionalKey(Schema.toEncoded(schema)).pipe(Schema.decodeTo(schema, {
    decode: SchemaGetter.transformOptional(Option.orElseSome(() => value)),
    encode: SchemaGetter.passthrough()
  }))

/** A whole number within the range, both ends included. */
export const int = (initial: number, range: Range, description: string) =>
  withDefault(Schema.Int.check(Schema.isBetween(range)).annotate({ default: initial, description }), initial)

/** A finite number within the range, both ends included. */
export const number = (initial: number, range: Range, description: string) =>
  withDefault(Schema.Finite.check(Schema.isBetween(range)).annotate({ default: initial, description }), initial)

/** One of the values; the first is not special, the default is named. */
export const choice = <const L extends string>(values: ReadonlyArray<L>, initial: NoInfer<L>, description: string) =>
  withDefault<L>(Schema.Literals(values).annotate({ default: initial, description }), initial)

/** How many candles something looks at. */
export const period = (initial: number, description = "Candles it looks at", minimum = 1) =>
  int(initial, { minimum, maximum: 5_000 }, description)
