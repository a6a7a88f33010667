/** Small seeded markets and a restless strategy, for tests of the kernel. */
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { type Tick, TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import { type AnyStrategy, defineStrategy } from "@keepgaining/core/strategies/Strategy.ts"
import { VolumeRocket } from "@keepgaining/core/strategies/VolumeRocket.ts"
import { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import type { KernelOptions } from "@keepgaining/engine/kernel/KernelOptions.ts"
import { loadCharges, loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export const open = parseIst("2021-06-09 09:15:00")!

export const stocks = (count: number): InstrumentTable =>
  InstrumentTable.from(
    Array.from({ length: count }, (_, i) => ({
      symbol: `NSE:STOCK${i}`,
      exchange: "NSE" as const,
      kind: "equity" as const,
      tickSize: 5,
      lotSize: 1
    }))
  )

/** Ticks of `count` stocks over `seconds` of session, in order of time, with bursts, pauses and equal timestamps. */
export const marketTicks = (seed: number, count: number, seconds: number): Array<Tick> => {
  const random = Random.fromSeed(seed)
  const price = Array.from({ length: count }, () => 50_000 + 5 * Random.integer(random, 20_000))
  const volume = Array.from({ length: count }, () => 1_000)
  const ticks: Array<Tick> = []
  let time = open
  const end = open + seconds * 1_000
  while (time < end) {
    const burst = 1 + Random.integer(random, 4)
    for (let k = 0; k < burst; k++) {
      const i = Random.integer(random, count)
      price[i] = Math.max(500, price[i]! + 5 * (Random.integer(random, 41) - 20))
      volume[i]! += Random.integer(random, 500)
      ticks.push({
        instrument: i,
        eventTime: time,
        price: paise(price[i]!),
        volume: volume[i]!,
        ...(Random.chance(random, 0.5)
          ? {
            bid: paise(price[i]! - 5),
            ask: paise(price[i]! + 5),
            bidQuantity: 1 + Random.integer(random, 300),
            askQuantity: 1 + Random.integer(random, 300)
          }
          : {})
      })
    }
    time += Random.chance(random, 0.02) ? 3_000 : Random.integer(random, 120)
  }
  return ticks
}

/** Cuts ticks into batches of the given sizes, over and over, and ends the day. */
export const batches = (ticks: ReadonlyArray<Tick>, sizes: ReadonlyArray<number>, end?: number): Array<TickBatch> => {
  const cut: Array<TickBatch> = []
  let now = 0
  for (let at = 0, n = 0; at < ticks.length; n++) {
    const size = sizes[n % sizes.length]!
    const batch = TickBatch.fromTicks(ticks.slice(at, at + size))
    now = Math.max(now, batch.now)
    batch.now = now
    cut.push(batch)
    at += size
  }
  cut.push(TickBatch.timer(end ?? now + 60_000))
  return cut
}

/** Trades at every other candle, draws chance, sets timers, throws nothing: touches everything a strategy can. */
export const Restless = defineStrategy({
  name: "Restless",
  version: 1,
  summary: "Trades all the time; for tests",
  parameters: Schema.Struct({}),
  intervals: () => ["1s", "1m"],
  warmup: () => 2,
  initial: () => ({ candles: 0, fills: 0, ticks: 0, timers: 0, path: 0 }),
  onTick: (state, context) => {
    state.ticks++
    state.path = (state.path * 31 + context.quote.price) % 1_000_003
  },
  onCandle: (state, candle, context) => {
    state.candles++
    state.path = (state.path * 31 + candle.close + candle.volume) % 1_000_003
    if (candle.interval !== "1s" || context.random() > 0.15) return
    const held = context.position.quantity
    if (held !== 0 && context.random() < 0.5) {
      context.signal({
        action: "exit",
        entry: candle.close,
        strength: 1,
        validUntil: context.now + 10_000,
        reasons: [{ name: "path", value: state.path }]
      })
      return
    }
    const long = context.random() < 0.5
    context.signal({
      action: long ? "long" : "short",
      entry: candle.close,
      stop: paise(candle.close + (long ? -100 : 100)),
      target: paise(candle.close + (long ? 150 : -150)),
      strength: 0.5,
      validUntil: context.now + 10_000,
      reasons: [{ name: "path", value: state.path }]
    })
    context.setTimer("later", context.now + 1_234)
  },
  onOrder: (state, update) => {
    if (update._tag === "Fill") state.fills++
  },
  onTimer: (state, _name, context) => {
    state.timers++
    context.log(`timer ${state.timers} with ${state.fills} fills, ${state.ticks} ticks`)
  }
})

/** Buys again whatever it does not hold, at the close of every minute, and leaves nothing by itself. */
export const Holder = defineStrategy({
  name: "Holder",
  version: 1,
  summary: "Holds intraday positions all day; for tests",
  parameters: Schema.Struct({}),
  intervals: () => ["1m"],
  warmup: () => 0,
  initial: () => ({ asked: 0 }),
  onCandle: (state, _candle, context) => {
    if (context.position.quantity !== 0) return
    context.order({
      clientTag: `h${++state.asked}`,
      side: "buy",
      quantity: 1,
      type: "market",
      validity: "DAY",
      product: "intraday",
      purpose: "entry",
      reduceOnly: false
    })
  }
})

export const strategies = (name: string): AnyStrategy | undefined =>
  [Restless, Holder, VolumeRocket].find((strategy) => strategy.name === name)

export const kernelOf = (instruments: InstrumentTable, options: Partial<KernelOptions> = {}): Kernel =>
  new Kernel({
    ...sessionDefaults,
    instruments,
    hours: new TradingHours(plainHours),
    charges: new ChargeSchedule(Effect.runSync(loadCharges())),
    margins: new MarginSchedule(Effect.runSync(loadMarginRates())),
    strategyNamed: strategies,
    partitions: 1,
    ...options
  })

export const deployRestless = (kernel: Kernel, strategy: "Restless" | "Holder" = "Restless"): void => {
  const outcome = kernel.command("deploy", {
    _tag: "Deploy",
    deployment: {
      id: "d1",
      strategy,
      parameters: {},
      instruments: kernel.instruments.all().map((instrument) => instrument.symbol),
      lots: 10,
      mode: "paper"
    }
  })
  if (outcome._tag !== "Done") throw new Error(outcome.reason)
}

/** What the session decided, without the numbers of inputs. */
export const decisionsOf = (kernel: Kernel): ReadonlyArray<string> =>
  kernel.takeDecisions().map(({ decision }) =>
    JSON.stringify(decision, (key, value: unknown) => key === "cause" ? undefined : value)
  )
