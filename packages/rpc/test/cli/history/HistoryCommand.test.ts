/** `keepgaining history` as a process of its own, against a history server of this process. */
import { assert, it } from "@effect/vitest"
import { historyServer } from "@keepgaining/engine/history/simulator/HistoryServer.ts"
import { inOrder } from "@keepgaining/engine/history/simulator/Misbehaviour.ts"
import {
  simulatedDay,
  simulatedHours,
  simulatedOfficialDay
} from "@keepgaining/engine/history/simulator/SimulatedCandles.ts"
import { loadCalendar } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const program = path.join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts")

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const keepgaining = (...args: ReadonlyArray<string>) =>
  Effect.promise<Ended>(() =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...process.env, DATABASE_URL: undefined, NO_COLOR: "1", NODE_NO_WARNINGS: "1" },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      child.stdout.on("data", (chunk) => stdout += String(chunk))
      child.stderr.on("data", (chunk) => stderr += String(chunk))
      child.on("close", (code) => resolve({ code, stdout, stderr }))
    })
  )

const history = (...args: ReadonlyArray<string>) => keepgaining("history", ...args)

/** Of a test of its own, removed after it. */
const temporaryData = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-history-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const assertSays = ({ code, stderr }: Ended, expected: number, ...parts: ReadonlyArray<string>): void => {
  assert.strictEqual(code, expected, stderr)
  for (const part of parts) assert.include(stderr, part)
  assert.notInclude(stderr, "    at ")
}

it.live(
  "downloads, says what is missing, asks again for it, and takes it as it is when told",
  () =>
    Effect.gen(function*() {
      const data = yield* temporaryData
      const calendar = yield* loadCalendar()
      const { url } = yield* historyServer({
        market: { seed: 3, density: () => 1 },
        calendar,
        behaviour: inOrder(["server-error", "unsorted", "html"]),
        lacks: (symbol, date) => symbol === "NSE:HOLE" && date === "2025-03-05"
      })
      const file = path.join(data, "symbols.txt")
      fs.writeFileSync(file, "NSE:HOLE,NSE:WHOLE\n")
      const at = ["--url", url, "--data", data]
      const range = ["--from", "2025-03-03", "--to", "2025-03-21"]

      const first = yield* history("download", "--symbols-file", file, ...range, ...at)
      const id = first.stdout.slice(0, 12)
      assertSays(first, 1, "1 ranges are not complete", `history retry ${id}`)
      assert.include(first.stdout, "1 of 2 done, 1 incomplete")

      const shown = yield* history("status", id, "--data", data)
      assert.include(
        shown.stdout,
        "NSE:HOLE 1m 2025-03-03 to 2025-03-21 incomplete: the server has no candles of these days"
      )
      assert.include(shown.stdout, "2025-03-05")
      // Where it was asked before is known.
      const here = ["--data", data]
      assertSays(yield* history("retry", id, ...here), 1, "1 ranges are not complete")

      const accepted = yield* history("retry", id, "--accept", "--json", ...here)
      assertSays(accepted, 0)
      // 14 trading days (2025-03-14 is a holiday), one of them missing of one instrument.
      assert.deepInclude(JSON.parse(accepted.stdout), { id, chunks: 2, done: 2, candles: 27 * 375 })

      assertSays(yield* history("download", "--symbol", "HOLE", ...range, ...at), 2, "\"HOLE\" is no symbol")
      const future = yield* history(
        "download",
        "--symbol",
        "NSE:A",
        "--from",
        "2025-03-03",
        "--to",
        "2099-01-01",
        ...at
      )
      assertSays(future, 2, "no range of days that are over")
      assertSays(yield* history("retry", "nothing", ...here), 2, "no download nothing")
      assertSays(yield* history("status", "nothing", "--data", data), 2, "no download nothing")
    }).pipe(Effect.scoped),
  120_000
)

interface Row {
  readonly symbol: string
  readonly day: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly oi: number | null
  readonly source: string
  readonly fetchedAt: string
}

it.live(
  "brings official days in beside the minutes, and shows them as they are, each with its source",
  () =>
    Effect.gen(function*() {
      const data = yield* temporaryData
      const calendar = yield* loadCalendar()
      const market = { seed: 3, density: () => 1 }
      const { stats, url } = yield* historyServer({
        market,
        calendar,
        behaviour: inOrder(["too-many", undefined, "cut-range"]),
        // As some brokers do.
        dayStamp: 330 * 60_000
      })
      const here = ["--data", data]
      const range = ["--from", "2025-03-03", "--to", "2025-03-21"]
      const symbols = ["--symbol", "NSE:DAY", "--symbol", "NSE:DAY25MARFUT"]
      const download = ["download", "--url", url, ...here, ...symbols]

      assertSays(yield* history(...download, ...range, "--interval", "5m"), 2, "\"5m\" is not downloaded")
      const early = yield* history(...download, "--from", "2021-06-01", "--to", "2022-06-01", "--interval", "1d")
      assertSays(early, 2, "2021-06-01 is not covered: trading days are known from 2022-01-01")
      assertSays(yield* keepgaining("archive", "query", "NSE:DAY", "--official", ...here), 2, "with --interval 1d")
      const none = yield* keepgaining("archive", "query", "NSE:DAY", "--official", "--interval", "1d", ...here)
      assertSays(none, 0, "history download --interval 1d")

      const whole = yield* history(...download, ...range, "--interval", "1d,1m", "--interval", "1d", "--json")
      assertSays(whole, 0)
      assert.deepInclude(JSON.parse(whole.stdout), {
        source: url,
        intervals: ["1m", "1d"],
        chunks: 4,
        done: 4,
        candles: 28 * 375 + 28
      })
      const { requests } = stats
      assertSays(yield* history(...download, ...range, "--interval", "1m", "--interval", "1d"), 0)
      assert.strictEqual(stats.requests, requests)

      const info = JSON.parse((yield* keepgaining("archive", "info", "--json", ...here)).stdout)
      assert.deepInclude(info, { instruments: 2, candles: 28 * 375 })
      assert.deepStrictEqual(info.official, { instruments: 2, days: 28, from: "2025-03-03", to: "2025-03-21" })
      assert.include(
        (yield* keepgaining("archive", "info", "FUT", ...here)).stdout,
        "14 official days of 1 instrument,"
      )

      const query = ["archive", "query", "NSE:DAY", "NSE:DAY25MARFUT", "--interval", "1d", ...here]
      const rows: ReadonlyArray<Row> = JSON.parse(
        (yield* keepgaining(...query, "--official", "--json")).stdout
      )
      const truth = ["NSE:DAY", "NSE:DAY25MARFUT"].flatMap((symbol) =>
        Result.getOrThrow(calendar.tradingDays("2025-03-03", "2025-03-21")).map((date) => {
          const hours = simulatedHours(calendar, date)
          const day = simulatedOfficialDay(date, simulatedDay(market, symbol, date, hours), hours)
          if (day === undefined) throw new Error("it trades all the time")
          return {
            symbol,
            day: date,
            open: day.open / 100,
            high: day.high / 100,
            low: day.low / 100,
            close: day.close / 100,
            volume: day.volume,
            oi: symbol === "NSE:DAY" ? null : day.openInterest,
            source: url
          }
        })
      )
      assert.deepStrictEqual(rows, truth.map((row, i) => ({ ...row, fetchedAt: rows[i]?.fetchedAt ?? "" })))
      for (const { fetchedAt } of rows) assert.match(fetchedAt, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/)
      // What is made of minutes stays as it is: it closes with the last of them.
      const made: ReadonlyArray<Row> = JSON.parse((yield* keepgaining(...query, "--json")).stdout)
      assert.lengthOf(made, 28)
      assert.isAbove(made.filter(({ close }, i) => close !== truth[i]?.close).length, 14)
      const table = (yield* keepgaining(...query, "--official", "--last", "1")).stdout.trim().split("\n")
      assert.match(table[0] ?? "", /^symbol +day +open +high +low +close +volume +oi +source$/)
      assert.lengthOf(table, 3)
      const csv = (yield* keepgaining(...query, "--official", "--format", "csv", "--from", "2025-03-21")).stdout
      assert.match(csv, /^day,symbol,open,high,low,close,volume,oi,source,fetched_at\n2025-03-21,NSE:DAY,.*,,http:.*\n/)

      const compute = [
        "indicators",
        "compute",
        "--symbol",
        "NSE:DAY",
        "--indicator",
        "SMA",
        "--interval",
        "1d",
        ...here
      ]
      const last = ["--params", "{\"period\":5}", "--from", "2025-03-21", "--official"]
      const mean = truth.slice(9, 14).reduce((sum, { close }) => sum + close, 0) / 5
      const [line] = (yield* keepgaining(...compute, ...last)).stdout.trim().split("\n").slice(1)
      assert.match(line ?? "", /^2025-03-21T00:00:00.000\+05:30,NSE:DAY,/)
      assert.closeTo(Number(line?.split(",").at(-1)), mean, 1e-9)
    }).pipe(Effect.scoped),
  300_000
)
