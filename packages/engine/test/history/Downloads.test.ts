/** Downloads by their id: followed, stopped, begun again, whoever asks for them. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Archive from "../../src/archive/CandleArchive.ts"
import { serverSource } from "../../src/history/broker/serverSource.ts"
import * as Records from "../../src/history/DownloadRecords.ts"
import * as Downloads from "../../src/history/Downloads.ts"
import { HistorySources, type SourceName } from "../../src/history/HistorySources.ts"
import { DownloadRefused } from "../../src/history/planChunks.ts"
import { historyServer, type HistoryServerOptions } from "../../src/history/simulator/HistoryServer.ts"
import { wellBehaved } from "../../src/history/simulator/Misbehaviour.ts"
import * as MarketRules from "../../src/rules/MarketRules.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"
import { onEveryDatabase } from "../database/databases.ts"

const sources = Layer.effect(
  HistorySources,
  Effect.map(Effect.context<never>(), () =>
    HistorySources.of({
      open: (name) =>
        name._tag === "Server"
          ? serverSource(name.url).pipe(Effect.provide(FetchHttpClient.layer))
          : Effect.fail(new DownloadRefused({ reason: `There is no account ${name.account}` }))
    }))
)

const services = Downloads.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Archive.layer, Records.layer, MarketRules.layer(), sources))
)

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
      assert.deepInclude(last?.status, { chunks: 3, done: 3, planned: 0, source: "simulated" })
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
      // Which server that was, nobody noted.
      assert.include((yield* Effect.flip(downloads.retry(id, undefined, false))).message, "--url")
      yield* downloads.retry(id, source, true)
      assert.deepInclude((yield* Stream.runCollect(downloads.follow(id))).at(-1)?.status, { done: 1, incomplete: 0 })

      assert.include((yield* Effect.flip(downloads.problems("nothing"))).message, "no download nothing")
      const elsewhere = { _tag: "Account", account: "asha" } as const
      assert.include((yield* Effect.flip(downloads.retry(id, elsewhere, false))).message, "no account asha")
    }).pipe(Effect.scoped, Effect.provide(services)), 180_000)
})
