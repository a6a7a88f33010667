/** What must hold of every indicator in the registry. */
import { assert, describe, it } from "@effect/vitest"
import { columnsOf, compute, sliceColumns } from "@keepgaining/core/indicators/definition/compute.ts"
import type { AnyIndicator, Bar } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { allIndicators, indicatorNamed } from "@keepgaining/core/indicators/Indicators.ts"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Schema from "effect/Schema"
import { rupeeWalk } from "../candles/someCandles.ts"
import { parametersOf, stream } from "./runIndicator.ts"

interface FieldSchema {
  readonly type?: string
  readonly enum?: ReadonlyArray<string>
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
  readonly description?: string
}

const fieldsOf = (indicator: AnyIndicator): Readonly<Record<string, FieldSchema>> =>
  // The shape of the JSON schema of a struct; one without fields has no properties.
  (Schema.toJsonSchemaDocument(indicator.parameters).schema["properties"] ?? {}) as Readonly<
    Record<string, FieldSchema>
  >

/** Small parameters, so that every window is filled and passed; the defaults when they do not fit each other. */
const someParameters = (indicator: AnyIndicator, seed: number): unknown => {
  const random = Random.fromSeed(seed)
  const chosen = Object.entries(fieldsOf(indicator)).map(([name, field]): [string, unknown] => {
    if (field.enum !== undefined) return [name, field.enum[Random.integer(random, field.enum.length)]]
    if (field.type !== "integer") return [name, field.default]
    const least = Math.max(1, field.minimum ?? 1)
    return [name, least + Random.integer(random, 12)]
  })
  const parameters = Object.fromEntries(chosen)
  return Schema.is(Schema.toType(indicator.parameters))(parameters) ? parameters : parametersOf(indicator)
}

/** Walks over several days of 40 candles, so that sessions change. */
const days = (seed: number, length: number): Array<Bar> =>
  rupeeWalk(seed, length).map((bar, i) => ({ ...bar, start: bar.start + Math.floor(i / 40) * (DAY_MS - 40 * 60_000) }))

const same = (actual: ReadonlyArray<Float64Array>, expected: ReadonlyArray<Float64Array>, what: string): void => {
  expected.forEach((column, k) => {
    assert.lengthOf(actual[k]!, column.length)
    column.forEach((value, i) => {
      if (!Object.is(actual[k]![i], value)) {
        assert.fail(`${what}: output ${k}, row ${i}: ${actual[k]![i]} is not ${value}`)
      }
    })
  })
}

const neverInfinite = (columns: ReadonlyArray<Float64Array>, what: string): void => {
  columns.forEach((column, k) =>
    column.forEach((value, i) => {
      if (!Number.isFinite(value) && !Number.isNaN(value)) assert.fail(`${what}: output ${k}, row ${i} is ${value}`)
    })
  )
}

const joined = (first: ReadonlyArray<Float64Array>, second: ReadonlyArray<Float64Array>): Array<Float64Array> =>
  first.map((column, k) => Float64Array.from([...column, ...second[k]!]))

const isPlain = (value: unknown): boolean => {
  if (typeof value === "number") return Number.isFinite(value)
  if (typeof value !== "object" || value === null) return typeof value === "string" || typeof value === "boolean"
  if (Array.isArray(value)) return value.every(isPlain)
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain)
}

/** JSON has no negative zero. */
const throughJson = (state: unknown): unknown => JSON.parse(JSON.stringify(state))
const withoutNegativeZero = (columns: ReadonlyArray<Float64Array>): Array<Float64Array> =>
  columns.map((column) => column.map((value) => value + 0))

const seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 160 }))
const few = { arbitrary: { runs: 12 } }
const LENGTH = 160

describe("the registry", () => {
  it("holds at least 56 indicators besides patterns, each under one name", () => {
    const names = allIndicators().map(({ name }) => name.toLowerCase())
    assert.strictEqual(new Set(names).size, names.length)
    assert.isAtLeast(allIndicators().filter(({ group }) => group !== "pattern").length, 56)
    assert.strictEqual(indicatorNamed("sUpErTrEnD")?.name, "Supertrend")
    assert.strictEqual(indicatorNamed("bollinger-bands")?.name, "Bollinger")
    assert.strictEqual(indicatorNamed("STDDEV")?.name, "StdDev")
    for (const name of ["nothing", "", "%"]) assert.isUndefined(indicatorNamed(name), name)
  })
})

for (const indicator of allIndicators()) {
  const { name } = indicator
  describe(name, () => {
    it("is described", () => {
      assert.isAbove(indicator.title.length, 2)
      assert.match(indicator.formula, /(TA-Lib|TradingView|Elder|Le Beau|Ehlers|Ochoa|IST)/)
      assert.isNotEmpty(indicator.outputs)
      assert.strictEqual(new Set(indicator.outputs).size, indicator.outputs.length)
      for (const [field, schema] of Object.entries(fieldsOf(indicator))) {
        assert.isNotEmpty(schema.description, field)
        if (schema.enum !== undefined) assert.include(schema.enum, schema.default, field)
        else {
          assert.isAtLeast(Number(schema.default), schema.minimum ?? Number.NaN, field)
          assert.isAtMost(Number(schema.default), schema.maximum ?? Number.NaN, field)
        }
      }
    })

    it.prop("gives the same bits candle by candle as over columns", [seed], ([chosen]) => {
      const parameters = someParameters(indicator, chosen)
      const bars = days(chosen, LENGTH)
      const batch = compute(indicator, indicator.initial(parameters), columnsOf(bars))
      same(stream(indicator, indicator.initial(parameters), bars), batch, JSON.stringify(parameters))
      neverInfinite(batch, JSON.stringify(parameters))
    }, few)

    it.prop("goes on from a snapshot taken anywhere, streamed or not", [seed, cut], ([chosen, at]) => {
      const parameters = someParameters(indicator, chosen)
      const bars = days(chosen, LENGTH)
      const columns = columnsOf(bars)
      const whole = withoutNegativeZero(compute(indicator, indicator.initial(parameters), columns))
      const state = indicator.initial(parameters)
      const first = compute(indicator, state, sliceColumns(columns, 0, at))
      assert.isTrue(isPlain(state), `not plain data: ${JSON.stringify(state)}`)
      const restored = throughJson(state)
      const batch = compute(indicator, structuredClone(restored), sliceColumns(columns, at, LENGTH))
      same(withoutNegativeZero(joined(first, batch)), whole, `batch from ${at}`)
      same(withoutNegativeZero(joined(first, stream(indicator, restored, bars.slice(at)))), whole, `stream from ${at}`)
    }, few)

    it.prop("does not see candles without usable numbers", [seed, cut], ([chosen, at]) => {
      const parameters = someParameters(indicator, chosen)
      const bars = days(chosen, LENGTH)
      const broken = [Number.NaN, Number.POSITIVE_INFINITY, -1e300][chosen % 3]!
      const field = indicator.reads[chosen % indicator.reads.length]!
      const row = Math.min(at, LENGTH - 1)
      const dirty = bars.toSpliced(row, 0, { ...bars[row]!, [field]: broken })
      const state = indicator.initial(parameters)
      const outputs = compute(indicator, state, columnsOf(dirty))
      for (const column of outputs) assert.isNaN(column[row])
      const without = outputs.map((column) => column.filter((_, i) => i !== row))
      same(without, compute(indicator, indicator.initial(parameters), columnsOf(bars)), `${field} ${broken} at ${row}`)
      same(stream(indicator, indicator.initial(parameters), dirty), outputs, "stream")
      assert.isTrue(isPlain(state))
    }, few)

    it("has no value before its warm-up, and then it has", () => {
      const parameters = parametersOf(indicator)
      const warmup = indicator.warmup(parameters)
      // A lively market over many days.
      const bars = days(3, 600).map((bar, i) => ({
        ...bar,
        high: bar.high + 0.5,
        low: bar.low - 0.5,
        volume: 100 + i % 7
      }))
      const outputs = compute(indicator, indicator.initial(parameters), columnsOf(bars))
      const complete = bars.findIndex((_, i) => outputs.every((column) => !Number.isNaN(column[i]!)))
      if (["PivotPoints", "CPR", "OpeningRange", "ZigZag"].includes(name)) assert.isAtLeast(complete, warmup)
      else assert.strictEqual(complete, warmup)
    })

    it("stays sound on a market that does not move, has no volume, or has one candle", () => {
      const parameters = parametersOf(indicator)
      const still = days(1, 400).map((bar) => ({ ...bar, open: 99.95, high: 99.95, low: 99.95, close: 99.95 }))
      const quiet = days(2, 400).map((bar) => ({ ...bar, volume: 0 }))
      const dead = still.map((bar) => ({ ...bar, volume: 0 }))
      const nothing = still.map((bar) => ({ ...bar, open: 0, high: 0, low: 0, close: 0, volume: 0 }))
      const revived = [...still.slice(0, 200), ...days(4, 400).slice(200)]
      for (const bars of [still, quiet, dead, nothing, revived, still.slice(0, 1), []]) {
        const state = indicator.initial(parameters)
        const outputs = compute(indicator, state, columnsOf(bars))
        neverInfinite(outputs, name)
        assert.isTrue(isPlain(state), JSON.stringify(state))
      }
      // What stood still must not be lost for ever.
      const state = indicator.initial(parameters)
      const outputs = compute(indicator, state, columnsOf(revived))
      assert.isTrue(outputs.some((column) => !Number.isNaN(column.at(-1)!)), "no value after the market woke up")
    })

    it("forgets a mad candle, or at least stays finite", () => {
      const parameters = parametersOf(indicator)
      const bars = days(5, 300).map((bar, i) =>
        i === 100 ? { ...bar, open: 1e15, high: 1e15, low: -1e15, close: -1e15, volume: 1e15 } : bar
      )
      const state = indicator.initial(parameters)
      neverInfinite(compute(indicator, state, columnsOf(bars)), name)
      assert.isTrue(isPlain(state))
    })
  })
}
