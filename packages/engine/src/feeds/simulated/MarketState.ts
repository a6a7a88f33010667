/** All that changes in the simulated market, as plain data. Times are epoch ms, prices paise unless it says otherwise. */
import type * as Random from "@keepgaining/core/random/Random.ts"

export interface MarketState {
  random: Random.Random
  /** The session that is running or comes next. */
  open: number
  close: number
  /** When the hidden market moves next. */
  marketAt: number
  /** When each instrument ticks next, by instrument; `Infinity` = never again. */
  readonly tickAt: Float64Array
  /** A binary heap of instruments by {@link tickAt}, then index. */
  readonly queue: Uint16Array

  /** 0 calm, 1 normal, 2 stormy. */
  regime: number
  /** Activity now as a multiple of the quiet middle of the day. */
  intensity: number
  /** No tick of anything reaches us before. */
  silentUntil: number
  /** Yearly volatility that the market maker asks at the money, and the future's distance from its fair value. */
  implied: number
  basis: number

  /** By stock. What it is worth, a passing mispricing (as a fraction), and what it tends to come back to. */
  readonly fair: Float64Array
  readonly transient: Float64Array
  readonly anchor: Float64Array
  /** A burst of interest: until when, how much more is traded, and its pull on the price, a fraction a second. */
  readonly burstUntil: Float64Array
  readonly burst: Float64Array
  readonly drift: Float64Array
  readonly haltedUntil: Float64Array

  /** The NIFTY as its stocks are worth, the forward of the chain and the future, and the chain's time to expiry. */
  spot: number
  chainForward: number
  futureForward: number
  /** Square root of the years to expiry. */
  rootTime: number
  discount: number

  /** What was last published, by instrument. */
  readonly last: Int32Array
  readonly bid: Int32Array
  readonly ask: Int32Array
  readonly volume: Float64Array
  readonly openInterest: Float64Array
  readonly previousClose: Int32Array
}
