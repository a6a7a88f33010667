/**
 * The simulated exchange as a live feed: simulated time runs from 09:15 IST of the trading date at the pace of the wall
 * clock, whatever time of day it is. After the close the feed goes on without ticks for a while, so that timers that are
 * due after it fire, and then opens the next trading day.
 */
import { istDay, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Feed } from "../Feed.ts"
import type { MarketState } from "./MarketState.ts"
import * as SimulatedExchange from "./SimulatedExchange.ts"
import { closeOf, openOf, sessionStart, tradingDayFrom } from "./TradingDays.ts"
import * as Universe from "./Universe.ts"

export interface SimulatedFeedOptions extends Universe.UniverseOptions {
  readonly seed: number
  /** Any instant of the date of the first session; the wall clock's date when not given. Epoch ms. */
  readonly startDate?: number | undefined
  /**
   * Event time to go on after, epoch ms: with the seed, date and options of the first run the market goes on exactly
   * from there. For a restart that finds a recording.
   */
  readonly resumeAfter?: number | undefined
  /** Event seconds a wall second; 1 when not given. */
  readonly pace?: number
  /** Wall time from frame to frame, ms; 100 when not given. */
  readonly frameMillis?: number
  /** So much of the first session is given at once, unpaced, ms: a newcomer finds charts with something on them. */
  readonly headStart?: number
  /** Event time between the close and the next open, ms; two minutes when not given. */
  readonly afterClose?: number
}

/** Rows of one frame at most; what is more comes in further frames at once. */
const FRAME_ROWS = 16_384
/** A machine that slept, or a consumer that held us up, finds the market where it left it, not hours on. */
const LONGEST_ADVANCE = 5_000

export const make = Effect.fn("SimulatedFeed.make")(function*(options: SimulatedFeedOptions) {
  const start = sessionStart(options.startDate ?? (yield* Clock.currentTimeMillis))
  const universe = Universe.make(start, options)
  const market = SimulatedExchange.initial(options.seed, start, universe)
  const resumed = options.resumeAfter !== undefined && options.resumeAfter > start
  if (resumed) yield* fastForward(market, universe, options.resumeAfter)
  const feed: Feed = {
    name: "simulated",
    instruments: universe.instruments,
    previousClose: Array.from(market.previousClose),
    batches: frames(market, universe, resumed ? options.resumeAfter : start, options)
  }
  return feed
})

/** Runs the market up to the instant without showing it to anybody; a whole session takes about two seconds. */
const fastForward = Effect.fnUntraced(function*(market: MarketState, universe: Universe.Universe, until: number) {
  const discarded = new TickBatch(FRAME_ROWS)
  let at = market.open
  while (at < until) {
    at = Math.min(until, at + MINUTE_MS)
    while (!SimulatedExchange.step(market, universe, discarded, at)) continue
    yield* Effect.yieldNow
  }
})

const frames = (
  market: MarketState,
  universe: Universe.Universe,
  from: number,
  options: SimulatedFeedOptions
): Feed["batches"] =>
  Stream.fromPull(Effect.gen(function*() {
    const pace = options.pace ?? 1
    const interval = options.frameMillis ?? 100
    const headStart = options.resumeAfter === undefined ? options.headStart ?? 0 : 0
    const timeline = new Timeline(from + headStart, options.afterClose ?? 2 * MINUTE_MS)
    const scratch = new TickBatch(FRAME_ROWS)
    let last = yield* Clock.currentTimeMillis
    let due = last + interval
    let behind = headStart > 0
    return Effect.gen(function*() {
      if (!behind) {
        const before = yield* Clock.currentTimeMillis
        if (due > before) yield* Effect.sleep(due - before)
        const now = yield* Clock.currentTimeMillis
        due = Math.max(due + interval, now)
        timeline.advance(Math.min(now - last, LONGEST_ADVANCE) * pace)
        last = now
      }
      const { batch, done } = take(market, universe, scratch, Math.floor(timeline.now), last)
      behind = !done
      return [batch] as const
    })
  }))

/** The next ticks up to `until` as a batch of their own, which the consumer may keep. */
const take = (
  market: MarketState,
  universe: Universe.Universe,
  scratch: TickBatch,
  until: number,
  receiveTime: number
): { readonly batch: TickBatch; readonly done: boolean } => {
  const done = SimulatedExchange.step(market, universe, scratch, until)
  const rows = scratch.length
  const batch = new TickBatch(rows)
  batch.length = rows
  batch.now = scratch.now
  batch.receiveTime.fill(receiveTime)
  batch.instrument.set(scratch.instrument.subarray(0, rows))
  batch.eventTime.set(scratch.eventTime.subarray(0, rows))
  batch.price.set(scratch.price.subarray(0, rows))
  batch.lastQuantity.set(scratch.lastQuantity.subarray(0, rows))
  batch.volume.set(scratch.volume.subarray(0, rows))
  batch.openInterest.set(scratch.openInterest.subarray(0, rows))
  batch.bid.set(scratch.bid.subarray(0, rows))
  batch.ask.set(scratch.ask.subarray(0, rows))
  batch.bidQuantity.set(scratch.bidQuantity.subarray(0, rows))
  batch.askQuantity.set(scratch.askQuantity.subarray(0, rows))
  return { batch, done }
}

/** Simulated time: the sessions of successive trading days, one after the other. */
class Timeline {
  now: number
  readonly #afterClose: number

  constructor(now: number, afterClose: number) {
    this.now = now
    this.#afterClose = afterClose
  }

  advance(millis: number): void {
    this.now += millis
    const day = istDay(this.now)
    const end = closeOf(day) + this.#afterClose
    if (this.now >= end) this.now = openOf(tradingDayFrom(day + 1)) + (this.now - end)
  }
}
