/** Downloads by their id: followed, stopped, begun again, whoever asks for them. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Archive from "../../src/archive/CandleArchive.ts"
import * as Official from "../../src/archive/OfficialDays.ts"
import type { Database } from "../../src/database/Database.ts"
import { serverSource } from "../../src/history/broker/serverSource.ts"
import * as Records from "../../src/history/DownloadRecords.ts"
import * as Downloads from "../../src/history/Downloads.ts"
import { HistoryUnauthorised } from "../../src/history/HistoryError.ts"
import { type HistorySource, HistorySources, type SourceName } from "../../src/history/HistorySources.ts"
import { DownloadRefused } from "../../src/history/planChunks.ts"
import { historyServer, type HistoryServerOptions } from "../../src/history/simulator/HistoryServer.ts"
import { wellBehaved } from "../../src/history/simulator/Misbehaviour.ts"
import * as MarketRules from "../../src/rules/MarketRules.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"
import { onEveryDatabase } from "../database/databases.ts"

/** An account whose history is that of a server, while somebody is logged in. */
interface Asha {
  readonly url: string
  /** Another object after each login. */
  login: object | undefined
  /** The broker takes that login for none. */
  refused: object | undefined
  asked: number
}

const ashaSource = (asha: Asha, { instruments, port }: HistorySource): HistorySource => {
  const guarded = <A, B>(ask: (query: A) => B) => (query: A) => {
    asha.asked++
    return asha.login === undefined || asha.login === asha.refused
      ? Effect.fail(new HistoryUnauthorised({ source: "kite:asha", asked: "candles" }))
      : ask(query)
  }
  return {
    port: { ...port, source: "kite:asha", candles: guarded(port.candles), days: guarded(port.days) },
    access: Effect.sync(() => asha.login === undefined ? Result.fail("asha is logged in") : Result.succeed(asha.login)),
    instruments
  }
}

const sourcesWith = (asha?: Asha) =>
  Layer.succeed(HistorySources)(HistorySources.of({
    open: (name) =>
      name._tag === "Server"
        ? serverSource(name.url).pipe(Effect.provide(FetchHttpClient.layer))
        : asha !== undefined && name.account === "asha"
        ? Effect.map(
          serverSource(asha.url).pipe(Effect.provide(FetchHttpClient.layer)),
          (source) => ashaSource(asha, source)
        )
        : Effect.fail(new DownloadRefused({ reason: `There is no account ${name.account}` }))
  }))

const servicesWith = (layer: typeof Downloads.layer, asha?: Asha) =>
  layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(Archive.layer, Official.layer, Records.layer, MarketRules.layer(), sourcesWith(asha))
    )
  )

const services = servicesWith(Downloads.layer)

/** One life of an engine, or of a command: ends with what is done in it. */
const life = <A, E>(
  layer: typeof Downloads.layer,
  use: (downloads: Downloads.Downloads["Service"]) => Effect.Effect<A, E>,
  asha?: Asha
): Effect.Effect<A, unknown, Database> =>
  Effect.flatMap(Downloads.Downloads, use).pipe(Effect.provide(servicesWith(layer, asha), { local: true }))

const engine = Downloads.layerEngine

/** Looks until it is so. */
const until = (
  downloads: Downloads.Downloads["Service"],
  id: string,
  is: (view: Downloads.DownloadView) => boolean
): Effect.Effect<Downloads.DownloadView, unknown> =>
  Effect.flatMap(downloads.list, (all) => {
    const view = all.find(({ status }) => status.id === id)
    return view !== undefined && is(view)
      ? Effect.succeed(view)
      : Effect.andThen(Effect.sleep("20 millis"), Effect.suspend(() => until(downloads, id, is)))
  })

const server = (options: Partial<HistoryServerOptions> = {}) =>
  Effect.gen(function*() {
    const calendar = yield* loadCalendar()
    const { stats, url } = yield* historyServer({
      market: { seed: 7, density: () => 1 },
      calendar,
      behaviour: wellBehaved,
      ...options
    })
    return { stats, source: { _tag: "Server", url } satisfies SourceName }
  })

const symbols = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `NSE:${prefix}${i}`)

onEveryDatabase("downloads by their id", (it) => {
  it.effect("run once however often they are begun, and are followed to their end", () =>
    Effect.gen(function*() {
      const { source, stats } = yield* server()
      const downloads = yield* Downloads.Downloads
      const archive = yield* Archive.CandleArchive
      const request = { source, symbols: symbols(3, "ONCE"), from: "2025-03-03", to: "2025-03-21" }
      const begun = yield* downloads.start(request)
      const twice = yield* downloads.start(request)
      assert.strictEqual(twice.status.id, begun.status.id)
      const views = yield* Stream.runCollect(downloads.follow(begun.status.id))
      const last = views.at(-1)
      assert.isFalse(last?.running)
      assert.deepInclude(last?.status, { chunks: 3, done: 3, planned: 0, source: source.url })
      assert.strictEqual(last?.progress?.finished, 3)
      assert.strictEqual(last.problem, "")
      assert.strictEqual(stats.requests, 3)
      for (const symbol of request.symbols) assert.lengthOf(yield* archive.days(symbol, request.from, request.to), 14)
      // Of one that has ended there is one more thing to say.
      assert.lengthOf(yield* Stream.runCollect(downloads.follow(begun.status.id)), 1)
      assert.isFalse(yield* downloads.cancel(begun.status.id))
      assert.deepStrictEqual(
        (yield* downloads.list).find(({ status }) => status.id === begun.status.id)?.status,
        last.status
      )
    }).pipe(Effect.scoped, Effect.provide(services)), 180_000)

  it.effect("can be stopped, and begun again", () =>
    Effect.gen(function*() {
      const { source } = yield* server({ behaviour: () => "slow", slowness: 150 })
      const downloads = yield* Downloads.Downloads
      const request = { source, symbols: symbols(30, "STOP"), from: "2025-03-03", to: "2025-03-07" }
      const { status: { id } } = yield* downloads.start(request)
      yield* downloads.follow(id).pipe(Stream.takeUntil(({ status }) => status.done > 0), Stream.runDrain)
      assert.isTrue(yield* downloads.cancel(id))
      const [stopped] = yield* Stream.runCollect(downloads.follow(id))
      assert.isFalse(stopped?.running)
      assert.include(stopped?.problem, "stopped")
      assert.isAbove(stopped?.status.planned ?? 0, 0)

      const again = yield* downloads.start(request)
      assert.strictEqual(again.status.id, id)
      const end = (yield* Stream.runCollect(downloads.follow(id))).at(-1)
      assert.deepInclude(end?.status, { chunks: 30, done: 30 })
      assert.strictEqual(end?.problem, "")
    }).pipe(Effect.scoped, Effect.provide(services)), 180_000)

  it.effect("ask again for what is missing, of where it was asked before", () =>
    Effect.gen(function*() {
      const { source } = yield* server({ lacks: (_, date) => date === "2025-03-05" })
      const downloads = yield* Downloads.Downloads
      const { status: { id } } = yield* downloads.start({
        source,
        symbols: ["NSE:HOLE"],
        from: "2025-03-03",
        to: "2025-03-07"
      })
      const first = (yield* Stream.runCollect(downloads.follow(id))).at(-1)
      assert.deepInclude(first?.status, { incomplete: 1 })
      const [problem] = yield* downloads.problems(id)
      assert.deepStrictEqual(problem?.missing, ["2025-03-05"])
      yield* downloads.retry(id, true)
      assert.deepInclude((yield* Stream.runCollect(downloads.follow(id))).at(-1)?.status, { done: 1, incomplete: 0 })

      assert.include((yield* Effect.flip(downloads.problems("nothing"))).message, "no download nothing")
      const elsewhere = { source: { _tag: "Account", account: "asha" }, symbols: ["NSE:HOLE"] } as const
      const week = { from: "2025-03-03", to: "2025-03-07" }
      assert.include((yield* Effect.flip(downloads.start({ ...elsewhere, ...week }))).message, "no account asha")
      for (const url of ["127.0.0.1:4290", "ftp://there", "http://me:secret@there"]) {
        const wrong = downloads.start({ ...elsewhere, ...week, source: { _tag: "Server", url } })
        assert.strictEqual((yield* Effect.flip(wrong))._tag, "DownloadRefused", url)
      }
    }).pipe(Effect.scoped, Effect.provide(services)), 180_000)

  it.effect(
    "go on in the engine's next life, as those of a command do not, nor those that were cancelled",
    () =>
      Effect.gen(function*() {
        const { source } = yield* server({ behaviour: () => "slow", slowness: 300 })
        const week = { source, from: "2025-03-03", to: "2025-03-07", intervals: ["1m", "1d"] } as const
        const isBegun = ({ status }: Downloads.DownloadView) => status.done > 0
        const begun = (prefix: string) => (downloads: Downloads.Downloads["Service"]) =>
          Effect.gen(function*() {
            const { status: { id } } = yield* downloads.start({ ...week, symbols: symbols(15, prefix) })
            const { status } = yield* until(downloads, id, isBegun)
            assert.isAbove(status.planned, 0)
            return id
          })
        const lost = yield* life(engine, begun("LOST"))
        const byHand = yield* life(Downloads.layer, begun("HAND"))
        const { cancelled, ended, left } = yield* life(engine, (downloads) =>
          Effect.gen(function*() {
            const end = yield* until(downloads, lost, ({ running, status }) => !running && status.planned === 0)
            assert.deepInclude(end.status, { chunks: 30, done: 30, goesOn: false })
            // What was done before is counted, and not asked for again.
            assert.strictEqual(end.progress?.finished, 30)
            assert.isBelow(end.progress?.requests ?? 30, 30)
            const stopped = yield* begun("CANCELLED")(downloads)
            assert.isTrue(yield* downloads.cancel(stopped))
            assert.isFalse(yield* downloads.cancel(stopped))
            assert.isFalse(yield* downloads.cancel("nothing"))
            return {
              cancelled: stopped,
              ended: yield* begun("ENDED")(downloads),
              left: yield* begun("LEFT")(downloads)
            }
          }))
        // The engine has ended: a command may say that it shall not go on with one of them.
        yield* life(Downloads.layer, (downloads) =>
          Effect.gen(function*() {
            const view = yield* until(downloads, ended, () => true)
            assert.deepInclude(view, { running: false, waiting: "" })
            assert.isTrue(view.status.goesOn)
            assert.isTrue(yield* downloads.cancel(ended))
          }))
        yield* life(engine, (downloads) =>
          Effect.gen(function*() {
            // The newest, with which it goes on last.
            yield* until(downloads, left, ({ running, status }) => !running && status.planned === 0)
            for (const id of [byHand, cancelled, ended]) {
              const { running, status, waiting } = yield* until(downloads, id, () => true)
              assert.deepStrictEqual([running, waiting, status.goesOn], [false, "", false])
              assert.isAbove(status.planned, 0)
            }
          }))
        const days = yield* Official.OfficialDays.pipe(Effect.provide(Official.layer))
        for (const symbol of symbols(15, "LOST")) assert.lengthOf(yield* days.read(symbol, week), 5)
      }).pipe(Effect.scoped),
    180_000
  )

  it.effect(
    "of an account wait for its login, in this life of the engine and in the next",
    () =>
      Effect.gen(function*() {
        const { source: { url } } = yield* server({ behaviour: () => "slow", slowness: 100 })
        const asha: Asha = { url, login: {}, refused: undefined, asked: 0 }
        const request = {
          source: { _tag: "Account", account: "asha" },
          symbols: symbols(20, "ASHA"),
          from: "2025-03-03",
          to: "2025-03-07"
        } as const
        const id = yield* life(engine, (downloads) =>
          Effect.gen(function*() {
            const { status } = yield* downloads.start(request)
            yield* until(downloads, status.id, (view) => view.status.done > 0)
            asha.login = undefined
            const ended = yield* until(downloads, status.id, ({ running, waiting }) => !running && waiting !== "")
            assert.strictEqual(ended.waiting, "asha is logged in")
            assert.include(ended.problem, "Log in again")
            assert.isTrue(ended.status.goesOn)
            // The broker refuses the next login as well: it is not asked again and again, but by the one after that.
            asha.login = asha.refused = {}
            yield* until(downloads, status.id, ({ waiting }) => waiting === "kite:asha is logged in again")
            const { asked } = asha
            yield* Effect.sleep("2500 millis")
            assert.strictEqual(asha.asked, asked)
            const before = (yield* until(downloads, status.id, () => true)).status.done
            asha.login = {}
            yield* until(downloads, status.id, (view) => view.running && view.status.done > before)
            return status.id
          }), asha)
        asha.login = undefined
        yield* life(engine, (downloads) =>
          Effect.gen(function*() {
            const waiting = yield* until(downloads, id, (view) => view.waiting === "asha is logged in")
            assert.isFalse(waiting.running)
            asha.login = {}
            const end = yield* until(downloads, id, ({ running, status }) => !running && status.planned === 0)
            assert.deepInclude(end, { waiting: "", problem: "" })
            assert.deepInclude(end.status, { chunks: 20, done: 20 })
          }), asha)
      }).pipe(Effect.scoped),
    180_000
  )
})
