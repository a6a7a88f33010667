import { assert, describe, it } from "@effect/vitest"
import { istTimeOfDay, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { type Tick, TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { MarketState } from "../../src/feeds/simulated/MarketState.ts"
import * as SimulatedExchange from "../../src/feeds/simulated/SimulatedExchange.ts"
import { CLOSE, OPEN } from "../../src/feeds/simulated/TradingDays.ts"
import * as Universe from "../../src/feeds/simulated/Universe.ts"

// A Monday evening: the session of that date is simulated nevertheless.
const start = parseIst("2026-11-23 20:00:00") ?? Number.NaN
const universe = Universe.make(start)
const MINUTE = 60_000

/** Runs the market to `until` in the given steps and hands every tick to `each`. */
const drain = (
  state: MarketState,
  until: number,
  each: (tick: Tick) => void,
  options: { readonly steps?: ReadonlyArray<number>; readonly capacity?: number; readonly of?: Universe.Universe } = {}
): void => {
  const steps = options.steps ?? [1_000]
  const batch = new TickBatch(options.capacity ?? 4_096)
  const take = (): void => {
    for (let row = 0; row < batch.length; row++) each(batch.tick(row))
  }
  let at = state.open
  for (let n = 0; at < until; n++) {
    at = Math.min(until, at + (steps[n % steps.length] ?? 1_000))
    while (!SimulatedExchange.step(state, options.of ?? universe, batch, at)) {
      assert.isAtMost(batch.now, at)
      take()
    }
    take()
    assert.strictEqual(batch.now, at)
  }
}

const digest = (ticks: Iterable<Tick>): string => {
  let hash = 0
  let count = 0
  for (const tick of ticks) {
    for (const value of Object.values(tick)) {
      hash = (Math.imul(hash, 31) + Math.floor(Number(value) % 4_294_967_296)) | 0
    }
    count += 1
  }
  return `${count}:${hash}`
}

const run = (
  seed: number,
  minutes: number,
  options: { readonly steps?: ReadonlyArray<number>; readonly capacity?: number } = {}
): string => {
  const state = SimulatedExchange.initial(seed, start, universe)
  const ticks: Array<Tick> = []
  drain(state, state.open + minutes * MINUTE, (tick) => ticks.push(tick), options)
  return digest(ticks)
}

describe("the simulated exchange", () => {
  const Seed = Schema.Int
  const Steps = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000 })))
    .check(Schema.isMinLength(1), Schema.isMaxLength(5))
  const Capacity = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500 }))

  it.effect.prop(
    "gives the same ticks whatever the steps and the size of the batch",
    [Seed, Steps, Capacity],
    ([seed, steps, capacity]) =>
      Effect.sync(() => {
        // Steps of a few ms over minutes of market are slow and prove nothing more.
        const coarse = steps.map((size) => size < 20 ? size * 37 : size)
        assert.strictEqual(run(seed, 2, { steps: coarse, capacity }), run(seed, 2))
      }),
    { arbitrary: { runs: 15 } }
  )

  it("differs from seed to seed", () => {
    assert.notStrictEqual(run(1, 1), run(2, 1))
  })

  it("goes on from a copy of its state", () => {
    const state = SimulatedExchange.initial(5, start, universe)
    drain(state, state.open + MINUTE, () => {})
    const copy = structuredClone(state)
    const rest = (market: MarketState): string => {
      const ticks: Array<Tick> = []
      const batch = new TickBatch(300_000)
      assert.isTrue(SimulatedExchange.step(market, universe, batch, market.open + 3 * MINUTE))
      for (let row = 0; row < batch.length; row++) ticks.push(batch.tick(row))
      return digest(ticks)
    }
    assert.strictEqual(rest(copy), rest(state))
  })

  it.effect.prop("keeps its promises on every tick", [Seed], ([seed]) =>
    Effect.sync(() => {
      const state = SimulatedExchange.initial(seed, start, universe)
      const volume = new Float64Array(universe.instruments.length)
      const last = Float64Array.from(state.previousClose)
      let time = state.open
      let ticks = 0
      // Collected instead of asserted one by one: an assertion costs more than making the tick.
      const broken: Array<string> = []
      drain(state, state.open + 5 * MINUTE, (tick) => {
        const instrument = universe.instruments[tick.instrument]
        assert(instrument !== undefined)
        const { ask = 0, askQuantity = 0, bid = 0, bidQuantity = 0, lastQuantity = 0, openInterest = 0 } = tick
        const promise = (what: string, kept: boolean): void => {
          if (!kept) broken.push(`${what}: ${instrument.symbol} ${JSON.stringify(tick)}`)
        }
        const step = instrument.tickSize
        promise("time in whole ms, never back", Number.isInteger(tick.eventTime) && tick.eventTime >= time)
        promise("price above zero and on tick", tick.price > 0 && tick.price % step === 0)
        if (instrument.kind === "index") {
          promise("index consistent", Math.abs(tick.price - indexFrom(last, tick.instrument)) <= step / 2 + 1e-6)
          promise("nothing traded in an index", tick.volume === 0 && bid === 0 && ask === 0)
        } else {
          promise("bid below ask", bid > 0 && bid < ask)
          promise("book on tick", bid % step === 0 && ask % step === 0)
          promise("something bid and offered", bidQuantity > 0 && askQuantity > 0)
          const quantities = [bidQuantity, askQuantity, lastQuantity, openInterest]
          promise("whole lots", quantities.every((quantity) => quantity % instrument.lotSize === 0))
          promise("volume counts every trade", tick.volume === (volume[tick.instrument] ?? 0) + lastQuantity)
          promise("no price without a trade", lastQuantity > 0 || tick.price === last[tick.instrument])
          promise("open interest of derivatives", (instrument.kind === "equity") === (openInterest === 0))
        }
        time = tick.eventTime
        volume[tick.instrument] = tick.volume
        last[tick.instrument] = tick.price
        ticks += 1
      })
      assert.deepStrictEqual(broken.slice(0, 5), [])
      assert.isAbove(ticks, 20_000)
    }), { arbitrary: { runs: 6 } })

  it("trades the whole session and nothing outside it, then the next one with yesterday's closes", () => {
    const quiet = Universe.make(start, { activity: 0.2, strikes: 5 })
    const state = SimulatedExchange.initial(11, start, quiet)
    const last = new Float64Array(quiet.instruments.length)
    let newest = 0
    let previousVolume = 0
    drain(state, state.close, (tick) => {
      last[tick.instrument] = tick.price
      newest = tick.eventTime
      previousVolume = Math.max(previousVolume, tick.volume)
      assert.isTrue(istTimeOfDay(tick.eventTime) >= OPEN && istTimeOfDay(tick.eventTime) < CLOSE)
    }, { steps: [30_000], of: quiet })
    assert.isBelow(state.close - newest, 20_000)
    const batch = new TickBatch(600_000)
    // Until noon of the next day in one go: a step may be as long as it likes.
    assert.isTrue(SimulatedExchange.step(state, quiet, batch, parseIst("2026-11-24 12:00:00") ?? 0))
    assert.deepStrictEqual(Array.from(state.previousClose), Array.from(last))
    assert.isAbove(batch.length, 1_000)
    for (let row = 0; row < batch.length; row++) {
      const { eventTime, volume } = batch.tick(row)
      assert.isTrue(istTimeOfDay(eventTime) >= OPEN && istTimeOfDay(eventTime) < CLOSE)
      assert.isBelow(volume, previousVolume)
    }
  })

  it("stops quoting what expired, and skips the weekend", () => {
    // The chain of Monday 23 November 2026 expires on Tuesday 1 December.
    const quiet = Universe.make(start, { activity: 0.02, strikes: 3 })
    const state = SimulatedExchange.initial(3, start, quiet)
    const option = quiet.instruments.findIndex((instrument) => instrument.kind === "option")
    const seen = new Map<string, Set<number>>()
    drain(state, parseIst("2026-12-03 16:00:00") ?? 0, (tick) => {
      const date = new Date(tick.eventTime).toISOString().slice(0, 10)
      const found = seen.get(date) ?? new Set()
      seen.set(date, found.add(tick.instrument))
    }, { steps: [3_600_000], of: quiet })
    assert.deepStrictEqual([...seen.keys()], [
      "2026-11-23",
      "2026-11-24",
      "2026-11-25",
      "2026-11-26",
      "2026-11-27",
      "2026-11-30",
      "2026-12-01",
      "2026-12-02",
      "2026-12-03"
    ])
    assert.isTrue(seen.get("2026-12-01")?.has(option))
    assert.isFalse(seen.get("2026-12-02")?.has(option))
  })

  it("is a market worth watching: an hour has bursts of volume, silence, and correlated prices", () => {
    const state = SimulatedExchange.initial(2026, start, universe)
    const perMinute = new Map<number, Float64Array>()
    const close = new Map<number, Float64Array>()
    let before = 0
    let longestSilence = 0
    drain(state, state.open + 240 * MINUTE, (tick) => {
      const minute = Math.floor((tick.eventTime - state.open) / MINUTE)
      if (before > 0) longestSilence = Math.max(longestSilence, tick.eventTime - before)
      before = tick.eventTime
      const volumes = perMinute.get(tick.instrument) ?? new Float64Array(240)
      volumes[minute]! += tick.lastQuantity ?? 0
      perMinute.set(tick.instrument, volumes)
      const closes = close.get(tick.instrument) ?? new Float64Array(240)
      closes[minute] = tick.price
      close.set(tick.instrument, closes)
    })
    assert.isAbove(longestSilence, 2_000)
    const stocks = Array.from({ length: 50 }, (_, n) => universe.firstStock + n)
    const bursts = stocks.filter((stock) => {
      const volumes = perMinute.get(stock) ?? new Float64Array(0)
      const median = Float64Array.from(volumes).toSorted()[volumes.length >> 1] ?? 0
      return volumes.some((value) => value > 4 * median)
    })
    assert.isAbove(bursts.length, 25)
    const returns = (instrument: number): ReadonlyArray<number> => {
      const prices = Array.from(close.get(instrument) ?? []).filter((price) => price > 0)
      return prices.slice(1).map((price, n) => Math.log(price / (prices[n] ?? price)))
    }
    const [hdfc, icici] = ["NSE:HDFCBANK", "NSE:ICICIBANK"].map((symbol) =>
      returns(universe.instruments.findIndex((instrument) => instrument.symbol === symbol))
    )
    assert(hdfc !== undefined && icici !== undefined)
    assert.isAbove(correlation(hdfc, icici), 0.15)
    assert.isAbove(correlation(returns(0), returns(universe.future)), 0.5)
  })
})

/** The index as its definition says: its level times the weighted mean of its stocks' relative prices. */
const indexFrom = (last: Float64Array, index: number): number => {
  const members = universe.members[index] ?? []
  let weighted = 0
  let n = 0
  for (const member of members) {
    weighted += (universe.pointsPerPaisa[index]?.[n] ?? 0) * (last[universe.firstStock + member] ?? 0)
    n += 1
  }
  return weighted
}

const correlation = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  const n = Math.min(a.length, b.length)
  const mean = (xs: ReadonlyArray<number>): number => xs.slice(0, n).reduce((sum, x) => sum + x, 0) / n
  const [meanA, meanB] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const da = (a[i] ?? 0) - meanA
    const db = (b[i] ?? 0) - meanB
    ab += da * db
    aa += da * da
    bb += db * db
  }
  return ab / Math.sqrt(aa * bb)
}
