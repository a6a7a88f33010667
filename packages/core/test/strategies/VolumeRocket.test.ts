import { assert, describe, it } from "@effect/vitest"
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { CandleBuilder } from "@keepgaining/core/candles/CandleBuilder.ts"
import { intervals } from "@keepgaining/core/candles/Interval.ts"
import { plainHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { Signal } from "@keepgaining/core/strategies/Signal.ts"
import { VolumeRocket } from "@keepgaining/core/strategies/VolumeRocket.ts"
import * as Schema from "effect/Schema"
import { candle, walk } from "../candles/someCandles.ts"
import { readRecordedDay, type RecordedTick, sharedFile } from "../market/recordedDay.ts"
import { runStrategy } from "./runStrategy.ts"

const decode = Schema.decodeUnknownSync(VolumeRocket.parameters)
const defaults = decode({})
const validSignal = Schema.decodeUnknownSync(Signal)

/** Falls for 60 candles, then rises; mirrored on request. The seventh rising candle and its successors trade more. */
const turn = (options: { readonly down?: boolean; readonly burst?: number } = {}): Array<Candle> => {
  const sign = options.down === true ? -1 : 1
  return Array.from({ length: 90 }, (_, i) => {
    const before = 100_000 + sign * (i < 60 ? (60 - i) * 20 : (i - 60) * 60)
    const close = 100_000 + sign * (i < 60 ? (59 - i) * 20 : (i - 59) * 60)
    const middle = Math.min(before, close)
    // Up and down by turns, so that the RSI does not sit at its end.
    const wiggle = i % 3 === 0 ? -sign * 40 : 0
    return candle("1m", i, {
      open: before,
      close: close + wiggle,
      high: Math.max(before, close) + 60,
      low: middle - 60,
      volume: i >= 62 ? 1_000 * (options.burst ?? 3) : 1_000
    })
  })
}

describe("parameters", () => {
  it("all have a default, a description and a range that holds the default", () => {
    const { properties } = Schema.toJsonSchemaDocument(VolumeRocket.parameters).schema as {
      // The shape of a JSON schema of a struct.
      readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    }
    assert.isAbove(Object.keys(properties).length, 10)
    for (const [name, field] of Object.entries(properties)) {
      assert.isString(field["description"], name)
      if (field["type"] === "string") assert.include(field["enum"] as ReadonlyArray<unknown>, field["default"], name)
      else {
        assert.isAtLeast(Number(field["default"]), Number(field["minimum"]), name)
        assert.isAtMost(Number(field["default"]), Number(field["maximum"]), name)
      }
    }
  })
  it("refuse what cannot work", () => {
    for (
      const wrong of [{ fast: 21 }, { slow: 5 }, { fast: 0 }, { rsiStrong: 90 }, { interval: "2m" }, { slow: 30.5 }]
    ) {
      assert.throws(() => decode(wrong), undefined, undefined, JSON.stringify(wrong))
    }
    assert.throws(() => decode({ fast: 30 }), /fast must be less than slow/)
  })
  it("choose the interval", () => {
    assert.deepStrictEqual(VolumeRocket.intervals(decode({ interval: "5m" })), ["5m"])
  })
})

describe("a turn with volume", () => {
  const long = runStrategy(VolumeRocket, defaults, turn()).raised
  it("is one signal with entry, stop and target on the tick grid and reasons in numbers", () => {
    assert.lengthOf(long, 1)
    const { at, signal } = long[0]!
    assert.strictEqual(signal.action, "long")
    const risk = signal.entry - signal.stop!
    assert.isAbove(risk, 0)
    assert.strictEqual(signal.target! - signal.entry, 2 * risk)
    assert.strictEqual(signal.stop! % 5, 0)
    assert.strictEqual(signal.target! % 5, 0)
    assert.strictEqual(signal.validUntil, at + 30_000)
    assert.isUndefined(signal.trail)
    const [cross, trend, rsi, volume, atr] = signal.reasons
    assert.isAbove(cross!.value, cross!.threshold!)
    assert.isAbove(trend!.value, trend!.threshold!)
    assert.isAbove(rsi!.value, rsi!.threshold!)
    assert.isAbove(volume!.value, volume!.threshold!)
    // The reason is in rupees, the rest in paise.
    assert.closeTo(risk, 2 * atr!.value * 100, 2.5)
  })
  it("is the opposite signal when it goes down", () => {
    const short = runStrategy(VolumeRocket, defaults, turn({ down: true })).raised
    assert.deepStrictEqual(short.map(({ signal }) => signal.action), ["short"])
    const { entry, stop, target } = short[0]!.signal
    assert.isAbove(stop!, entry)
    assert.isBelow(target!, entry)
    assert.strictEqual(short[0]!.at, long[0]!.at)
  })
  it("is none without the volume", () => {
    assert.lengthOf(runStrategy(VolumeRocket, defaults, turn({ burst: 1 })).raised, 0)
    assert.lengthOf(runStrategy(VolumeRocket, defaults, turn({ burst: 0 })).raised, 0)
  })
  it("is none when the momentum is not there or is used up", () => {
    assert.lengthOf(runStrategy(VolumeRocket, decode({ rsiStrong: 95, rsiExhausted: 96 }), turn()).raised, 0)
    assert.lengthOf(runStrategy(VolumeRocket, decode({ rsiStrong: 10, rsiExhausted: 20 }), turn()).raised, 0)
  })
  it("is none when the trend does not agree in time", () => {
    assert.lengthOf(runStrategy(VolumeRocket, decode({ multiplier: 20 }), turn()).raised, 0)
  })
  it("is none on the side that is not taken, nor where it is held already", () => {
    assert.lengthOf(runStrategy(VolumeRocket, decode({ direction: "short" }), turn()).raised, 0)
    assert.lengthOf(runStrategy(VolumeRocket, decode({ direction: "long" }), turn()).raised, 1)
    const held = runStrategy(VolumeRocket, defaults, turn(), { position: 10 }).raised
    assert.lengthOf(held.filter(({ signal }) => signal.action !== "exit"), 0)
  })
  it("carries a trail when asked", () => {
    const [raised] = runStrategy(VolumeRocket, decode({ trailAtr: 1.5 }), turn()).raised
    const atr = raised!.signal.reasons[4]!.value
    assert.closeTo(raised!.signal.trail!, 1.5 * atr * 100, 2.5)
  })
  it("turns a position round when Supertrend does", () => {
    const { raised } = runStrategy(VolumeRocket, defaults, turn({ down: true }), { position: 10 })
    const exits = raised.filter(({ signal }) => signal.action === "exit")
    assert.isAbove(exits.length, 0)
    for (const { signal } of exits) assert.isBelow(signal.reasons[0]!.value, signal.reasons[0]!.threshold!)
  })
})

const seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))

describe("any market", () => {
  it.prop("gives signals that can be acted upon, none before warm-up", [seed], ([chosen]) => {
    const parameters = decode({ openFor: 10, volumeRatio: 0.5 })
    const candles = walk(chosen, 300)
    const { raised } = runStrategy(VolumeRocket, parameters, candles)
    for (const { at, signal } of raised) {
      validSignal(signal)
      assert.isAtLeast(at, candles[VolumeRocket.warmup(parameters) - 1]!.end)
      const side = signal.action === "long" ? 1 : -1
      assert.isAbove(side * (signal.entry - signal.stop!), 0)
      assert.isAbove(side * (signal.target! - signal.entry), 0)
    }
  })
  it.prop("continues from a snapshot in JSON as if nothing had been", [seed, cut], ([chosen, at]) => {
    const parameters = decode({ openFor: 10, volumeRatio: 0.5 })
    const candles = walk(chosen, 300)
    const whole = runStrategy(VolumeRocket, parameters, candles)
    const first = runStrategy(VolumeRocket, parameters, candles.slice(0, at))
    const snapshot = JSON.stringify(first.state)
    assert.notInclude(snapshot, "null")
    const second = runStrategy(VolumeRocket, parameters, candles.slice(at), { state: JSON.parse(snapshot) })
    assert.deepStrictEqual([...first.raised, ...second.raised], whole.raised)
    assert.strictEqual(JSON.stringify(second.state), JSON.stringify(whole.state))
  })
})

const candlesOf = (ticks: ReadonlyArray<RecordedTick>): Array<Candle> => {
  const builder = new CandleBuilder(
    new Float64Array(CandleBuilder.stateSize),
    0,
    0,
    new TradingHours(plainHours).of("cash")
  )
  const candles: Array<Candle> = []
  const bit = 1 << intervals.indexOf("1m")
  for (const { price, time, volume } of ticks) {
    if ((builder.closeUntil(time) & bit) !== 0) candles.push(builder.closed("1m"))
    builder.onTick(time, price, volume, 0)
  }
  return candles
}

const recorded = sharedFile("nse-ticks-2021-06-09.csv.gz")

describe.skipIf(recorded === undefined)("a recorded day (skipped when ../shared/data is absent)", () => {
  it("gives signals for both sides in most of the fifty stocks", () => {
    const actions: Array<string> = []
    let stocks = 0
    for (const [, ticks] of readRecordedDay(recorded!)) {
      const { raised } = runStrategy(VolumeRocket, defaults, candlesOf(ticks))
      for (const { signal } of raised) actions.push(validSignal(signal).action)
      if (raised.length > 0) stocks++
    }
    assert.isAtLeast(stocks, 40)
    assert.isAtLeast(actions.filter((action) => action === "long").length, 20)
    assert.isAtLeast(actions.filter((action) => action === "short").length, 20)
  })
})
