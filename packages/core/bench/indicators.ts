/**
 * Speed of the indicators: all of them on one stream of candles, and their batch against loops written by hand, in one
 * run. `node packages/core/bench/indicators.ts` prints the table, with `each` that of every indicator.
 */
import { advance, barColumns, compute, sliceColumns } from "@keepgaining/core/indicators/definition/compute.ts"
import type { AnyIndicator, BarColumns } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { allIndicators, indicatorNamed } from "@keepgaining/core/indicators/Indicators.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Schema from "effect/Schema"
import * as hand from "./handLoops.ts"
import { common, loadLibrary, streamLibrary } from "./technicalindicators.ts"

/** One line of the table; the shape that the other benchmarks print. */
export interface IndicatorFigure {
  readonly what: string
  readonly measured: string
  readonly yardstick: string
  readonly ratio: string
  readonly goal: string
  readonly met: boolean | undefined
}

/** A year of minutes. */
const CANDLES = 93_750

const market = (length: number): BarColumns => {
  const random = Random.fromSeed(1)
  const columns = barColumns(length)
  let last = 2_000
  for (let i = 0; i < length; i++) {
    const open = last
    const close = Math.max(100, open + Math.round(Random.normal(random) * 20) * 0.05)
    columns.start[i] = 1_623_210_300_000 + Math.floor(i / 375) * 86_400_000 + i % 375 * 60_000
    columns.open[i] = open
    columns.high[i] = Math.max(open, close) + Random.integer(random, 20) * 0.05
    columns.low[i] = Math.min(open, close) - Random.integer(random, 20) * 0.05
    columns.close[i] = close
    columns.volume[i] = Random.integer(random, 20_000)
    last = close
  }
  return columns
}

/** The fastest of several runs, ms: what the machine's other users cost is not ours to count. */
const fastest = (times: number, work: () => void): number => {
  let best = Infinity
  for (let i = 0; i < times; i++) {
    const started = performance.now()
    work()
    best = Math.min(best, performance.now() - started)
  }
  return best
}

const defaultsOf = (indicator: AnyIndicator): unknown => Schema.decodeUnknownSync(indicator.parameters)({})

/** Feeds every candle to all of them, one after the other, as a chart or a strategy would. */
const streamAll = (indicators: ReadonlyArray<AnyIndicator>, columns: BarColumns): number => {
  const running = indicators.map((indicator) => ({
    indicator,
    state: indicator.initial(defaultsOf(indicator)),
    out: new Float64Array(indicator.outputs.length)
  }))
  const bar = { start: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 }
  let sum = 0
  for (let i = 0; i < columns.length; i++) {
    // Every column has `length` rows, and every indicator an output.
    bar.start = columns.start[i]!
    bar.open = columns.open[i]!
    bar.high = columns.high[i]!
    bar.low = columns.low[i]!
    bar.close = columns.close[i]!
    bar.volume = columns.volume[i]!
    for (const { indicator, out, state } of running) {
      advance(indicator, state, bar, out)
      if (out[0]! > 0) sum += 1
    }
  }
  return sum
}

const grouped = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 0 })

const streaming = (columns: BarColumns): IndicatorFigure => {
  const indicators = allIndicators()
  const millis = fastest(3, () => void streamAll(indicators, columns))
  const rate = indicators.length * columns.length * 1_000 / millis
  return {
    what: `All ${indicators.length} indicators on one stream of candles`,
    measured: `${grouped.format(rate)} updates/s`,
    yardstick: `${grouped.format(columns.length * 1_000 / millis)} candles/s`,
    ratio: "",
    goal: "≥ 10,00,000 updates/s",
    met: rate >= 1e6
  }
}

interface Contest {
  readonly name: string
  readonly parameters: Readonly<Record<string, number>>
  readonly byHand: (columns: BarColumns) => Float64Array
}

const contests: ReadonlyArray<Contest> = [
  { name: "SMA", parameters: { period: 20 }, byHand: (columns) => hand.sma(columns, 20) },
  { name: "EMA", parameters: { period: 20 }, byHand: (columns) => hand.ema(columns, 20) },
  { name: "RSI", parameters: { period: 14 }, byHand: (columns) => hand.rsi(columns, 14) },
  { name: "ATR", parameters: { period: 14 }, byHand: (columns) => hand.atr(columns, 14) },
  {
    name: "Supertrend",
    parameters: { period: 10, multiplier: 3 },
    byHand: (columns) => hand.supertrend(columns, 10, 3)[0]
  }
]

const assertEqual = (name: string, ours: Float64Array | undefined, byHand: Float64Array): void => {
  byHand.forEach((value, i) => {
    const own = ours?.[i] ?? Number.NaN
    const same = Number.isNaN(value) ? Number.isNaN(own) : Math.abs(own - value) <= 1e-9 * Math.abs(value)
    if (!same) throw new Error(`${name}: row ${i} is ${own}, by hand ${value}`)
  })
}

const batch = ({ byHand, name, parameters }: Contest, columns: BarColumns): IndicatorFigure => {
  const indicator = indicatorNamed(name)
  if (indicator === undefined) throw new Error(`no indicator ${name}`)
  const ours = () => compute(indicator, indicator.initial(parameters), columns)
  assertEqual(name, ours()[0], byHand(columns))
  // Taken in turns, so that a busy moment of the machine meets both.
  let own = Infinity
  let yardstick = Infinity
  for (let round = 0; round < 40; round++) {
    own = Math.min(own, fastest(3, () => void ours()))
    yardstick = Math.min(yardstick, fastest(3, () => void byHand(columns)))
  }
  const nanos = (millis: number) => `${(millis * 1e6 / columns.length).toFixed(1)} ns/candle`
  return {
    what: `${name} over columns`,
    measured: nanos(own),
    yardstick: `loop by hand: ${nanos(yardstick)}`,
    ratio: (own / yardstick).toFixed(2),
    goal: "≤ 2",
    met: own / yardstick <= 2
  }
}

/** The library is slow enough for a tenth of the candles. */
const beside = async (columns: BarColumns): Promise<ReadonlyArray<IndicatorFigure>> => {
  const library = await loadLibrary()
  const what = `The ${common.length} that technicalindicators has too (${common.join(", ")}), streamed`
  if (library === undefined) {
    const measured = "not measured: technicalindicators is not installed"
    return [{ what, measured, yardstick: "", ratio: "", goal: "", met: undefined }]
  }
  const few = sliceColumns(columns, 0, 10_000)
  const chosen = allIndicators().filter(({ name }) => common.some((each) => each === name))
  const own = fastest(10, () => void streamAll(chosen, few)) * 1e6 / few.length
  const theirs = fastest(3, () => void streamLibrary(library, few)) * 1e6 / few.length
  return [{
    what,
    measured: `${own.toFixed(0)} ns/candle`,
    yardstick: `technicalindicators: ${theirs.toFixed(0)} ns/candle`,
    ratio: (own / theirs).toFixed(2),
    goal: "≤ 0.2",
    met: own / theirs <= 0.2
  }]
}

export const indicators = async (): Promise<ReadonlyArray<IndicatorFigure>> => {
  const columns = market(CANDLES)
  return [streaming(columns), ...contests.map((contest) => batch(contest, columns)), ...await beside(columns)]
}

/** Every indicator over columns with its default parameters, the slowest first. */
const each = (columns: BarColumns): ReadonlyArray<readonly [name: string, nanos: number]> =>
  allIndicators().map((indicator): [string, number] => {
    const millis = fastest(8, () => void compute(indicator, indicator.initial(defaultsOf(indicator)), columns))
    return [indicator.name, millis * 1e6 / columns.length]
  }).sort(([, a], [, b]) => b - a)

if (import.meta.main && process.argv[2] === "each") {
  console.log("| indicator | ns/candle |\n|---|---|")
  for (const [name, nanos] of each(market(CANDLES))) console.log(`| ${name} | ${nanos.toFixed(1)} |`)
} else if (import.meta.main) {
  for (const { goal, measured, met, ratio, what, yardstick } of await indicators()) {
    console.log(
      `| ${what} | ${measured} | ${yardstick} | ${ratio} | ${goal}${met === undefined ? "" : met ? " ✓" : " ✗"} |`
    )
  }
}
