/** A strategy at work on one instrument: the supervised actor around a {@link Strategy}'s plain functions. */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { type Interval, intervals } from "@keepgaining/core/candles/Interval.ts"
import type { Deployment } from "@keepgaining/core/deployments/Deployment.ts"
import { DECISION_GRID } from "@keepgaining/core/desk/DeskState.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import { sign } from "@keepgaining/core/orders/Order.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import type {
  AnyStrategy,
  LastQuote,
  OrderUpdate,
  StrategyContext,
  StrategyPosition
} from "@keepgaining/core/strategies/Strategy.ts"
import { clonePlain } from "../actors/PlainData.ts"
import { initialRecord, type SupervisionRecord } from "../actors/Supervision.ts"
import type { CellTick } from "./InputRing.ts"
import type { Outbox, Output } from "./Outbox.ts"

/** Everything that a snapshot of it holds. Plain data. */
export interface StrategyData {
  state: unknown
  quantity: number
  /** Signed cost of the open quantity, paise. */
  cost: number
  random: Random.Random
  timers: Record<string, number>
  /** Candles seen of the interval seen least. */
  candles: number
}

/** Bits of the intervals, as `CandleBuilder.closeUntil` reports them. */
export const intervalMask = (wanted: ReadonlyArray<Interval>): number =>
  wanted.reduce((mask, interval) => mask | (1 << intervals.indexOf(interval)), 0)

export class StrategyActor {
  readonly kind = "strategy"
  readonly path: string
  readonly deployment: Deployment
  readonly strategy: AnyStrategy
  readonly instrument: Instrument
  readonly index: number
  readonly ordinal: number
  readonly mask: number
  readonly warmup: number
  readonly wantsTicks: boolean
  record: SupervisionRecord = initialRecord()
  paused = false
  data: StrategyData
  saved: StrategyData
  /** Earliest timer, epoch ms; Infinity without one. */
  nextTimer = Infinity
  readonly #context: { -readonly [K in keyof StrategyContext<unknown>]: StrategyContext<unknown>[K] }
  readonly #quote: { -readonly [K in keyof LastQuote]: LastQuote[K] }
  readonly #position: { -readonly [K in keyof StrategyPosition]: StrategyPosition[K] }
  /** Where outputs go; undefined while inputs are fed again and during a mute. */
  #outbox: Outbox | undefined

  constructor(options: {
    readonly path: string
    readonly deployment: Deployment
    readonly strategy: AnyStrategy
    /** As decoded by the strategy's own schema. */
    readonly parameters: unknown
    readonly instrument: Instrument
    readonly index: number
    readonly ordinal: number
    readonly seed: number
  }) {
    this.path = options.path
    this.deployment = options.deployment
    this.strategy = options.strategy
    this.instrument = options.instrument
    this.index = options.index
    this.ordinal = options.ordinal
    this.mask = intervalMask(options.strategy.intervals(options.parameters))
    this.warmup = options.strategy.warmup(options.parameters)
    this.wantsTicks = options.strategy.onTick !== undefined
    this.data = {
      state: options.strategy.initial(options.parameters, options.instrument),
      quantity: 0,
      cost: 0,
      random: Random.fromSeed(options.seed),
      timers: {},
      candles: 0
    }
    this.saved = clonePlain(this.data)
    const empty = emptyQuote()
    this.#quote = empty
    const position = { quantity: 0, averagePrice: 0 }
    this.#position = position
    const context: { -readonly [K in keyof StrategyContext<unknown>]: StrategyContext<unknown>[K] } = {
      now: 0,
      parameters: options.parameters,
      instrument: options.instrument,
      quote: empty,
      position,
      random: () => Random.uniform(this.data.random),
      signal: (signal) => this.#put({ ...this.#stamp(), _tag: "Signal", deployment: this.deployment.id, signal }),
      order: (request) =>
        this.#put({
          ...this.#stamp(),
          _tag: "Request",
          deployment: this.deployment.id,
          request: { ...request, instrument: this.index }
        }),
      cancel: (orderId) => this.#put({ ...this.#stamp(), _tag: "Cancel", deployment: this.deployment.id, orderId }),
      setTimer: (name, at) => {
        // On the grid, because ticks within one step of it are one slice or several, as they happened to be framed.
        const due = Math.ceil(at / DECISION_GRID) * DECISION_GRID
        this.data.timers[name] = due
        this.nextTimer = Math.min(this.nextTimer, due)
      },
      log: (message) => this.#put({ ...this.#stamp(), _tag: "Log", deployment: this.deployment.id, message })
    }
    this.#context = context
  }

  /** Directs what the strategy says; `undefined` while it is fed inputs that it has already answered. */
  speakInto(outbox: Outbox | undefined, now: number): void {
    this.#context.now = now
    this.#outbox = now < this.record.mutedUntil || this.paused ? undefined : outbox
  }

  /** Sees what was before the session. It cannot act on it: what it says and the timers that it sets are dropped. */
  warmUp(candles: ReadonlyArray<Candle>): void {
    const outbox = this.#outbox
    const { now } = this.#context
    this.#outbox = undefined
    for (const candle of candles) {
      this.#context.now = candle.end
      this.candle(candle)
    }
    this.data.timers = {}
    this.nextTimer = Infinity
    this.#context.now = now
    this.#outbox = outbox
  }

  start(): void {
    this.strategy.onStart?.(this.data.state, this.#context)
  }

  stop(): void {
    this.strategy.onStop?.(this.data.state, this.#context)
  }

  /** A tick, for a strategy that wants every one of them. */
  observe(tick: CellTick): void {
    this.see(tick)
    this.strategy.onTick?.(this.data.state, this.#context)
  }

  /** What the strategy finds as the latest quote. One that does not want ticks is shown the last before it is called. */
  see(tick: CellTick): void {
    const quote = this.#quote
    quote.time = tick.time
    quote.price = tick.price
    quote.volume = tick.volume
    quote.openInterest = tick.openInterest
    quote.bid = tick.bid
    quote.ask = tick.ask
  }

  candle(candle: Candle): void {
    this.data.candles += 1
    this.strategy.onCandle?.(this.data.state, candle, this.#context)
  }

  update(update: OrderUpdate): void {
    if (update._tag === "Fill") {
      const { fill } = update
      const data = this.data
      const signed = sign(fill.side) * fill.quantity
      const before = data.quantity
      const after = before + signed
      if (before === 0 || before > 0 === signed > 0) data.cost += signed * fill.price
      else if (after === 0) data.cost = 0
      else if (after > 0 === before > 0) data.cost = data.cost * after / before
      else data.cost = after * fill.price
      data.quantity = after
      this.#showPosition()
    }
    this.strategy.onOrder?.(this.data.state, update, this.#context)
  }

  /** Fires the timers due at `now`, in the order of their times, then names. */
  fireTimers(now: number): void {
    const timers = this.data.timers
    const due = Object.keys(timers).filter((name) => timers[name]! <= now)
      .sort((a, b) => timers[a]! - timers[b]! || (a < b ? -1 : 1))
    for (const name of due) {
      delete timers[name]
      this.strategy.onTimer?.(this.data.state, name, this.#context)
    }
    this.#findNextTimer()
  }

  save(): void {
    this.saved = clonePlain(this.data)
  }

  restore(): void {
    this.load(clonePlain(this.saved))
  }

  load(data: StrategyData): void {
    this.data = data
    this.#showPosition()
    this.#findNextTimer()
  }

  #findNextTimer(): void {
    let next = Infinity
    for (const at of Object.values(this.data.timers)) if (at < next) next = at
    this.nextTimer = next
  }

  #showPosition(): void {
    const { quantity, cost } = this.data
    this.#position.quantity = quantity
    this.#position.averagePrice = quantity === 0 ? 0 : cost / quantity
  }

  #stamp() {
    return { row: this.#outbox?.row ?? -1, actor: this.ordinal, instrument: this.index, at: this.#context.now }
  }

  #put(output: Output): void {
    this.#outbox?.outputs.push(output)
  }
}

const emptyQuote = (): { -readonly [K in keyof LastQuote]: LastQuote[K] } => ({
  time: 0,
  price: 0 as LastQuote["price"], // "no quote yet" is stated by time 0
  volume: 0,
  openInterest: 0,
  bid: 0 as LastQuote["price"],
  ask: 0 as LastQuote["price"]
})
