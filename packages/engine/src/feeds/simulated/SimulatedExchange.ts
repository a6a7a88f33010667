/**
 * A seeded market: the same seed, start and universe give the same ticks, however time is cut into steps. State is plain
 * data; nothing here reads a clock.
 *
 * The hidden market moves on a grid of 100 ms; instruments tick at the times of a Poisson process of their own (an index
 * about once a second), taken from a queue in the order of time. What is published keeps these promises: bid below ask,
 * every price on the instrument's tick and above zero, the day's volume never falling, an index equal to the weighted
 * sum of the prices its stocks last published.
 */
import { DAY_MS, istDay } from "@keepgaining/core/market/IndianTime.ts"
import { MISSING, type TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import { advance, openSession, revalue } from "./HiddenMarket.ts"
import type { MarketState } from "./MarketState.ts"
import { black76 } from "./OptionPricing.ts"
import * as TickQueue from "./TickQueue.ts"
import { closeOf, hasExpired, openOf, sessionStart, tradingDayFrom } from "./TradingDays.ts"
import { TRADE_SHARE, type Universe } from "./Universe.ts"

/** The market before its first session, which begins at 09:15 IST of the first trading day on or after `startTime`. */
export const initial = (seed: number, startTime: number, universe: Universe): MarketState => {
  const size = universe.instruments.length
  const open = sessionStart(startTime)
  const fair = universe.base.slice(universe.firstStock, universe.future)
  const count = fair.length
  const state: MarketState = {
    random: Random.fromSeed(seed),
    open,
    close: closeOf(istDay(open)),
    marketAt: open,
    tickAt: new Float64Array(size),
    queue: new Uint16Array(size),
    regime: 1,
    intensity: 1,
    silentUntil: 0,
    implied: 0.125,
    basis: 0,
    fair,
    transient: new Float64Array(count),
    anchor: fair.slice(),
    burstUntil: new Float64Array(count),
    burst: new Float64Array(count),
    drift: new Float64Array(count),
    haltedUntil: new Float64Array(count),
    spot: 0,
    chainForward: 0,
    futureForward: 0,
    rootTime: 0,
    discount: 1,
    last: new Int32Array(size),
    bid: new Int32Array(size),
    ask: new Int32Array(size),
    volume: new Float64Array(size),
    openInterest: new Float64Array(size),
    previousClose: new Int32Array(size)
  }
  revalue(state, universe)
  for (let i = 0; i < size; i++) {
    // Columns by instrument have one entry an instrument.
    state.last[i] = onTick(valueOf(state, universe, i), tickOf(universe, i))
    if (i > universe.future) {
      const lots = 400 + 60_000 * (universe.rate[i]! / universe.rate[universe.future]!) * Random.uniform(state.random)
      state.openInterest[i] = Math.round(lots) * lotOf(universe, i)
    }
  }
  state.openInterest[universe.future] = 160_000 * lotOf(universe, universe.future)
  beginSession(state, universe)
  return state
}

/**
 * Fills the batch with the next ticks before `until` (epoch ms, whole): rows from 0, in the order of time, event and
 * receive time alike. `true` when that was all of them and the batch's watermark stands at `until`; `false` when the
 * batch was full first: take it and call again.
 */
export const step = (state: MarketState, universe: Universe, batch: TickBatch, until: number): boolean => {
  batch.length = 0
  const { queue, tickAt } = state
  while (true) {
    // The queue holds every instrument, and its columns have one entry an instrument.
    const instrument = queue[0]!
    const at = tickAt[instrument]!
    if (state.marketAt <= at) {
      if (state.marketAt >= until) break
      if (state.marketAt >= state.close) nextSession(state, universe)
      else advance(state, universe)
      continue
    }
    if (at >= until) break
    const heldUntil = Math.max(state.silentUntil, haltOf(state, universe, instrument))
    if (at < heldUntil) {
      tickAt[instrument] = heldUntil + 1_000 * Random.uniform(state.random)
    } else {
      if (batch.length === batch.capacity) {
        batch.now = Math.max(batch.now, Math.floor(at))
        return false
      }
      publish(state, universe, batch, instrument, Math.floor(at))
      tickAt[instrument] = at + waitingTime(state, universe, instrument, at)
    }
    TickQueue.sinkFirst(state)
  }
  if (until > batch.now) batch.now = until
  return true
}

const nextSession = (state: MarketState, universe: Universe): void => {
  state.open = openOf(tradingDayFrom(istDay(state.close) + 1))
  state.close = state.close + Math.round((state.open - openOf(istDay(state.close))) / DAY_MS) * DAY_MS
  state.marketAt = state.open
  beginSession(state, universe)
}

const beginSession = (state: MarketState, universe: Universe): void => {
  state.previousClose.set(state.last)
  state.volume.fill(0)
  openSession(state, universe)
  for (let i = 0; i < state.tickAt.length; i++) {
    // Columns by instrument have one entry an instrument.
    const over = hasExpired(universe.expiry[i]!, state.open)
    state.tickAt[i] = over
      ? Infinity
      : state.open + 2_000 * Random.uniform(state.random) / Math.max(1, universe.rate[i]!)
  }
  TickQueue.rebuild(state)
}

// Columns by instrument have one entry an instrument and `instrument` is one of them; columns by stock start at
// `firstStock`. None of the reads below can miss.

const tickOf = (universe: Universe, instrument: number): number => universe.instruments[instrument]!.tickSize
const lotOf = (universe: Universe, instrument: number): number => universe.instruments[instrument]!.lotSize
const onTick = (value: number, tick: number): number => Math.max(tick, Math.round(value / tick) * tick)

const isStock = (universe: Universe, instrument: number): boolean =>
  instrument >= universe.firstStock && instrument < universe.future

const haltOf = (state: MarketState, universe: Universe, instrument: number): number =>
  isStock(universe, instrument) ? state.haltedUntil[instrument - universe.firstStock]! : 0

/** How much more than usual is traded in the instrument. */
const burstOf = (state: MarketState, universe: Universe, instrument: number, at: number): number => {
  if (!isStock(universe, instrument)) return 1
  const stock = instrument - universe.firstStock
  return state.burstUntil[stock]! > at ? state.burst[stock]! : 1
}

/** ms to the next tick of the instrument. */
const waitingTime = (state: MarketState, universe: Universe, instrument: number, at: number): number => {
  const rate = universe.rate[instrument]!
  if (instrument < universe.firstStock) return (900 + 200 * Random.uniform(state.random)) / rate
  const excited = burstOf(state, universe, instrument, at) > 1 ? 2 : 1
  return 1_000 * Random.exponential(state.random) / (rate * state.intensity * excited)
}

/** What the instrument is worth now, in paise, off the tick grid. */
const valueOf = (state: MarketState, universe: Universe, instrument: number): number => {
  if (instrument < universe.firstStock) return indexValue(state, universe, instrument)
  if (instrument < universe.future) {
    const stock = instrument - universe.firstStock
    return state.fair[stock]! * (1 + state.transient[stock]!)
  }
  if (instrument === universe.future) return state.futureForward + state.basis
  const strike = universe.strike[instrument]!
  const call = (instrument - universe.future) % 2 === 1
  return black76(call, state.chainForward, strike, state.rootTime, state.discount, state.implied)
}

/** The index from the prices that its stocks last published. */
const indexValue = (state: MarketState, universe: Universe, index: number): number => {
  const members = universe.members[index]!
  const points = universe.pointsPerPaisa[index]!
  let value = 0
  for (let n = 0; n < members.length; n++) {
    const stock = members[n]!
    // Before its first trade a stock counts with what it is worth.
    const price = state.last[universe.firstStock + stock]!
    value += points[n]! * (price === 0 ? state.fair[stock]! : price)
  }
  return value
}

const publish = (
  state: MarketState,
  universe: Universe,
  batch: TickBatch,
  instrument: number,
  eventTime: number
): void => {
  const value = valueOf(state, universe, instrument)
  const tick = tickOf(universe, instrument)
  const row = batch.length
  batch.length = row + 1
  batch.instrument[row] = instrument
  batch.eventTime[row] = eventTime
  batch.receiveTime[row] = eventTime
  if (instrument < universe.firstStock) {
    const price = onTick(value, tick)
    state.last[instrument] = price
    batch.price[row] = price
    batch.lastQuantity[row] = MISSING
    batch.volume[row] = 0
    batch.openInterest[row] = MISSING
    batch.bid[row] = MISSING
    batch.ask[row] = MISSING
    batch.bidQuantity[row] = MISSING
    batch.askQuantity[row] = MISSING
    return
  }
  const { random } = state
  const lot = lotOf(universe, instrument)
  const burst = burstOf(state, universe, instrument, eventTime)
  const spread = spreadOf(state, universe, instrument, value, tick)
  const bid = Math.max(tick, Math.floor((value - spread / 2) / tick) * tick)
  const ask = bid + spread
  let quantity = MISSING
  // The day's first tick is a trade: until then the last price is yesterday's.
  if (state.volume[instrument] === 0 || Random.uniform(random) < TRADE_SHARE) {
    // The square of an exponential has a mean of 2 and the long tail that trade sizes have.
    const size = Random.exponential(random)
    quantity = lot * Math.max(1, Math.round(universe.tradeSize[instrument]! * size * size * burst / (2 * lot)))
    state.last[instrument] = Random.uniform(random) < 0.5 ? bid : ask
    state.volume[instrument]! += quantity
    if (instrument >= universe.future) trackOpenInterest(state, instrument, quantity, lot)
  }
  state.bid[instrument] = bid
  state.ask[instrument] = ask
  const depth = universe.tradeSize[instrument]! * 3 / lot
  batch.price[row] = state.last[instrument]!
  batch.lastQuantity[row] = quantity
  batch.volume[row] = state.volume[instrument]!
  batch.openInterest[row] = state.openInterest[instrument]!
  batch.bid[row] = bid
  batch.ask[row] = ask
  batch.bidQuantity[row] = lot * (1 + Math.floor(depth * Random.exponential(random)))
  batch.askQuantity[row] = lot * (1 + Math.floor(depth * Random.exponential(random)))
}

/** Distance from bid to ask, a whole number of ticks: wider for what is worth more, in a storm, and at the open. */
const spreadOf = (
  state: MarketState,
  universe: Universe,
  instrument: number,
  value: number,
  tick: number
): number => {
  const relative = instrument > universe.future ? 0.004 : instrument === universe.future ? 0.00004 : 0.0003
  const width = value * relative * (0.5 + Random.uniform(state.random)) * Math.sqrt(state.intensity)
  return tick * Math.max(1, Math.round(width / tick))
}

/** A trade opens positions, closes them, or passes them on. */
const trackOpenInterest = (state: MarketState, instrument: number, quantity: number, lot: number): void => {
  const draw = Random.uniform(state.random)
  const change = draw < 0.35 ? quantity : draw < 0.63 ? -quantity : 0
  state.openInterest[instrument] = Math.max(lot, state.openInterest[instrument]! + change)
}
