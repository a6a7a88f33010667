/**
 * The proof of the download: 200 instruments, a year of minutes and of official days, from a server that misbehaves, the process killed three
 * times on the way; in the end the archive has exactly what the server has. Most instruments trade seldom here, which keeps
 * it short; `KEEPGAINING_DOWNLOAD=full` gives every instrument all minutes (18.6 million candles).
 */
import { assert, it } from "@effect/vitest"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { candleColumns, copyColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as readline from "node:readline"
import * as Archive from "../../src/archive/CandleArchive.ts"
import * as Official from "../../src/archive/OfficialDays.ts"
import { layerPglite } from "../../src/database/Database.ts"
import { candlesChecksum } from "../../src/history/candlesChecksum.ts"
import * as Records from "../../src/history/DownloadRecords.ts"
import { historyServer } from "../../src/history/simulator/HistoryServer.ts"
import { atRandom, misbehaviours } from "../../src/history/simulator/Misbehaviour.ts"
import {
  simulatedDay,
  simulatedHours,
  type SimulatedMarket,
  simulatedOfficialDay
} from "../../src/history/simulator/SimulatedCandles.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"
import type { DownloadProcessInput } from "./downloadProcess.ts"

const full = process.env["KEEPGAINING_DOWNLOAD"] === "full"
const from = "2025-01-01"
const to = "2025-12-31"
const symbols = Array.from({ length: 200 }, (_, i) => `NSE:STOCK${i}`)

/** Every fiftieth is a share that trades in all minutes. The others are contracts, some without a trade in the hour of Muhurat. */
const isShare = (symbol: string): boolean => Number(symbol.slice("NSE:STOCK".length)) % 50 === 0

const market: SimulatedMarket = {
  seed: 2_025,
  density: (symbol) => full || isShare(symbol) ? 1 : 0.03
}

/** One in twenty goes wrong; what makes everyone wait is the rarer part of it. */
const behaviour = atRandom(
  41,
  0.05,
  misbehaviours.flatMap((each) => each === "too-many" || each === "too-many-wait" ? [each] : [each, each, each])
)

const truth = (calendar: TradingCalendar, symbol: string) => {
  const all = candleColumns(375 * 366)
  const days: Array<Official.OfficialDay> = []
  let row = 0
  for (const date of Result.getOrThrow(calendar.tradingDays(from, to))) {
    const hours = simulatedHours(calendar, date)
    const minutes = simulatedDay(market, symbol, date, hours)
    copyColumns(minutes, all, row)
    row += minutes.length
    const day = simulatedOfficialDay(date, minutes, hours)
    if (day !== undefined) days.push(isShare(symbol) ? { ...day, openInterest: null } : day)
  }
  return { minutes: sliceColumns(all, 0, row), days }
}

interface Ended {
  readonly killed: boolean
  readonly code: number | null
  readonly finished: number
  readonly errors: string
}

/** Runs the download until it ends, or so many chunks are finished: then it is killed. */
const runProcess = (input: DownloadProcessInput, killAt: number): Promise<Ended> =>
  new Promise((resolve) => {
    const script = path.join(import.meta.dirname, "downloadProcess.ts")
    const child = spawn(process.execPath, [script, JSON.stringify(input)], { stdio: ["ignore", "pipe", "pipe"] })
    let finished = 0
    let killed = false
    let errors = ""
    child.stderr.on("data", (chunk) => errors += String(chunk))
    readline.createInterface({ input: child.stdout }).on("line", (line) => {
      const said: unknown = JSON.parse(line)
      if (typeof said !== "object" || said === null || !("finished" in said)) return
      finished = Number(said.finished)
      if (finished < killAt || killed) return
      killed = true
      child.kill("SIGKILL")
    })
    child.on("close", (code) => resolve({ killed, code, finished, errors }))
  })

it.live(
  "a year of 200 instruments is complete and exact, though the process was killed three times",
  () =>
    Effect.gen(function*() {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-history-"))),
        (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
      )
      const calendar = yield* loadCalendar()
      const { stats, url } = yield* historyServer({ market, calendar, behaviour, slowness: 200 })
      const instruments = symbols.map((symbol) => ({
        symbol,
        segment: isShare(symbol) ? "cash" as const : "derivatives" as const
      }))
      const input = { directory, url, instruments, from, to }

      const finished: Array<number> = []
      for (const killAt of [200, 600, 1_000, Infinity]) {
        const ended = yield* Effect.promise(() => runProcess(input, killAt))
        assert.strictEqual(ended.killed, killAt < Infinity, ended.errors)
        if (!ended.killed) assert.strictEqual(ended.code, 0, ended.errors)
        finished.push(ended.finished)
      }
      // It went on, and did not begin again.
      assert.deepStrictEqual(finished.toSorted((a, b) => a - b), finished)
      assert.deepStrictEqual(Array.from(stats.misbehaved.keys()).sort(), [...misbehaviours].sort())

      yield* Effect.gen(function*() {
        const archive = yield* Archive.CandleArchive
        const official = yield* Official.OfficialDays
        const [status] = yield* (yield* Records.DownloadRecords).list
        assert.deepInclude(status, { symbols: 200, chunks: 1_600, done: 1_600, incomplete: 0, failed: 0, planned: 0 })
        let candles = 0
        for (const symbol of symbols) {
          const { days, minutes: expected } = truth(calendar, symbol)
          const stored = yield* archive.history(symbol, 0, Date.parse("2100-01-01"))
          assert.strictEqual(stored.length, expected.length, symbol)
          assert.strictEqual(candlesChecksum(stored), candlesChecksum(expected), symbol)
          const storedDays = yield* official.read(symbol, { from, to })
          assert.deepStrictEqual(
            storedDays,
            days.map((day, i) => ({ ...day, source: url, fetchedAt: storedDays[i]?.fetchedAt ?? 0 }))
          )
          candles += stored.length + storedDays.length
        }
        assert.strictEqual(status?.candles, candles)
        console.log(`${candles} candles with ${stats.requests} requests`)
      }).pipe(
        Effect.provide(
          Layer.mergeAll(Archive.layer, Official.layer, Records.layer).pipe(Layer.provide(layerPglite(directory)))
        )
      )
    }).pipe(Effect.scoped),
  600_000
)
