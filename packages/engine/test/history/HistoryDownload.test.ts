import { assert } from "@effect/vitest"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { candleColumns, mergeColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Archive from "../../src/archive/CandleArchive.ts"
import type { Database } from "../../src/database/Database.ts"
import { candlesChecksum } from "../../src/history/candlesChecksum.ts"
import type { DownloadProgress } from "../../src/history/downloadProgress.ts"
import * as Records from "../../src/history/DownloadRecords.ts"
import * as Download from "../../src/history/HistoryDownload.ts"
import { HistoryUnauthorised } from "../../src/history/HistoryError.ts"
import { type HistoryCapabilities, HistoryPort } from "../../src/history/HistoryPort.ts"
import {
  historyServer,
  type HistoryServerOptions,
  type HistoryServerStats,
  simulatedCapabilities
} from "../../src/history/simulator/HistoryServer.ts"
import { inOrder, type Misbehaviour, misbehaviours, wellBehaved } from "../../src/history/simulator/Misbehaviour.ts"
import { simulatedDay, type SimulatedMarket } from "../../src/history/simulator/SimulatedCandles.ts"
import * as SimulatedHistory from "../../src/history/simulator/SimulatedHistory.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"
import { onEveryDatabase } from "../database/databases.ts"

/** Those whose symbol says so trade seldom. */
const market: SimulatedMarket = { seed: 5, density: (symbol) => symbol.includes("SELDOM") ? 0.02 : 1 }

interface Tools {
  readonly download: Download.HistoryDownload["Service"]
  readonly records: Records.DownloadRecords["Service"]
  readonly archive: Archive.CandleArchive["Service"]
  readonly stats: HistoryServerStats
  /** Fails unless the archive has exactly what the server has, but on those days. */
  readonly assertExact: (
    symbol: string,
    from: string,
    to: string,
    without?: ReadonlyArray<string>
  ) => Effect.Effect<void>
}

const truth = (calendar: TradingCalendar, symbol: string, from: string, to: string, without: ReadonlyArray<string>) =>
  Result.getOrThrow(calendar.tradingDays(from, to)).filter((date) => !without.includes(date))
    .map((date) => simulatedDay(market, symbol, date, Result.getOrThrow(calendar.spans(date, "cash")) ?? []))
    .reduce(mergeColumns, candleColumns(0))

/** One request at a time, unless capabilities say otherwise, so that scripts hit the requests they are meant for. */
const using = <A, E>(
  options: Partial<HistoryServerOptions>,
  use: (tools: Tools) => Effect.Effect<A, E>
): Effect.Effect<A, unknown, Database> =>
  Effect.scoped(Effect.gen(function*() {
    const calendar = yield* loadCalendar()
    const capabilities: HistoryCapabilities = options.capabilities ?? { ...simulatedCapabilities, concurrency: 1 }
    const { stats, url } = yield* historyServer({
      market,
      calendar,
      behaviour: wellBehaved,
      capabilities,
      slowness: 50,
      ...options
    })
    return yield* Effect.gen(function*() {
      const archive = yield* Archive.CandleArchive
      return yield* use({
        download: yield* Download.HistoryDownload,
        records: yield* Records.DownloadRecords,
        archive,
        stats,
        assertExact: (symbol, from, to, without = []) =>
          Effect.gen(function*() {
            const stored = yield* archive.history(
              symbol,
              Date.parse(`${from}T00:00+05:30`),
              Date.parse(`${to}T23:59+05:30`)
            )
            const expected = truth(calendar, symbol, from, to, without)
            assert.strictEqual(stored.length, expected.length, symbol)
            assert.strictEqual(candlesChecksum(stored), candlesChecksum(expected), symbol)
          }).pipe(Effect.orDie)
      })
    }).pipe(
      Effect.provide(
        Layer.effect(Download.HistoryDownload, Download.makeDownload(calendar)).pipe(
          Layer.provide(SimulatedHistory.layer({ url, capabilities })),
          Layer.provide(FetchHttpClient.layer),
          Layer.provideMerge(Archive.layer),
          Layer.provideMerge(Records.layer)
        )
      )
    )
  }))

const request = (symbols: ReadonlyArray<string>, from: string, to: string): Download.DownloadRequest => ({
  instruments: symbols.map((symbol) => ({ symbol, segment: "cash" })),
  interval: "1m",
  from,
  to
})

onEveryDatabase("a download of history", (it) => {
  for (const misbehaviour of misbehaviours) {
    it.effect(`ends exact when the server does "${misbehaviour}", to a liquid instrument and to one that is not`, () => {
      const symbols = [`NSE:L-${misbehaviour}`, `NSE:SELDOM-${misbehaviour}`]
      // The first request of each, and one that asks again.
      const script: ReadonlyArray<Misbehaviour | undefined> = [
        misbehaviour,
        undefined,
        misbehaviour,
        undefined,
        undefined
      ]
      return using(
        { behaviour: inOrder([...script, misbehaviour]) },
        ({ assertExact, download, stats }) =>
          Effect.gen(function*() {
            const { id } = yield* download.plan(request(symbols, "2025-03-03", "2025-04-11"))
            const status = yield* download.run(id)
            assert.deepInclude(status, { chunks: 2, done: 2, incomplete: 0, failed: 0, planned: 0 })
            assert.isAtLeast(stats.misbehaved.get(misbehaviour) ?? 0, 2)
            for (const symbol of symbols) yield* assertExact(symbol, "2025-03-03", "2025-04-11")
          })
      )
    })
  }

  it.effect("asks only for what the archive lacks, and never for days that were answered", () =>
    using({}, ({ archive, assertExact, download, stats }) =>
      Effect.gen(function*() {
        const symbols = ["NSE:LACK", "NSE:SELDOM-LACK"]
        yield* Effect.flatMap(download.plan(request(symbols, "2025-03-03", "2025-03-14")), ({ id }) => download.run(id))
        const before = stats.requests
        const wider = yield* download.plan(request(symbols, "2025-02-24", "2025-03-21"))
        assert.strictEqual(wider.chunks, 4)
        yield* download.run(wider.id)
        assert.isAbove(stats.requests, before)
        for (const symbol of symbols) yield* assertExact(symbol, "2025-02-24", "2025-03-21")
        // Nothing is left, until something is lost.
        const whole = request(symbols, "2025-02-24", "2025-03-20")
        assert.strictEqual((yield* download.plan(whole)).chunks, 0)
        const lost = [Date.parse("2025-03-05T00:00+05:30"), Date.parse("2025-03-06T00:00+05:30")] as const
        yield* archive.remove("NSE:LACK", ...lost)
        assert.strictEqual((yield* download.plan(whole)).chunks, 0)
        const again = yield* download.plan({ ...whole, again: true })
        assert.strictEqual(again.planned, 1)
        yield* download.run(again.id)
        yield* assertExact("NSE:LACK", "2025-02-24", "2025-03-20")
        // What was answered is still known, though its plan was made anew.
        assert.deepInclude(yield* download.plan({ ...request(symbols, "2025-02-24", "2025-03-21"), again: true }), {
          planned: 0,
          done: 4
        })
      })))

  it.effect("lists days that the server lacks, asks for them again on demand, and takes them as they are when told", () =>
    using(
      { lacks: (symbol, date) => symbol === "NSE:GAP" && (date === "2025-03-05" || date >= "2025-03-20") },
      ({ assertExact, download, records, stats }) =>
        Effect.gen(function*() {
          const { id } = yield* download.plan(request(["NSE:GAP", "NSE:NOGAP"], "2025-03-03", "2025-03-21"))
          const first = yield* download.run(id)
          assert.deepInclude(first, { chunks: 2, done: 1, incomplete: 1, failed: 0, planned: 0 })
          const missing = ["2025-03-05", "2025-03-20", "2025-03-21"]
          const [problem] = yield* records.problems(id)
          assert.deepInclude(problem, { symbol: "NSE:GAP", state: "incomplete", missing })
          yield* assertExact("NSE:GAP", "2025-03-03", "2025-03-21", missing)

          const asked = stats.requests
          assert.strictEqual(yield* records.retry(id), 1)
          assert.deepInclude(yield* download.run(id), { done: 1, incomplete: 1 })
          assert.isAbove(stats.requests, asked)

          assert.strictEqual(yield* records.accept(id), 1)
          assert.deepInclude(yield* download.run(id), { done: 2, incomplete: 0 })
          assert.strictEqual((yield* download.plan(request(["NSE:GAP"], "2025-03-03", "2025-03-21"))).chunks, 0)
        })
    ))

  it.effect("goes on when an instrument is unknown to the server, and lists it", () =>
    using(
      { knows: (symbol) => symbol !== "NSE:NOBODY" },
      ({ assertExact, download, records }) =>
        Effect.gen(function*() {
          const { id } = yield* download.plan(request(["NSE:NOBODY", "NSE:SOMEBODY"], "2025-03-03", "2025-03-21"))
          assert.deepInclude(yield* download.run(id), { done: 1, failed: 1 })
          const [problem] = yield* records.problems(id)
          assert.match(problem?.problem ?? "", /simulated refused NSE:NOBODY 1m 2025-03-03 to 2025-03-21: status 404/)
          yield* assertExact("NSE:SOMEBODY", "2025-03-03", "2025-03-21")
        })
    ))

  it.effect("stops when the token is refused, and everything stays planned", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const port = Layer.succeed(HistoryPort)(HistoryPort.of({
        source: "logged-out",
        capabilities: simulatedCapabilities,
        candles: () => Effect.fail(new HistoryUnauthorised({ source: "logged-out", asked: "anything" }))
      }))
      yield* Effect.gen(function*() {
        const { plan, run } = yield* Download.HistoryDownload
        const { chunks, id } = yield* plan(request(["NSE:A", "NSE:B"], "2025-01-01", "2025-06-30"))
        const failure = yield* Effect.flip(run(id))
        assert.strictEqual(failure._tag, "HistoryUnauthorised")
        assert.strictEqual((yield* (yield* Records.DownloadRecords).find(id))?.planned, chunks)
      }).pipe(
        Effect.provide(
          Layer.effect(Download.HistoryDownload, Download.makeDownload(calendar)).pipe(
            Layer.provide(port),
            Layer.provide(Archive.layer),
            Layer.provideMerge(Records.layer)
          )
        )
      )
    }))

  it.effect("can be interrupted, and goes on", () =>
    using({ behaviour: () => "slow" }, ({ assertExact, download, records }) =>
      Effect.gen(function*() {
        const symbols = ["NSE:STOP1", "NSE:STOP2", "NSE:STOP3", "NSE:STOP4"]
        const { id } = yield* download.plan(request(symbols, "2025-03-03", "2025-03-21"))
        const stopping: { done: boolean } = { done: false }
        const onProgress = ({ finished }: DownloadProgress) => {
          if (finished >= 2) stopping.done = true
        }
        const fiber = yield* Effect.forkChild(download.run(id, { onProgress }))
        while (!stopping.done) yield* Effect.sleep("5 millis")
        yield* Fiber.interrupt(fiber)
        const stopped = yield* records.find(id)
        assert.isAtLeast(stopped?.done ?? 0, 2)
        const reports: Array<DownloadProgress> = []
        const status = yield* download.run(id, { onProgress: (progress) => reports.push(progress) })
        assert.deepInclude(status, { chunks: 4, done: 4 })
        if (stopped !== undefined && stopped.planned > 0) {
          assert.strictEqual(reports[0]?.finished, stopped.done + 1)
          assert.strictEqual(reports.at(-1)?.remaining, 0)
        }
        for (const symbol of symbols) yield* assertExact(symbol, "2025-03-03", "2025-03-21")
      })))

  it.effect("keeps within the server's limits", () => {
    const limits = [{ requests: 20, window: 1_000 }, { requests: 5_000, window: 120_000 }]
    const capabilities = { ...simulatedCapabilities, longestSpan: { "1m": 7 }, limits, concurrency: 8 }
    return using({ capabilities }, ({ download, records, stats }) =>
      Effect.gen(function*() {
        const { id } = yield* download.plan(request(["NSE:P1", "NSE:P2", "NSE:P3"], "2025-03-03", "2025-04-11"))
        const status = yield* download.run(id)
        assert.strictEqual(status.done, status.chunks)
        assert.deepInclude(stats, { requests: status.chunks, exceeded: 0 })
        // A process that comes after this one knows of them.
        const answered = yield* records.answered("simulated", 60_000)
        assert.isAtLeast(answered.reduce((sum, { requests }) => sum + requests, 0), status.chunks)
      }))
  })

  it.effect("refuses what cannot be downloaded", () =>
    using({}, ({ download }) =>
      Effect.gen(function*() {
        const refused = (some: Partial<Download.DownloadRequest>) =>
          Effect.map(
            Effect.flip(download.plan({ ...request(["NSE:A"], "2025-03-03", "2025-03-21"), ...some })),
            ({ message }) => message
          )
        assert.match(yield* refused({ interval: "5m" }), /keeps candles of 1m/)
        assert.match(yield* refused({ to: "2099-01-01" }), /no range of days that are over/)
        assert.match(yield* refused({ from: "2025-04-01" }), /no range/)
        assert.match(yield* refused({ instruments: [] }), /No instrument/)
        assert.match((yield* Effect.flip(download.run("nothing"))).message, /no download nothing/)
      })))
})
