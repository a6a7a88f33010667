import { assert } from "@effect/vitest"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { candleColumns, mergeColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Archive from "../../src/archive/CandleArchive.ts"
import * as Official from "../../src/archive/OfficialDays.ts"
import type { Database } from "../../src/database/Database.ts"
import { candlesChecksum } from "../../src/history/candlesChecksum.ts"
import { DownloadInterval } from "../../src/history/DownloadInterval.ts"
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
import {
  simulatedDay,
  simulatedHours,
  type SimulatedMarket,
  simulatedOfficialDay
} from "../../src/history/simulator/SimulatedCandles.ts"
import * as SimulatedHistory from "../../src/history/simulator/SimulatedHistory.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"
import { onEveryDatabase } from "../database/databases.ts"

/** Those whose symbol says so trade seldom. */
const market: SimulatedMarket = { seed: 5, density: (symbol) => symbol.includes("SELDOM") ? 0.02 : 1 }

interface Tools {
  readonly download: Download.HistoryDownload["Service"]
  readonly records: Records.DownloadRecords["Service"]
  readonly archive: Archive.CandleArchive["Service"]
  readonly official: Official.OfficialDays["Service"]
  readonly url: string
  readonly stats: HistoryServerStats
  /** Fails unless the archive has exactly what the server has, but on those days. */
  readonly assertExact: (
    symbol: string,
    from: string,
    to: string,
    without?: ReadonlyArray<string>
  ) => Effect.Effect<void>
  /** The same of the exchange's own days. */
  readonly assertExactDays: Tools["assertExact"]
}

const daysOf = (calendar: TradingCalendar, from: string, to: string, without: ReadonlyArray<string>) =>
  Result.getOrThrow(calendar.tradingDays(from, to)).filter((date) => !without.includes(date))
    .map((date) => ({ date, hours: simulatedHours(calendar, date) }))

const truth = (calendar: TradingCalendar, symbol: string, from: string, to: string, without: ReadonlyArray<string>) =>
  daysOf(calendar, from, to, without).map(({ date, hours }) => simulatedDay(market, symbol, date, hours))
    .reduce(mergeColumns, candleColumns(0))

const officialTruth = (
  calendar: TradingCalendar,
  symbol: string,
  from: string,
  to: string,
  without: ReadonlyArray<string>
) =>
  daysOf(calendar, from, to, without).flatMap(({ date, hours }) =>
    simulatedOfficialDay(date, simulatedDay(market, symbol, date, hours), hours) ?? []
  )

/** One request at a time, unless capabilities say otherwise, so that scripts hit the requests they are meant for. */
const using = <A, E>(
  options: Partial<HistoryServerOptions>,
  use: (tools: Tools) => Effect.Effect<A, E>
): Effect.Effect<A, unknown, Database> =>
  Effect.scoped(Effect.gen(function*() {
    const calendar = yield* loadCalendar()
    const begun = yield* Clock.currentTimeMillis
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
      const official = yield* Official.OfficialDays
      return yield* use({
        download: yield* Download.HistoryDownload,
        records: yield* Records.DownloadRecords,
        archive,
        official,
        url,
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
          }).pipe(Effect.orDie),
        assertExactDays: (symbol, from, to, without = []) =>
          Effect.gen(function*() {
            const stored = yield* official.read(symbol, { from, to })
            // Of shares: whatever the server says of open interest.
            const expected = officialTruth(calendar, symbol, from, to, without).map((day, i) => ({
              ...day,
              openInterest: null,
              source: url,
              fetchedAt: stored[i]?.fetchedAt ?? 0
            }))
            assert.deepStrictEqual(stored, expected)
            for (const { fetchedAt } of stored) assert.isAtLeast(fetchedAt, begun)
          }).pipe(Effect.orDie)
      })
    }).pipe(
      Effect.provide(
        Layer.effect(Download.HistoryDownload, Download.makeDownload(calendar)).pipe(
          Layer.provide(SimulatedHistory.layer({ url, capabilities })),
          Layer.provide(FetchHttpClient.layer),
          Layer.provideMerge(Layer.mergeAll(Archive.layer, Official.layer, Records.layer))
        )
      )
    )
  }))

const request = (
  symbols: ReadonlyArray<string>,
  from: string,
  to: string,
  intervals: ReadonlyArray<DownloadInterval> = ["1m"]
): Download.DownloadRequest => ({
  instruments: symbols.map((symbol) => ({ symbol, segment: "cash" })),
  intervals,
  from,
  to
})

onEveryDatabase("a download of history", (it) => {
  /** The first request of each, and one that asks again: a day that came is settled at once, a minute that lacks is not. */
  const scripts: Readonly<Record<DownloadInterval, ReadonlyArray<0 | 1>>> = {
    "1m": [1, 0, 1, 0, 0, 1],
    "1d": [1, 1, 0, 0, 1]
  }
  for (const interval of DownloadInterval.literals) {
    for (const misbehaviour of misbehaviours) {
      it.effect(`of ${interval} ends exact when the server does "${misbehaviour}", whether an instrument is liquid`, () => {
        const symbols = [`NSE:L-${misbehaviour}`, `NSE:SELDOM-${misbehaviour}`]
        const script = scripts[interval].map((bad): Misbehaviour | undefined => bad === 1 ? misbehaviour : undefined)
        return using(
          { behaviour: inOrder(script) },
          ({ assertExact, assertExactDays, download, stats }) =>
            Effect.gen(function*() {
              const { id } = yield* download.plan(request(symbols, "2025-03-03", "2025-04-11", [interval]))
              const status = yield* download.run(id)
              assert.deepInclude(status, { chunks: 2, done: 2, incomplete: 0, failed: 0, planned: 0 })
              assert.isAtLeast(stats.misbehaved.get(misbehaviour) ?? 0, 2)
              const isExact = interval === "1m" ? assertExact : assertExactDays
              for (const symbol of symbols) yield* isExact(symbol, "2025-03-03", "2025-04-11")
            })
        )
      })
    }
  }

  it.effect("brings minutes and days in together, apart from each other, a request for many days", () =>
    using(
      { behaviour: wellBehaved },
      ({ archive, assertExact, assertExactDays, download, official, stats }) =>
        Effect.gen(function*() {
          const symbols = ["NSE:BOTH1", "NSE:BOTH2"]
          const { id } = yield* download.plan(request(symbols, "2025-03-03", "2025-06-30", ["1d", "1m"]))
          const reports: Array<DownloadProgress> = []
          const status = yield* download.run(id, { onProgress: (progress) => reports.push(progress) })
          // Two ranges of minutes and one of days, of each.
          assert.deepInclude(status, { intervals: ["1m", "1d"], chunks: 6, done: 6 })
          assert.strictEqual(stats.requests, 6)
          for (const symbol of symbols) {
            yield* assertExact(symbol, "2025-03-03", "2025-06-30")
            yield* assertExactDays(symbol, "2025-03-03", "2025-06-30")
          }
          const days = yield* official.read("NSE:BOTH1", { from: "2025-03-03", to: "2025-06-30" })
          const minutes = yield* archive.history("NSE:BOTH1", 0, Date.parse("2026-01-01"))
          assert.deepInclude(reports.at(-1), {
            chunks: 6,
            finished: 6,
            candles: 2 * (days.length + minutes.length),
            requests: 6,
            remaining: 0
          })
          assert.strictEqual(status.candles, 2 * (days.length + minutes.length))
          // Closes that no minute has.
          const lastMinutes = new Set(minutes.close)
          assert.isAbove(days.filter(({ close }) => !lastMinutes.has(close)).length, 0)
          // Whichever is named first, it is the same download.
          const again = yield* download.plan(request(symbols, "2025-03-03", "2025-06-30", ["1m", "1d"]))
          assert.strictEqual(again.id, id)
          assert.notStrictEqual((yield* download.plan(request(symbols, "2025-03-03", "2025-06-30"))).id, id)
        })
    ))

  for (const [name, dayStamp] of [["UTC", 330], ["OPEN", 555], ["CLOSE", 930]] as const) {
    it.effect(`puts days to the day that trades, though the server stamps them at the minute ${dayStamp}`, () =>
      using({ dayStamp: dayStamp * 60_000 }, ({ assertExactDays, download }) =>
        Effect.gen(function*() {
          const symbol = `NSE:STAMP-${name}`
          const { id } = yield* download.plan(request([symbol], "2025-03-03", "2025-04-11", ["1d"]))
          assert.deepInclude(yield* download.run(id), { done: 1, requests: 1 })
          yield* assertExactDays(symbol, "2025-03-03", "2025-04-11")
        })))
  }

  it.effect("asks for days of another source, and for all of them when told; the later answer stands", () =>
    using({}, ({ assertExactDays, download, official, stats }) =>
      Effect.gen(function*() {
        const symbol = "NSE:LATER"
        const [day] = yield* official.read(symbol, { from: "2025-01-01", to: "2025-12-31" })
        assert.isUndefined(day)
        const old = { date: "2025-03-05", open: 5, high: 5, low: 5, close: 5, volume: 5, openInterest: null }
        yield* official.write([{ symbol, days: [old], source: "kite:asha", fetchedAt: 1 }])
        const wanted = request([symbol], "2025-03-03", "2025-03-07", ["1d"])
        const { id } = yield* download.plan(wanted)
        yield* download.run(id)
        yield* assertExactDays(symbol, "2025-03-03", "2025-03-07")
        // Known now: only what is beside it is asked for.
        const wider = yield* download.plan({ ...wanted, to: "2025-03-12" })
        assert.strictEqual(wider.chunks, 1)
        yield* download.run(wider.id)
        assert.strictEqual(stats.requests, 2)
        assert.strictEqual((yield* download.plan({ ...wanted, to: "2025-03-11" })).chunks, 0)
        yield* official.write([{ symbol, days: [old], source: "kite:asha", fetchedAt: 1 }])
        const again = yield* download.plan({ ...wanted, again: true })
        assert.strictEqual(again.planned, 1)
        yield* download.run(id)
        yield* assertExactDays(symbol, "2025-03-03", "2025-03-12")
      })))

  it.effect("takes days on which a contract was not listed or did not trade as they are", () =>
    using(
      { lacks: (_, date) => date < "2025-03-10" || date === "2025-03-13" },
      ({ assertExactDays, download, official, records }) =>
        Effect.gen(function*() {
          const asked = request(["NSE:OPT25MAR100CE", "NSE:SHARE"], "2025-03-03", "2025-03-21", ["1d"])
          const { id } = yield* download.plan({
            ...asked,
            instruments: asked.instruments.map(({ symbol }) => ({
              symbol,
              segment: symbol === "NSE:SHARE" ? "cash" : "derivatives"
            }))
          })
          assert.deepInclude(yield* download.run(id), { done: 1, incomplete: 1 })
          const [problem, ...others] = yield* records.problems(id)
          assert.lengthOf(others, 0)
          const missing = ["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-13"]
          assert.deepInclude(problem, { symbol: "NSE:SHARE", interval: "1d", missing })
          yield* assertExactDays("NSE:SHARE", "2025-03-03", "2025-03-21", missing)
          const contract = yield* official.read("NSE:OPT25MAR100CE", { from: "2025-03-03", to: "2025-03-21" })
          assert.lengthOf(contract, 8)
          // What a server says of a contract's open interest is kept.
          for (const { openInterest } of contract) assert.isNumber(openInterest)
        })
    ))

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
          assert.match(
            problem?.problem ?? "",
            /http:.* refused NSE:NOBODY 1m 2025-03-03 to 2025-03-21: status 404/
          )
          yield* assertExact("NSE:SOMEBODY", "2025-03-03", "2025-03-21")
        })
    ))

  it.effect("stops when the token is refused, and everything stays planned", () =>
    Effect.gen(function*() {
      const calendar = yield* loadCalendar()
      const loggedOut = Effect.fail(new HistoryUnauthorised({ source: "logged-out", asked: "anything" }))
      const port = Layer.succeed(HistoryPort)(HistoryPort.of({
        source: "logged-out",
        capabilities: simulatedCapabilities,
        candles: () => loggedOut,
        days: () => loggedOut
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
            Layer.provide([Archive.layer, Official.layer]),
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
    return using({ capabilities }, ({ download, records, stats, url }) =>
      Effect.gen(function*() {
        const { id } = yield* download.plan(request(["NSE:P1", "NSE:P2", "NSE:P3"], "2025-03-03", "2025-04-11"))
        const status = yield* download.run(id)
        assert.strictEqual(status.done, status.chunks)
        assert.deepInclude(stats, { requests: status.chunks, exceeded: 0 })
        // A process that comes after this one knows of them.
        const answered = yield* records.answered(url, 60_000)
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
        assert.match(yield* refused({ intervals: [] }), /No interval/)
        // The calendar begins in 2022: nobody knows which days there are to ask for.
        const old = yield* Effect.flip(download.plan(request(["NSE:A"], "2021-12-01", "2022-01-31", ["1d"])))
        assert.strictEqual(old._tag, "DateNotCovered")
        assert.match(old.message, /2021-12-01 is not covered/)
        assert.match(yield* refused({ to: "2099-01-01" }), /no range of days that are over/)
        assert.match(yield* refused({ from: "2025-04-01" }), /no range/)
        assert.match(yield* refused({ instruments: [] }), /No instrument/)
        assert.match((yield* Effect.flip(download.run("nothing"))).message, /no download nothing/)
      })))
})
