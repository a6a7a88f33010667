/** Reference values of others, to 1e-9: the shared golden files, and TA-Lib's for candles that the tests make up. */
import { assert, describe, it } from "@effect/vitest"
import type { Bar } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { readFileSync } from "node:fs"
import { gappyWalk, rupeeWalk } from "../candles/someCandles.ts"
import { sharedFile } from "../market/recordedDay.ts"
import { run } from "./runIndicator.ts"
import talib from "./talib.json" with { type: "json" }

const candles = sharedFile("indicators/spy-daily-2017-2018.csv")

const readCandles = (file: string): Array<Bar> =>
  readFileSync(file, "utf8").trim().split("\n").slice(1).map((line) => {
    const [date = "", open, high, low, close, volume] = line.split(",")
    return {
      start: Date.parse(`${date}T09:15:00+05:30`),
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume)
    }
  })

type GoldenRow = Readonly<Record<string, string | number | null>>

/** Our output for each of the file's columns. */
const golden: ReadonlyArray<readonly [file: string, indicator: string, Readonly<Record<string, string>>]> = [
  ["sma", "SMA", { sma: "sma" }],
  ["ema", "EMA", { ema: "ema" }],
  ["rsi", "RSI", { rsi: "rsi" }],
  ["atr", "ATR", { atr: "atr" }],
  ["atr", "TrueRange", { tr: "tr" }],
  ["atr", "NATR", { atrp: "natr" }],
  ["macd", "MACD", { macd: "macd", signal: "signal", histogram: "histogram", fastEma: "fast", slowEma: "slow" }],
  ["bb", "Bollinger", {
    sma: "middle",
    upperBand: "upper",
    lowerBand: "lower",
    percentB: "percentB",
    zScore: "zScore",
    width: "width"
  }]
]

describe.skipIf(candles === undefined)("SPY, daily (skipped when ../shared/data is absent)", () => {
  for (const [file, name, columns] of golden) {
    it(`${name} is as in ${file}.json, and empty where that is`, () => {
      const outputs = run(name, readCandles(candles!))
      // The files are arrays of rows of numbers and nulls.
      const rows: ReadonlyArray<GoldenRow> = JSON.parse(readFileSync(sharedFile(`indicators/${file}.json`)!, "utf8"))
      assert.lengthOf(rows, 502)
      for (const [column, output] of Object.entries(columns)) {
        rows.forEach((row, i) => {
          const expected = row[column]
          const actual = outputs[output]![i]!
          if (typeof expected === "number") assert.closeTo(actual, expected, 1e-9, `${output}, row ${i}`)
          else assert.isNaN(actual, `${output}, row ${i}`)
        })
      }
    })
  }
})

describe("TA-Lib", () => {
  const bars = rupeeWalk(7, 250)
  it("was asked about the same candles", () => {
    assert.strictEqual(bars.at(-1)!.close, talib.lastClose)
  })
  for (const each of talib.indicators) {
    it(`${each.function} is ${each.indicator}'s ${each.output}`, () => {
      const column = run(each.indicator, bars, each.parameters)[each.output]!
      // We give each output from its own first candle on, TA-Lib all outputs of a function from the same one.
      assert.isAtMost(column.findIndex((value) => !Number.isNaN(value)), each.first)
      for (const [row = 0, expected = Number.NaN] of each.values) {
        assert.closeTo(column[row]!, expected, 1e-9 * Math.max(1, Math.abs(expected)), `row ${row}`)
      }
    })
  }
  for (const { function: name, series } of talib.patterns) {
    it(`${name} is found where TA-Lib finds it`, () => {
      assert.isNotEmpty(series)
      for (const { hits, seed } of series) {
        const { pattern } = run(name, gappyWalk(seed, 150))
        const found = [...pattern!].flatMap((value, row) => value === 0 || Number.isNaN(value) ? [] : [[row, value]])
        assert.deepStrictEqual(found, hits, `seed ${seed}`)
      }
    })
  }
})
