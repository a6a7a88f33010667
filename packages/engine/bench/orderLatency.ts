/** From a tick's arrival to the paper order that it causes, with ticks arriving at 100,000 a second. */
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { type AnyStrategy, defineStrategy } from "@keepgaining/core/strategies/Strategy.ts"
import { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import { loadCharges, loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Figure } from "./Figure.ts"
import { generate, type Market } from "./market.ts"

const PER_SECOND = 100_000
const ROWS = 100
const TICKS = 2_000_000
const WARM_UP = 4_000_000
/** What the generated market makes by itself. */
const DEMO_TICKS_PER_SECOND = 325

/**
 * Asks for a small order now and then, a hundred a second in all: ten times what SEBI lets a person send. What it decides
 * costs nothing, so the engine's own time is what shows.
 */
const Prompt = defineStrategy({
  name: "Prompt",
  version: 1,
  summary: "Orders at every thousandth tick; for measuring",
  parameters: Schema.Struct({}),
  intervals: () => [],
  warmup: () => 0,
  initial: () => ({ ticks: 0 }),
  onTick: (state, context) => {
    if (++state.ticks % 1_000 !== 0) return
    context.order({
      clientTag: `${context.instrument.symbol} ${state.ticks}`,
      side: state.ticks % 2_000 === 0 ? "buy" : "sell",
      type: "market",
      validity: "DAY",
      product: "intraday",
      quantity: context.instrument.lotSize,
      purpose: "entry",
      reduceOnly: false
    })
  }
})

class TimedKernel extends Kernel {
  arrived = 0
  readonly micros: Array<number> = []

  override emit(decision: Decision): void {
    super.emit(decision)
    if (decision._tag === "OrderChanged" && decision.order.status === "pending") {
      this.micros.push((performance.now() - this.arrived) * 1_000)
    }
  }
}

export const orderLatency = (): Figure => {
  // Code that runs a hundred times a second takes minutes to be compiled well: a session's first minutes are slower.
  run(generate(WARM_UP, undefined, PER_SECOND / DEMO_TICKS_PER_SECOND), 0)
  const gap = ROWS * 1_000 / PER_SECOND
  const measured = run(generate(TICKS, undefined, PER_SECOND / DEMO_TICKS_PER_SECOND), gap).sort((a, b) => a - b)
  const at = (share: number): number => measured[Math.floor(measured.length * share)] ?? NaN
  return {
    what: `Tick to paper order at ${PER_SECOND / 1_000}k ticks/s, ${measured.length} orders`,
    measured: `p50 ${at(0.5).toFixed(0)} µs, p99 ${at(0.99).toFixed(0)} µs`,
    yardstick: "a frame of 100 ticks every 1 ms",
    ratio: ratioOf(at(0.99), gap * 1_000),
    goal: "p99 < 100 µs",
    met: at(0.99) < 100
  }
}

/** Plays the market, a frame every `gap` ms, and answers what each order took, µs. */
const run = (market: Market, gap: number): Array<number> => {
  const strategies = (name: string): AnyStrategy | undefined => name === Prompt.name ? Prompt : undefined
  const { limits } = sessionDefaults.desk
  const kernel = new TimedKernel({
    ...sessionDefaults,
    // The rate limit and the capital would stop most of what is to be measured.
    desk: {
      ...sessionDefaults.desk,
      limits: { ...limits, maxOrdersPerSecond: Infinity, maxDailyLoss: Infinity, capital: 1e15 }
    },
    instruments: market.instruments,
    hours: new TradingHours(plainHours),
    charges: new ChargeSchedule(Effect.runSync(loadCharges())),
    margins: new MarginSchedule(Effect.runSync(loadMarginRates())),
    strategyNamed: strategies
  })
  const symbols = market.instruments.all().filter(isTradable).map(({ symbol }) => symbol)
  kernel.command("deploy", {
    _tag: "Deploy",
    deployment: { id: "bench", strategy: "Prompt", parameters: {}, instruments: symbols, lots: 1, mode: "paper" }
  })
  const frames = rowsOf(market, ROWS)
  const started = performance.now()
  frames.forEach((frame, n) => {
    const due = started + n * gap
    // Ticks come when they come: waiting here is the market's pace, not the engine's.
    while (performance.now() < due);
    kernel.arrived = performance.now()
    kernel.batch(frame)
    kernel.takeDecisions()
  })
  return kernel.micros
}

const ratioOf = (micros: number, frameMicros: number): string => (micros / frameMicros).toFixed(2)

/** The market cut into frames of so many rows. */
const rowsOf = (market: Market, rows: number): ReadonlyArray<TickBatch> => {
  const cut: Array<TickBatch> = []
  for (const frame of market.frames) {
    for (let from = 0; from < frame.length; from += rows) {
      const to = Math.min(from + rows, frame.length)
      const part = new TickBatch(to - from)
      part.length = to - from
      part.instrument.set(frame.instrument.subarray(from, to))
      part.eventTime.set(frame.eventTime.subarray(from, to))
      part.receiveTime.set(frame.receiveTime.subarray(from, to))
      part.price.set(frame.price.subarray(from, to))
      part.lastQuantity.set(frame.lastQuantity.subarray(from, to))
      part.volume.set(frame.volume.subarray(from, to))
      part.openInterest.set(frame.openInterest.subarray(from, to))
      part.bid.set(frame.bid.subarray(from, to))
      part.ask.set(frame.ask.subarray(from, to))
      part.bidQuantity.set(frame.bidQuantity.subarray(from, to))
      part.askQuantity.set(frame.askQuantity.subarray(from, to))
      part.now = frame.eventTime[to - 1] ?? frame.now
      cut.push(part)
    }
  }
  return cut
}
