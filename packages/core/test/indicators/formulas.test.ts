/** Indicators that no published reference covers, against plain formulas over the whole series. */
import { assert, describe, it } from "@effect/vitest"
import type { Bar } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { DAY_MS, formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { rupeeWalk } from "../candles/someCandles.ts"
import { run } from "./runIndicator.ts"
import {
  change,
  deviation,
  ema,
  highest,
  lowest,
  type Series,
  shift,
  sma,
  smma,
  subtract,
  sum,
  sums,
  wma,
  zip
} from "./series.ts"

/** Four days of 60 candles; a few have no range or no volume. */
const PER_DAY = 60
const bars: ReadonlyArray<Bar> = rupeeWalk(11, 240).map((bar, i) => ({
  ...bar,
  start: bar.start + Math.floor(i / PER_DAY) * (DAY_MS - PER_DAY * 60_000)
}))
const open = bars.map((bar) => bar.open)
const high = bars.map((bar) => bar.high)
const low = bars.map((bar) => bar.low)
const close = bars.map((bar) => bar.close)
const volume = bars.map((bar) => bar.volume)
const middle = zip(high, low, (h, l) => (h + l) / 2)
const typical = bars.map((bar) => (bar.high + bar.low + bar.close) / 3)
const days = bars.map((bar) => formatIstDate(bar.start))

/** With or without the first candle's own range. */
const trueRange = (fromFirst: boolean): Series =>
  bars.map((bar, i) => {
    const before = bars[i - 1]?.close
    if (before === undefined) return fromFirst ? bar.high - bar.low : Number.NaN
    return Math.max(bar.high - bar.low, Math.abs(bar.high - before), Math.abs(bar.low - before))
  })

const flow = bars.map((bar) =>
  bar.high === bar.low ? 0 : (2 * bar.close - bar.low - bar.high) / (bar.high - bar.low) * bar.volume
)

/** Sums of the candles of the same day up to each. */
const sinceDay = (values: Series): Series =>
  values.map((_, i) => sum(values.slice(0, i + 1).filter((_, k) => days[k] === days[i])))

const same = (actual: Float64Array | undefined, expected: Series, what: string): void => {
  assert.isDefined(actual, what)
  assert.isTrue(expected.some((value) => !Number.isNaN(value)), `${what}: nothing to compare`)
  expected.forEach((value, i) => {
    const own = actual![i]!
    if (Number.isNaN(value)) assert.isNaN(own, `${what}, row ${i}`)
    else assert.closeTo(own, value, 1e-9 * Math.max(1, Math.abs(value)), `${what}, row ${i}`)
  })
}

const roc = (values: Series, period: number): Series => zip(values, shift(values, period), (a, b) => 100 * (a / b - 1))

const middles = (period: number): Series => zip(highest(high, period), lowest(low, period), (h, l) => (h + l) / 2)

/** Output columns as formulas. */
const formulas: Readonly<Record<string, () => Readonly<Record<string, Series>>>> = {
  SMMA: () => ({ smma: smma(close, 20) }),
  VWMA: () => ({ vwma: zip(sums(zip(close, volume, (c, v) => c * v), 20), sums(volume, 20), (a, b) => a / b) }),
  HMA: () => ({ hma: wma(subtract(wma(close, 4).map((value) => 2 * value), wma(close, 9)), 3) }),
  ZLEMA: () => ({ zlema: ema(subtract(close.map((value) => 2 * value), shift(close, 9)), 20) }),
  ALMA: () => {
    const weights = Array.from({ length: 9 }, (_, i) => Math.exp(-((i - 0.85 * 8) ** 2) / (2 * (9 / 6) ** 2)))
    return {
      alma: close.map((_, i) =>
        i < 8 ? Number.NaN : sum(weights.map((weight, k) => weight * close[i - 8 + k]!)) / sum(weights)
      )
    }
  },
  MACD: () => {
    const macd = subtract(ema(close, 12), ema(close, 26))
    return { macd, signal: ema(macd, 9), histogram: subtract(macd, ema(macd, 9)) }
  },
  TSI: () => {
    const moved = change(close)
    const tsi = zip(ema(ema(moved, 25), 13), ema(ema(moved.map(Math.abs), 25), 13), (a, b) => 100 * a / b)
    return { tsi, signal: ema(tsi, 13) }
  },
  AwesomeOscillator: () => ({ ao: subtract(sma(middle, 5), sma(middle, 34)) }),
  KST: () => {
    const parts = [[10, 10], [15, 10], [20, 10], [30, 15]].map(([by = 1, over = 1]) => sma(roc(close, by), over))
    const kst = close.map((_, i) => sum(parts.map((part, k) => (k + 1) * part[i]!)))
    return { kst, signal: sma(kst, 9) }
  },
  DPO: () => ({ dpo: subtract(close, shift(sma(close, 21), 11)) }),
  ElderRay: () => ({ bull: subtract(high, ema(close, 13)), bear: subtract(low, ema(close, 13)) }),
  Fisher: () => {
    const top = highest(middle, 9)
    const bottom = lowest(middle, 9)
    let x = 0
    let value = 0
    const fisher = middle.map((price, i) => {
      if (Number.isNaN(top[i])) return Number.NaN
      x = 0.66 * ((price - bottom[i]!) / (top[i]! - bottom[i]!) - 0.5) + 0.67 * x
      x = x > 0.99 ? 0.999 : x < -0.99 ? -0.999 : x
      return value = 0.5 * Math.log((1 + x) / (1 - x)) + 0.5 * value
    })
    return { fisher, trigger: shift(fisher, 1) }
  },
  Vortex: () => {
    const ranges = sums(trueRange(false), 14)
    const plus = sums(zip(high, shift(low, 1), (a, b) => Math.abs(a - b)), 14)
    const minus = sums(zip(low, shift(high, 1), (a, b) => Math.abs(a - b)), 14)
    return { plus: zip(plus, ranges, (a, b) => a / b), minus: zip(minus, ranges, (a, b) => a / b) }
  },
  Ichimoku: () => ({
    conversion: middles(9),
    base: middles(26),
    spanA: shift(zip(middles(9), middles(26), (a, b) => (a + b) / 2), 25),
    spanB: shift(middles(52), 25),
    lagging: close
  }),
  Keltner: () => {
    const band = smma(trueRange(true), 10).map((value) => 2 * value)
    const line = ema(close, 20)
    return {
      upper: zip(line, band, (a, b) => a + b),
      middle: subtract(zip(line, band, (a, b) => a + b), band),
      lower: subtract(line, band)
    }
  },
  Donchian: () => ({ upper: highest(high, 20), middle: middles(20), lower: lowest(low, 20) }),
  HistoricalVolatility: () => ({
    volatility: deviation(zip(close, shift(close, 1), (a, b) => Math.log(a / b)), 10).map(
      (value) => 100 * value * Math.sqrt(365)
    )
  }),
  ChandelierExit: () => {
    const away = smma(trueRange(false), 22).map((value) => 3 * value)
    return { long: subtract(highest(high, 22), away), short: zip(lowest(low, 22), away, (a, b) => a + b) }
  },
  Choppiness: () => ({
    choppiness: zip(
      sums(trueRange(true), 14),
      subtract(highest(high, 14), lowest(low, 14)),
      (a, b) => 100 * Math.log10(a / b) / Math.log10(14)
    )
  }),
  UlcerIndex: () => ({
    ulcer: sma(zip(close, highest(close, 14), (c, h) => (100 * (c - h) / h) ** 2), 14).map(Math.sqrt)
  }),
  CMF: () => ({ cmf: zip(sums(flow, 20), sums(volume, 20), (a, b) => a / b) }),
  ForceIndex: () => ({ force: ema(zip(change(close), volume, (c, v) => c * v), 13) }),
  EaseOfMovement: () => ({
    eom: sma(
      change(middle).map((moved, i) => volume[i] === 0 ? 0 : 10_000 * moved * (high[i]! - low[i]!) / volume[i]!).with(
        0,
        Number.NaN
      ),
      14
    )
  }),
  KVO: () => {
    const signed = change(typical).map((moved, i) => moved >= 0 ? volume[i]! : -volume[i]!)
    const kvo = subtract(ema(signed, 34), ema(signed, 55))
    return { kvo, signal: ema(kvo, 13) }
  },
  PVO: () => {
    const pvo = zip(ema(volume, 12), ema(volume, 26), (a, b) => 100 * (a - b) / b)
    return { pvo, signal: ema(pvo, 9), histogram: subtract(pvo, ema(pvo, 9)) }
  },
  VWAP: () => ({
    vwap: zip(sinceDay(zip(typical, volume, (t, v) => t * v)), sinceDay(volume), (a, b) => a / b)
  }),
  HeikinAshi: () => {
    const closes = bars.map((bar) => (bar.open + bar.high + bar.low + bar.close) / 4)
    let last = (open[0]! + close[0]!) / 2
    const opens = closes.map((_, i) => i === 0 ? last : last = (last + closes[i - 1]!) / 2)
    return {
      open: opens,
      close: closes,
      high: bars.map((bar, i) => Math.max(bar.high, opens[i]!, closes[i]!)),
      low: bars.map((bar, i) => Math.min(bar.low, opens[i]!, closes[i]!))
    }
  },
  LinearRegression: () => ({
    r2: close.map((_, i) => {
      if (i < 13) return Number.NaN
      const window = close.slice(i - 13, i + 1)
      const mean = sum(window) / 14
      const slope = sum(window.map((value, k) => (k - 6.5) * (value - mean))) /
        sum(window.map((_, k) => (k - 6.5) ** 2))
      const unexplained = sum(window.map((value, k) => (value - mean - slope * (k - 6.5)) ** 2))
      return 1 - unexplained / sum(window.map((value) => (value - mean) ** 2))
    })
  })
}

describe("as their formulas say", () => {
  for (const [name, expected] of Object.entries(formulas)) {
    it(name, () => {
      const outputs = run(name, bars)
      for (const [output, column] of Object.entries(expected())) same(outputs[output], column, `${name} ${output}`)
    })
  }

  it("Supertrend", () => {
    // Pine's script, line by line, with its direction turned round.
    const ranges = smma(trueRange(true), 10)
    let upper = Number.NaN
    let lower = Number.NaN
    let direction = 0
    const rows = bars.map((bar, i) => {
      if (Number.isNaN(ranges[i])) return [Number.NaN, Number.NaN]
      const top = middle[i]! + 3 * ranges[i]!
      const bottom = middle[i]! - 3 * ranges[i]!
      const before = close[i - 1]!
      const previousUpper = upper
      const previousLower = lower
      lower = Number.isNaN(previousLower) || bottom > previousLower || before < previousLower ? bottom : previousLower
      upper = Number.isNaN(previousUpper) || top < previousUpper || before > previousUpper ? top : previousUpper
      if (direction === 0) direction = -1
      else if (direction < 0) direction = bar.close > upper ? 1 : -1
      else direction = bar.close < lower ? -1 : 1
      return [direction > 0 ? lower : upper, direction]
    })
    const outputs = run("Supertrend", bars)
    same(outputs["supertrend"], rows.map(([line]) => line!), "line")
    same(outputs["direction"], rows.map(([, side]) => side!), "direction")
    assert.sameMembers([...new Set(rows.slice(10).map(([, side]) => side))], [1, -1])
  })

  it("KVO over Klinger's volume force", () => {
    const trend = typical.map((price, i) => price > (typical[i - 1] ?? Infinity) ? 1 : -1)
    const force = bars.map((bar, i) => {
      if (i < 2) return Number.NaN
      // The ranges back to, and with, the candle before the last turn of the trend; the second candle has no turn.
      let from = i
      while (from > 2 && trend[from - 1] === trend[from]) from--
      const turned = trend[from - 1] !== trend[from]
      const travelled = sum(bars.slice(turned ? from - 1 : 2, i + 1).map((each) => each.high - each.low))
      const range = bar.high - bar.low
      if (range === travelled || bar.volume === 0 || travelled === 0) return 0
      return 100 * trend[i]! * bar.volume * Math.abs(2 * (range / travelled - 1))
    })
    const kvo = subtract(ema(force, 34), ema(force, 55))
    const outputs = run("KVO", bars, { force: "klinger" })
    same(outputs["kvo"], kvo, "kvo")
    same(outputs["signal"], ema(kvo, 13), "signal")
  })

  it("AnchoredVWAP begins with its anchor", () => {
    const anchor = bars[100]!.start
    const from = (values: Series): Series => values.map((_, i) => i < 100 ? Number.NaN : sum(values.slice(100, i + 1)))
    const expected = zip(from(zip(typical, volume, (t, v) => t * v)), from(volume), (a, b) => a / b)
    same(run("AnchoredVWAP", bars, { anchor })["vwap"], expected, "vwap")
  })
})

/** High, low and close of the day before each candle. */
const dayBefore = bars.map((bar) => {
  const day = formatIstDate(bar.start - DAY_MS)
  const candles = bars.filter((_, i) => days[i] === day)
  const last = candles.at(-1)
  if (last === undefined) return undefined
  return { h: Math.max(...candles.map((c) => c.high)), l: Math.min(...candles.map((c) => c.low)), c: last.close }
})

describe("levels of the session before", () => {
  const levels: Readonly<Record<string, (h: number, l: number, c: number) => Readonly<Record<string, number>>>> = {
    classic: (h, l, c) => {
      const p = (h + l + c) / 3
      return {
        p,
        r1: 2 * p - l,
        r2: p + h - l,
        r3: p + 2 * (h - l),
        r4: p + 3 * (h - l),
        s1: 2 * p - h,
        s3: p - 2 * (h - l)
      }
    },
    traditional: (h, l, c) => {
      const p = (h + l + c) / 3
      return {
        r2: p + (h - l),
        r3: 2 * p + (h - 2 * l),
        r4: 3 * p + (h - 3 * l),
        s3: 2 * p - (2 * h - l),
        s4: 3 * p - (3 * h - l)
      }
    },
    fibonacci: (h, l, c) => {
      const p = (h + l + c) / 3
      return { r1: p + 0.382 * (h - l), s2: p - 0.618 * (h - l), r3: p + (h - l), r4: Number.NaN }
    },
    camarilla: (h, l, c) => ({
      r1: c + 1.1 * (h - l) / 12,
      s2: c - 1.1 * (h - l) / 6,
      r3: c + 1.1 * (h - l) / 4,
      s4: c - 1.1 * (h - l) / 2
    })
  }
  for (const [kind, of] of Object.entries(levels)) {
    it(`PivotPoints, ${kind}`, () => {
      const outputs = run("PivotPoints", bars, { kind })
      dayBefore.forEach((day, i) => {
        if (day === undefined) return assert.isNaN(outputs["p"]![i])
        for (const [level, value] of Object.entries(of(day.h, day.l, day.c))) {
          if (Number.isNaN(value)) assert.isNaN(outputs[level]![i], level)
          else assert.closeTo(outputs[level]![i]!, value, 1e-9, `${level}, row ${i}`)
        }
      })
    })
  }
  it("CPR", () => {
    const outputs = run("CPR", bars)
    dayBefore.forEach((day, i) => {
      if (day === undefined) return assert.isNaN(outputs["pivot"]![i])
      const pivot = (day.h + day.l + day.c) / 3
      const bottom = (day.h + day.l) / 2
      assert.closeTo(outputs["pivot"]![i]!, pivot, 1e-9)
      assert.closeTo(outputs["top"]![i]!, Math.max(bottom, 2 * pivot - bottom), 1e-9)
      assert.closeTo(outputs["bottom"]![i]!, Math.min(bottom, 2 * pivot - bottom), 1e-9)
    })
  })
  it("OpeningRange is told from the first candle after it", () => {
    const outputs = run("OpeningRange", bars, { minutes: 15 })
    bars.forEach((bar, i) => {
      const first = i - i % PER_DAY
      if (i % PER_DAY < 15) return assert.isNaN(outputs["high"]![i])
      const top = Math.max(...high.slice(first, first + 15))
      const bottom = Math.min(...low.slice(first, first + 15))
      assert.strictEqual(outputs["high"]![i], top)
      assert.strictEqual(outputs["low"]![i], bottom)
      assert.strictEqual(outputs["breakout"]![i], bar.close > top ? 1 : bar.close < bottom ? -1 : 0)
    })
  })
})

describe("ZigZag", () => {
  const at = (prices: Series): ReadonlyArray<Bar> =>
    prices.map((price, i) => ({ start: i * 60_000, open: price, high: price, low: price, close: price, volume: 1 }))
  it("tells a turn when it is confirmed, not before", () => {
    const outputs = run("ZigZag", at([100, 98, 103, 110, 108, 104, 100, 99, 105]), { percent: 5 })
    const rows = [...outputs["pivot"]!].map((pivot, i) => [
      pivot,
      outputs["pivotAge"]![i],
      outputs["extreme"]![i],
      outputs["direction"]![i]
    ])
    assert.deepStrictEqual(rows.slice(0, 2), [Array(4).fill(Number.NaN), Array(4).fill(Number.NaN)])
    assert.deepStrictEqual(rows.slice(2), [
      [98, 1, 103, 1],
      [98, 2, 110, 1],
      [98, 3, 110, 1],
      [110, 2, 104, -1],
      [110, 3, 100, -1],
      [110, 4, 99, -1],
      [99, 1, 105, 1]
    ])
  })
  it("never takes back a turn", () => {
    const outputs = run("ZigZag", bars, { percent: 1 })
    const turns = new Set<number>()
    bars.forEach((_, i) => {
      const pivot = outputs["pivot"]![i]!
      if (Number.isNaN(pivot)) return
      const row = i - outputs["pivotAge"]![i]!
      assert.strictEqual(outputs["direction"]![i]! > 0 ? low[row] : high[row], pivot)
      assert.isAtLeast(row, Math.max(0, ...turns))
      turns.add(row)
    })
    assert.isAbove(turns.size, 5)
  })
})
