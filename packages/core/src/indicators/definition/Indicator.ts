/**
 * The contract of an indicator.
 *
 * Its state is JSON data (finite numbers, strings, booleans, null, arrays, plain objects): a snapshot is a copy, and a
 * strategy may hold it in its own state. "Not known yet" is stated by a count, never by NaN inside the state.
 *
 * `update` takes one closed candle and sets every output; NaN is "no value" (before warm-up, or undefined there). It is
 * O(1), at worst amortised. A batch is the same function over columns, so both give the same bits.
 */
import type * as Schema from "effect/Schema"

/**
 * What an indicator sees of a candle. Every `Candle` is one. Prices may be in any one unit (outputs follow it); `start`
 * is epoch ms.
 */
export interface Bar {
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

export type Field = keyof Bar

export type Group = "average" | "trend" | "momentum" | "volatility" | "volume" | "session" | "pattern" | "candle"

export interface Indicator<Parameters, State> {
  /** As users type it, without regard to case: `EMA`, `Supertrend`. */
  readonly name: string
  readonly title: string
  readonly group: Group
  /** The formula in words, and whose convention it follows where several are in use. */
  readonly formula: string
  /** Every field has a default, a range and a description. */
  readonly parameters: Schema.Codec<Parameters, unknown>
  /** Fields it reads. A candle in which one of them is no usable number gives no values and changes nothing. */
  readonly reads: ReadonlyArray<Field>
  readonly outputs: ReadonlyArray<string>
  /** Candles before the first that can have a value for every output. */
  readonly warmup: (parameters: Parameters) => number
  readonly initial: (parameters: Parameters) => State
  /** `out` has one place for each of `outputs`. The candle's fields that it reads are usable numbers. */
  readonly update: (state: State, bar: Bar, out: Float64Array) => void
  /** A loop of its own where the general one would cost more than the formula; must give the same bits as `update`. */
  readonly batch?: (state: State, columns: BarColumns, outputs: ReadonlyArray<Float64Array>) => void
}

/** Candles as columns of `length` rows, oldest first. */
export interface BarColumns {
  readonly length: number
  readonly start: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

// The registry holds indicators of different types side by side. `any` is the only type that stands for "some
// parameters and state that fit each other"; only code that takes both from the same indicator uses it.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyIndicator = Indicator<any, any>

/** Infers both type parameters from the definition. */
export const defineIndicator = <Parameters, State>(
  indicator: Indicator<Parameters, State>
): Indicator<Parameters, State> => indicator

/**
 * Largest magnitude that is taken for a price or a volume. Beyond it, and for NaN and infinities, there is no number to
 * compute with; within it no square or product of two leaves the range of finite numbers, so states stay JSON.
 */
export const LARGEST = 1e15

/** Whether it can be computed with; false for NaN. */
export const isUsable = (value: number): boolean => Math.abs(value) <= LARGEST
