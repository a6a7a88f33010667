import { assert, describe, it } from "@effect/vitest"
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { ACCEPTED, CandleBuilder, LATE, OUTSIDE_SESSION } from "@keepgaining/core/candles/CandleBuilder.ts"
import { type Interval, intervals } from "@keepgaining/core/candles/Interval.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { formatIst, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Schema from "effect/Schema"
import { readRecordedDay, sharedFile } from "../market/recordedDay.ts"
import { NaiveCandles, type NaiveTick } from "./naiveCandles.ts"

const INSTRUMENT = 7
const cash = new TradingHours(plainHours).of("cash")
const builderAt = (): CandleBuilder => new CandleBuilder(new Float64Array(CandleBuilder.stateSize), 0, INSTRUMENT, cash)

const closedOf = (builder: CandleBuilder, now: number): ReadonlyArray<Candle> => {
  const mask = builder.closeUntil(now)
  return intervals.filter((_, i) => (mask & (1 << i)) !== 0).map((interval) => builder.closed(interval))
}

/** Feeds like the engine: closes what is due, then the tick. Answers all candles that closed, in order. */
const feed = (builder: CandleBuilder, ticks: ReadonlyArray<NaiveTick>, until: number): Array<Candle> => {
  const closed: Array<Candle> = []
  let now = 0
  for (const { cumulative, openInterest, price, time } of ticks) {
    now = Math.max(now, time)
    if (builder.nextClose <= now) closed.push(...closedOf(builder, now))
    builder.onTick(time, price, cumulative, openInterest)
  }
  closed.push(...closedOf(builder, until))
  return closed
}

const at = (time: string, day = "2021-06-09"): number => {
  const instant = parseIst(`${day} ${time}`)
  if (instant === undefined) throw new Error(`${day} ${time} is no time`)
  return instant
}

const tick = (time: string, price: number, cumulative: number, openInterest = 0): NaiveTick => ({
  time: at(time),
  price,
  cumulative,
  openInterest
})

const shown = (candles: ReadonlyArray<Candle>, interval: Interval) =>
  candles.filter((candle) => candle.interval === interval).map((candle) => [
    formatIst(candle.start).slice(11, 19),
    formatIst(candle.end).slice(11, 19),
    [candle.open, candle.high, candle.low, candle.close],
    candle.volume,
    candle.vwap,
    candle.ticks
  ])

describe("a few ticks, by hand", () => {
  const ticks = [
    tick("09:14:59.900", 9_000, 50), // before the open: changes nothing, not even the baseline
    tick("09:15:00", 10_000, 1_000), // baseline of the volume
    tick("09:15:00.500", 10_020, 1_010),
    tick("09:15:59.999", 9_980, 1_040),
    tick("09:16:00", 10_000, 1_040),
    tick("09:16:30", 10_010, 1_030), // the counter steps back: ignored until it passes 1,040 again
    tick("09:16:40", 10_010, 1_050),
    tick("09:20:10", 10_100, 400), // below half: the counter was reset, 400 is the new baseline
    tick("09:20:11", 10_200, 500),
    tick("15:29:59.999", 10_300, 600),
    tick("15:30:00", 20_000, 9_000) // after the close
  ]
  const candles = feed(builderAt(), ticks, at("15:30:00"))
  it("make seconds", () => {
    assert.deepStrictEqual(shown(candles, "1s").slice(0, 2), [
      ["09:15:00", "09:15:01", [10_000, 10_020, 10_000, 10_020], 10, 10_020, 2],
      ["09:15:59", "09:16:00", [9_980, 9_980, 9_980, 9_980], 30, 9_980, 1]
    ])
    assert.lengthOf(shown(candles, "1s"), 8)
  })
  it("make minutes, and none where nothing was traded", () => {
    assert.deepStrictEqual(shown(candles, "1m"), [
      ["09:15:00", "09:16:00", [10_000, 10_020, 9_980, 9_980], 40, 9_990, 3],
      ["09:16:00", "09:17:00", [10_000, 10_010, 10_000, 10_010], 10, 10_010, 3],
      ["09:20:00", "09:21:00", [10_100, 10_200, 10_100, 10_200], 100, 10_200, 2],
      ["15:29:00", "15:30:00", [10_300, 10_300, 10_300, 10_300], 100, 10_300, 1]
    ])
  })
  it("end with the session: the last hour is a quarter of one", () => {
    assert.deepStrictEqual(shown(candles, "1h"), [
      [
        "09:15:00",
        "10:15:00",
        [10_000, 10_200, 9_980, 10_200],
        150,
        (40 * 9_990 + 10 * 10_010 + 100 * 10_200) / 150,
        8
      ],
      ["15:15:00", "15:30:00", [10_300, 10_300, 10_300, 10_300], 100, 10_300, 1]
    ])
    assert.deepStrictEqual(shown(candles, "1d").map(([start, end, , volume]) => [start, end, volume]), [
      ["09:15:00", "15:30:00", 250]
    ])
  })
  it("are accepted, late or outside", () => {
    const builder = builderAt()
    assert.strictEqual(builder.onTick(at("09:15:05"), 1, 1, 0), ACCEPTED)
    assert.strictEqual(builder.onTick(at("09:15:05.900"), 1, 1, 0), ACCEPTED)
    assert.strictEqual(builder.onTick(at("09:15:05.100"), 1, 1, 0), ACCEPTED)
    assert.strictEqual(builder.onTick(at("09:15:04.900"), 1, 1, 0), LATE)
    assert.strictEqual(builder.onTick(at("09:14:59.999"), 1, 1, 0), OUTSIDE_SESSION)
    assert.strictEqual(builder.onTick(at("15:30:00"), 1, 1, 0), OUTSIDE_SESSION)
    assert.strictEqual(builder.onTick(at("10:00:00", "2021-06-08"), 1, 1, 0), OUTSIDE_SESSION)
    assert.strictEqual(builder.lateTicks, 1)
  })
  it("keep the open interest of the day only", () => {
    const builder = builderAt()
    const seen = feed(
      builder,
      [tick("09:15:01", 1, 1, 500), tick("09:15:02", 1, 1), {
        ...tick("09:15:01", 1, 1),
        time: at("09:15:01", "2021-06-10")
      }],
      at("16:00:00", "2021-06-10")
    )
    assert.deepStrictEqual(seen.filter(({ interval }) => interval === "1s").map((candle) => candle.openInterest), [
      500,
      500,
      0
    ])
  })
})

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const Step = Schema.Struct({
  /** How far time moves: within the second, by seconds, minutes, hours, into the next days, or back. */
  pace: Schema.Literals(["ms", "ms", "seconds", "seconds", "minutes", "hours", "days", "back", "back"]),
  amount: between(0, 999),
  price: between(100, 500),
  volume: Schema.Literals(["more", "more", "more", "same", "less", "reset"]),
  openInterest: between(0, 3),
  /** A timer before the tick. */
  timer: Schema.Boolean,
  /** The feed was silent before the tick. */
  gap: Schema.Literals([false, false, false, false, true])
})

const paces = { ms: 1, seconds: 97, minutes: 9_973, hours: 99_991, days: 1_000_003, back: -37 } as const

const Script = Schema.Struct({
  from: Schema.Literals(["09:14:58", "09:15:00", "11:20:07", "15:14:59", "15:29:50"]),
  steps: Schema.Array(Step)
})

/** The ticks of a script, with the times at which a timer comes before them. */
const play = ({ from, steps }: typeof Script.Type) => {
  let time = at(from)
  let cumulative = 1_000
  return steps.map((step): NaiveTick & { readonly timer: boolean; readonly gap: boolean } => {
    time += paces[step.pace] * step.amount
    cumulative = step.volume === "more"
      ? cumulative + step.amount
      : step.volume === "same"
      ? cumulative
      : step.volume === "less"
      ? Math.max(0, cumulative - 5)
      : Math.floor(cumulative / 3)
    return {
      time,
      price: step.price,
      cumulative,
      openInterest: step.openInterest * 100,
      timer: step.timer,
      gap: step.gap
    }
  })
}

const byStart = (a: Candle, b: Candle): number => a.start - b.start

/** `vwap` of a forming candle is put together from parts, so it may be off by a rounding. */
const nearly = (actual: Candle | undefined, expected: Candle | undefined): void => {
  if (actual === undefined || expected === undefined) return assert.strictEqual(actual, expected)
  assert.deepStrictEqual({ ...actual, vwap: 0 }, { ...expected, vwap: 0 })
  assert.closeTo(actual.vwap, expected.vwap, 1e-9 * expected.vwap)
}

describe("any ticks", () => {
  const runs = { arbitrary: { runs: 300 } }
  it.prop("make the same candles as the slow way, at the same moments", [Script], ([script]) => {
    const builder = builderAt()
    const naive = new NaiveCandles()
    let now = 0
    const closeBoth = () => {
      const closed = closedOf(builder, now)
      for (const interval of intervals) {
        const expected = naive.close(interval, now).sort(byStart)
        assert.deepStrictEqual(closed.filter((candle) => candle.interval === interval), expected)
      }
      naive.closedUntil(now)
    }
    for (const each of play(script)) {
      now = Math.max(now, each.time)
      if (each.timer || builder.nextClose <= now) closeBoth()
      if (each.gap) {
        builder.passGap()
        naive.passGap()
      }
      const outcome = builder.onTick(each.time, each.price, each.cumulative, each.openInterest)
      assert.strictEqual(
        ["accepted", "late", "outside"][[ACCEPTED, LATE, OUTSIDE_SESSION].indexOf(outcome)],
        naive.tick(each)
      )
      for (const interval of intervals) nearly(builder.forming(interval), naive.forming(interval))
    }
    now += 5 * 86_400_000
    closeBoth()
    assert.strictEqual(builder.lateTicks, naive.late)
    assert.strictEqual(builder.nextClose, Infinity)
  }, runs)

  it.prop("go on from a snapshot taken anywhere", [Script, between(0, 20)], ([script, cut]) => {
    const ticks = play(script)
    const until = Math.max(0, ...ticks.map(({ time }) => time)) + 86_400_000
    const whole = feed(builderAt(), ticks, until)
    const first = builderAt()
    let now = 0
    const closed: Array<Candle> = []
    let builder = first
    ticks.forEach((each, i) => {
      now = Math.max(now, each.time)
      if (builder.nextClose <= now) closed.push(...closedOf(builder, now))
      builder.onTick(each.time, each.price, each.cumulative, each.openInterest)
      if (i !== cut) return
      const numbers = new Float64Array(CandleBuilder.stateSize)
      builder.save(numbers, 0)
      builder = builderAt()
      builder.load(Float64Array.from(JSON.parse(JSON.stringify([...numbers]))), 0)
    })
    closed.push(...closedOf(builder, until))
    assert.deepStrictEqual(closed, whole)
  }, runs)

  it.prop("in order do not care how often they are closed", [Script], ([script]) => {
    let newest = 0
    const ticks = play(script).filter(({ time }) => {
      const inOrder = time >= newest
      newest = Math.max(newest, time)
      return inOrder
    })
    const until = newest + 86_400_000
    const builder = builderAt()
    const closed: Array<Candle> = []
    for (const { cumulative, openInterest, price, time } of ticks) {
      for (const now of [time - 1, time]) closed.push(...closedOf(builder, now))
      builder.onTick(time, price, cumulative, openInterest)
      closed.push(...closedOf(builder, time))
    }
    closed.push(...closedOf(builder, until))
    const key = ({ interval, start }: Candle) => `${interval} ${start}`
    const sorted = (candles: ReadonlyArray<Candle>) => [...candles].sort((a, b) => key(a) < key(b) ? -1 : 1)
    assert.deepStrictEqual(sorted(closed), sorted(feed(builderAt(), ticks, until)))
    assert.strictEqual(builder.lateTicks, 0)
  }, runs)

  it.prop("share one buffer without touching each other", [Script], ([script]) => {
    const buffer = new Float64Array(3 * CandleBuilder.stateSize)
    const middle = new CandleBuilder(buffer, CandleBuilder.stateSize, INSTRUMENT, cash)
    const ticks = play(script)
    const until = Math.max(0, ...ticks.map(({ time }) => time)) + 86_400_000
    assert.deepStrictEqual(feed(middle, ticks, until), feed(builderAt(), ticks, until))
    assert.isTrue(buffer.subarray(0, CandleBuilder.stateSize).every((value) => value === 0))
    assert.isTrue(buffer.subarray(2 * CandleBuilder.stateSize).every((value) => value === 0))
  })
})

const recorded = sharedFile("nse-ticks-2021-06-10.csv.gz")

describe.skipIf(recorded === undefined)("a recorded day with an outage (skipped when ../shared/data is absent)", () => {
  it("gives the same candles as the slow way", () => {
    for (const [symbol, ticks] of [...readRecordedDay(recorded!)].slice(0, 6)) {
      const naive = new NaiveCandles()
      const own = ticks.map(({ price, time, volume }) => ({ time, price, cumulative: volume, openInterest: 0 }))
      const builder = builderAt()
      const closed: Array<Candle> = []
      let now = 0
      for (const each of own) {
        now = Math.max(now, each.time)
        if (builder.nextClose <= now) {
          closed.push(...closedOf(builder, now))
          naive.closedUntil(now)
        }
        builder.onTick(each.time, each.price, each.cumulative, each.openInterest)
        naive.tick(each)
      }
      closed.push(...closedOf(builder, now + 86_400_000))
      assert.isAbove(closed.length, 1_000, symbol)
      for (const interval of intervals) {
        assert.deepStrictEqual(
          closed.filter((candle) => candle.interval === interval),
          naive.all(interval),
          `${symbol} ${interval}`
        )
      }
    }
  })
})
