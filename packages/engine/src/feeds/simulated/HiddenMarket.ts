/**
 * What everything is worth, which no one sees: a factor model (market, sector, the stock itself) in steps of
 * {@link STEP_MS}, with volatility regimes, the day's U shape, and the events that make a market worth watching.
 */
import { SECOND_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import type { MarketState } from "./MarketState.ts"
import { DIVIDENDS, INTEREST } from "./OptionPricing.ts"
import { SESSION_MS } from "./TradingDays.ts"
import type { Universe } from "./Universe.ts"

export const STEP_MS = 100

const YEAR_MS = 365 * 86_400 * SECOND_MS
/** Square root of one step as a fraction of a trading year of 252 sessions. */
const ROOT_STEP = Math.sqrt(STEP_MS / (252 * SESSION_MS))

/** Loadings of a stock's return: their squares sum to one, so a stock keeps its own volatility. */
const MARKET = 0.55
const SECTOR = 0.35
const OWN = Math.sqrt(1 - MARKET ** 2 - SECTOR ** 2)

/** Pull back towards the anchor, a fraction a step: half of a distance is gone after three sessions. */
const PULL = Math.LN2 * STEP_MS / (3 * SESSION_MS)
/** A passing mispricing halves in about two seconds. */
const FADE = 0.5 ** (STEP_MS / 2_000)

/** By regime: volatility and activity as multiples of a normal day's, and at-the-money volatility. */
const regimes = [
  { volatility: 0.65, activity: 0.85, implied: 0.1 },
  { volatility: 1, activity: 1, implied: 0.125 },
  { volatility: 2.2, activity: 1.6, implied: 0.17 }
] as const

/** Events and their mean number an hour in the whole market. */
const hourly = {
  burst: 80,
  spike: 6,
  gap: 4,
  halt: 2,
  silence: 2,
  marketGap: 0.6,
  regime: 2.5
} as const
const HOURLY_TOTAL = Object.values(hourly).reduce((sum, value) => sum + value, 0)
const EVENT_CHANCE = HOURLY_TOTAL * STEP_MS / 3_600_000

/** Activity through the day: 2.4 times the quiet middle at the open, 1.9 times at the close. */
const shapeOfDay = (elapsed: number): number => {
  const x = elapsed / SESSION_MS
  return 1 + 1.4 * (1 - x) ** 8 + 0.9 * x ** 6
}

/** Begins a session: overnight gaps, no burst or halt left over, derivative parameters of the day. */
export const openSession = (state: MarketState, universe: Universe): void => {
  const { random } = state
  const market = 0.005 * Random.normal(random)
  for (let s = 0; s < state.fair.length; s++) {
    // Columns by stock all have one entry a stock.
    state.fair[s]! *= Math.exp(market + 0.006 * Random.normal(random))
    state.transient[s] = 0
    state.burstUntil[s] = 0
    state.haltedUntil[s] = 0
  }
  state.silentUntil = 0
  state.regime = Random.chance(random, 0.6) ? 1 : Random.chance(random, 0.5) ? 0 : 2
  revalue(state, universe)
}

/** One step of the hidden market at {@link MarketState.marketAt}. */
export const advance = (state: MarketState, universe: Universe): void => {
  const { random } = state
  const now = state.marketAt
  if (Random.chance(random, EVENT_CHANCE)) happen(state, now)

  const regime = regimes[state.regime] ?? regimes[1]
  const shape = shapeOfDay(now - state.open)
  state.intensity = shape * regime.activity
  const scale = ROOT_STEP * regime.volatility * Math.sqrt(shape)
  const market = MARKET * Random.normal(random)
  // Twelve sectors at most; drawn first so that all stocks of a sector share one draw.
  for (let n = 0; n < universe.sectors; n++) sectorDraws[n] = SECTOR * Random.normal(random)

  const { anchor, burstUntil, drift, fair, transient } = state
  const { sector, volatility } = universe
  for (let s = 0; s < fair.length; s++) {
    // Columns by stock all have one entry a stock, and `sector` numbers are below `universe.sectors`.
    const shock = market + sectorDraws[sector[s]!]! + OWN * Random.normal(random)
    const burst = burstUntil[s]! > now ? drift[s]! * (STEP_MS / SECOND_MS) : 0
    const value = fair[s]!
    fair[s] = value * (1 + volatility[s]! * scale * shock + burst) + PULL * (anchor[s]! - value)
    if (transient[s] !== 0) {
      const left = transient[s]! * FADE
      transient[s] = Math.abs(left) < 1e-5 ? 0 : left
    }
  }
  state.implied += 0.0005 * (regime.implied * Math.sqrt(shape) - state.implied) + 0.00006 * Random.normal(random)
  state.implied = Math.max(0.07, Math.min(0.4, state.implied))
  state.basis += -0.002 * state.basis + 4 * Random.normal(random)
  revalue(state, universe)
  state.marketAt = now + STEP_MS
}

/** Scratch of {@link advance}: written before it is read in every call, so it is no state. */
const sectorDraws = new Float64Array(32)

/** What follows from the stocks: the index as they are worth, and its forwards. */
export const revalue = (state: MarketState, universe: Universe): void => {
  const members = universe.members[0]
  const points = universe.pointsPerPaisa[0]
  if (members === undefined || points === undefined) return
  let spot = 0
  // `points` has one entry a member, and members are stocks.
  for (let n = 0; n < members.length; n++) spot += points[n]! * state.fair[members[n]!]!
  state.spot = spot
  const now = state.marketAt
  const chainYears = Math.max(SECOND_MS, (universe.expiry[universe.future + 1] ?? Infinity) - now) / YEAR_MS
  const futureYears = Math.max(0, (universe.expiry[universe.future] ?? now) - now) / YEAR_MS
  state.rootTime = Math.sqrt(chainYears)
  state.discount = Math.exp(-INTEREST * chainYears)
  state.chainForward = spot * Math.exp((INTEREST - DIVIDENDS) * chainYears)
  state.futureForward = spot * Math.exp((INTEREST - DIVIDENDS) * futureYears)
}

const sign = (random: Random.Random): number => Random.chance(random, 0.5) ? 1 : -1

const happen = (state: MarketState, now: number): void => {
  const { random } = state
  let which = Random.uniform(random) * HOURLY_TOTAL
  const is = (rate: number): boolean => {
    which -= rate
    return which < 0
  }
  const stock = Random.integer(random, state.fair.length)
  // `stock` is below the length of every column by stock.
  if (is(hourly.burst)) {
    const seconds = Random.between(random, 20, 150)
    state.burstUntil[stock] = now + seconds * SECOND_MS
    state.burst[stock] = Random.between(random, 4, 16)
    state.drift[stock] = sign(random) * Random.between(random, 0.002, 0.009) / seconds
  } else if (is(hourly.spike)) {
    state.transient[stock] = sign(random) * Random.between(random, 0.006, 0.025)
  } else if (is(hourly.gap)) {
    state.fair[stock]! *= 1 + sign(random) * Random.between(random, 0.004, 0.015)
  } else if (is(hourly.halt)) {
    state.haltedUntil[stock] = now + Random.between(random, 30, 180) * SECOND_MS
  } else if (is(hourly.silence)) {
    state.silentUntil = now + Random.between(random, 3, 9) * SECOND_MS
  } else if (is(hourly.marketGap)) {
    const size = sign(random) * Random.between(random, 0.002, 0.006)
    for (let s = 0; s < state.fair.length; s++) state.fair[s]! *= 1 + size * Random.between(random, 0.6, 1.4)
  } else {
    state.regime = state.regime === 1 ? (Random.chance(random, 0.5) ? 0 : 2) : 1
  }
}
