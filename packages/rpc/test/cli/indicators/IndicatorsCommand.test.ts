import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { allIndicators } from "@keepgaining/core/indicators/Indicators.ts"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { TestConsole } from "effect/testing"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { readCandleFile } from "../../../src/cli/indicators/CandleFile.ts"
import { indicatorsCommand } from "../../../src/cli/indicators/IndicatorsCommand.ts"

const temporary = Effect.acquireRelease(
  Effect.promise(() => fs.mkdtemp(path.join(os.tmpdir(), "keepgaining-indicators-"))),
  (folder) => Effect.promise(() => fs.rm(folder, { recursive: true, force: true }))
)

/** Runs the command and answers what it printed, or its error line. */
const cli = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const exit = yield* Command.runWith(indicatorsCommand, { version: "0" })(args).pipe(
      Effect.provide(NodeServices.layer),
      Effect.exit
    )
    const printed = Exit.isSuccess(exit) ? yield* TestConsole.logLines : yield* TestConsole.errorLines
    return { ok: Exit.isSuccess(exit), text: printed.map(String).join("\n") }
  }).pipe(Effect.provide(TestConsole.layer))

const withFile = <A, E, R>(text: string, use: (file: string) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.gen(function*() {
    const file = path.join(yield* temporary, "candles.csv")
    yield* Effect.promise(() => fs.writeFile(file, text))
    return yield* use(file)
  }))

const candles = [
  "date,open,high,low,close,volume",
  "2024-01-01,1,2,0.5,1.1,10",
  "2024-01-02,1,2,0.5,1.2,10",
  "2024-01-03,1,2,0.5,,10",
  "2024-01-04,1,2,0.5,1.4,10"
].join("\n")

describe("indicators compute", () => {
  it.live("prints one row a candle, empty before warm-up and where the candle lacks the number", () =>
    withFile(candles, (file) =>
      Effect.gen(function*() {
        const { text } = yield* cli("compute", "--input", file, "--indicator", "sma", "--params", "{\"period\": 2}")
        assert.deepStrictEqual(text.split("\n"), [
          "time,sma",
          "2024-01-01,",
          `2024-01-02,${(1.1 + 1.2) / 2}`,
          "2024-01-03,",
          `2024-01-04,${(1.2 + 1.4) / 2}`
        ])
        const two = ["--params", "{\"period\": 2}", "--format", "json"]
        const { text: json } = yield* cli("compute", "--input", file, "--indicator", "SMA", ...two)
        assert.deepStrictEqual(JSON.parse(json), [
          { time: "2024-01-01", sma: null },
          { time: "2024-01-02", sma: (1.1 + 1.2) / 2 },
          { time: "2024-01-03", sma: null },
          { time: "2024-01-04", sma: (1.2 + 1.4) / 2 }
        ])
        const short = yield* cli("compute", "--input", file, "--indicator", "SMA", ...two.slice(0, 2), "--json")
        assert.strictEqual(short.text, json)
      })))

  it.live("computes each symbol apart and keeps the file's order", () =>
    withFile(
      [
        "Time,Symbol,Open,High,Low,Close",
        "1700000000,A,1,1,1,1",
        "1700000000,B,9,9,9,9",
        "1700000060,A,2,2,2,3",
        "1700000060,B,9,9,9,7"
      ]
        .join("\r\n"),
      (file) =>
        Effect.gen(function*() {
          const { text } = yield* cli("compute", "--input", file, "--indicator", "SMA", "--params", "{\"period\": 2}")
          assert.deepStrictEqual(text.split("\n"), [
            "time,symbol,sma",
            "1700000000,A,",
            "1700000000,B,",
            "1700000060,A,2",
            "1700000060,B,8"
          ])
        })
    ))

  it.live("refuses with the reason what cannot be computed", () =>
    withFile(candles, (file) =>
      Effect.gen(function*() {
        const refusals: ReadonlyArray<readonly [args: ReadonlyArray<string>, said: RegExp]> = [
          [["--input", file, "--indicator", "nothing"], /no indicator "nothing"; there is SMA/],
          [["--input", file, "--indicator", "SMA", "--params", "{\"perod\": 2}"], /perod/],
          [["--input", file, "--indicator", "SMA", "--params", "{\"period\": 0}"], /between 1 and/],
          [["--input", file, "--indicator", "MACD", "--params", "{\"fast\": 30}"], /fast must be less than slow/],
          [["--input", file, "--indicator", "SMA", "--params", "[]"], /--params/],
          [["--input", `${file}.none`, "--indicator", "SMA"], /cannot be read/]
        ]
        for (const [args, said] of refusals) {
          const { ok, text } = yield* cli("compute", ...args)
          assert.isFalse(ok)
          assert.match(text, said)
        }
      })))
})

describe("indicators list", () => {
  it.live("says of each what it needs to be computed", () =>
    Effect.gen(function*() {
      const { text } = yield* cli("list", "--json")
      const listed: ReadonlyArray<Readonly<Record<string, unknown>>> = JSON.parse(text)
      assert.deepStrictEqual(listed.map(({ name }) => name), allIndicators().map(({ name }) => name))
      const rsi = listed.find(({ name }) => name === "RSI")
      assert.deepInclude(rsi, { outputs: ["rsi"], warmup: 14, defaults: { period: 14 } })
      const lines = (yield* cli("list")).text.split("\n")
      assert.lengthOf(lines, allIndicators().length)
    }))
})

describe("a file of candles", () => {
  const problem = (text: string): string => {
    const read = readCandleFile(text, "f.csv")
    return Result.isFailure(read) ? read.failure.message : "none"
  }
  it("is refused with line and problem", () => {
    assert.strictEqual(
      problem(""),
      "f.csv line 1: no column open, high, low, close; the header must name open, high, low and close"
    )
    assert.match(problem("time,open,high,low,close\nnoon,1,1,1,1"), /line 2: "noon" is no time/)
    assert.match(problem("time,open,high,low,close\n2024-02-30,1,1,1,1"), /line 2: "2024-02-30" is no time/)
    assert.match(problem("open,high,low,close\n1,1,1,1\n\n1,1,1,x"), /line 4: "x" is no number/)
    assert.match(
      problem("time,open,high,low,close\n2024-01-02,1,1,1,1\n2024-01-01,1,1,1,1"),
      /line 3: 2024-01-01 is before the candle above it/
    )
  })
  it("may have quotes, a byte order mark, blank lines, and columns in any order", () => {
    const read = readCandleFile("\uFEFF\"Close\",LOW,high,open,name\n2,1,3,\"1.5\",\"a,b\"\n\n", "f.csv")
    const file = Result.getOrThrow(read)
    assert.strictEqual(file.rows, 1)
    const { close, high, low, open, volume } = file.series[0]!.columns
    assert.deepStrictEqual([open[0], high[0], low[0], close[0], volume[0]], [1.5, 3, 1, 2, 0])
    assert.isUndefined(file.times)
  })
})
