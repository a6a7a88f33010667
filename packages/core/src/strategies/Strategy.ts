/**
 * The contract of a strategy. One definition runs in live, paper, replay and backtest.
 *
 * A strategy is plain data (its state) and synchronous functions over it. It never reads a clock, draws no random number
 * but the context's and does no I/O, so the same inputs give the same decisions everywhere. One instance runs per
 * deployment and instrument.
 */
import type * as Schema from "effect/Schema"
import type { Candle } from "../candles/Candle.ts"
import type { Interval } from "../candles/Interval.ts"
import type { Instrument } from "../market/Instrument.ts"
import type { Paise } from "../market/Money.ts"
import type { Fill, Order, OrderRequest } from "../orders/Order.ts"
import type { Signal } from "./Signal.ts"

/** The latest quote of the instrument, as the strategy's own inputs left it. */
export interface LastQuote {
  /** Event time, epoch ms. */
  readonly time: number
  readonly price: Paise
  /** The day's cumulative volume. */
  readonly volume: number
  readonly openInterest: number
  /** 0 when the feed gives no quotes. */
  readonly bid: Paise
  readonly ask: Paise
}

/** The deployment's own position in the instrument, from the fills this instance was told of. */
export interface StrategyPosition {
  /** Signed: negative is short. */
  readonly quantity: number
  /** Paise, unrounded; 0 when flat. */
  readonly averagePrice: number
}

/** What a handler may use. Valid only during the call; never keep it. */
export interface StrategyContext<Parameters> {
  /** Event time of the input being handled, epoch ms. */
  readonly now: number
  readonly parameters: Parameters
  readonly instrument: Instrument
  readonly quote: LastQuote
  readonly position: StrategyPosition
  /** Uniform in [0, 1), seeded per instance; the seed is in the log. */
  readonly random: () => number
  readonly signal: (signal: Signal) => void
  /** For strategies that manage their own orders; the desk fills in the instrument. */
  readonly order: (request: Omit<OrderRequest, "instrument">) => void
  readonly cancel: (orderId: string) => void
  /** Calls `onTimer(name)` at the first moment of event time at or after `at` (epoch ms). Same name: moved. */
  readonly setTimer: (name: string, at: number) => void
  /** A line in the deployment's log. */
  readonly log: (message: string) => void
}

export type OrderUpdate =
  | { readonly _tag: "Order"; readonly order: Order }
  | { readonly _tag: "Fill"; readonly fill: Fill }

export interface Strategy<Parameters, State> {
  /** As users type it: `VolumeRocket`. */
  readonly name: string
  /** Raise it when decisions change; it is part of every snapshot and of the log. */
  readonly version: number
  readonly summary: string
  /** Every field has a default, a range and a description annotation: forms and `--params` are made from it. */
  readonly parameters: Schema.Codec<Parameters, unknown>
  /** Candle intervals that `onCandle` gets. */
  readonly intervals: (parameters: Parameters) => ReadonlyArray<Interval>
  /** Candles of each interval that must pass before the first decision can be made. */
  readonly warmup: (parameters: Parameters) => number
  /** Must be JSON data (finite numbers, strings, booleans, null, arrays, plain objects): it is the snapshot. */
  readonly initial: (parameters: Parameters, instrument: Instrument) => State
  readonly onStart?: (state: State, context: StrategyContext<Parameters>) => void
  readonly onTick?: (state: State, context: StrategyContext<Parameters>) => void
  readonly onCandle?: (state: State, candle: Candle, context: StrategyContext<Parameters>) => void
  readonly onOrder?: (state: State, update: OrderUpdate, context: StrategyContext<Parameters>) => void
  readonly onTimer?: (state: State, name: string, context: StrategyContext<Parameters>) => void
  readonly onStop?: (state: State, context: StrategyContext<Parameters>) => void
}

// The registry holds strategies of different types side by side. `any` is the only type that stands for "some P and S
// that fit each other"; nothing but the registry and the actor that owns both state and parameters uses it.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyStrategy = Strategy<any, any>

/** Infers both type parameters from the definition. */
export const defineStrategy = <Parameters, State>(strategy: Strategy<Parameters, State>): Strategy<Parameters, State> =>
  strategy
