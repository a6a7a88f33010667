import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { gzipSync } from "node:zlib"
import type { Database } from "../../src/database/Database.ts"
import * as InstrumentSearch from "../../src/instruments/InstrumentSearch.ts"
import * as InstrumentStore from "../../src/instruments/InstrumentStore.ts"
import * as InstrumentSync from "../../src/instruments/InstrumentSync.ts"
import { MasterBroker } from "../../src/instruments/master/MasterEntry.ts"
import { layerHttp } from "../../src/instruments/MasterSource.ts"
import { onEveryDatabase, query } from "../database/databases.ts"
import { type Listing, market, masterText } from "./masters.ts"

/** What the brokers' server answers; counts the requests. */
interface Server {
  listings: ReadonlyArray<Listing>
  /** Instead of the master, in this order; then the master. */
  readonly faults: Array<"429" | "503" | "404" | "cut" | "html" | "half">
  requests: number
}

const bodyOf = (server: Server, url: URL): Uint8Array<ArrayBuffer> => {
  const { listings } = server
  const of = (broker: MasterBroker, rows = listings) => new TextEncoder().encode(masterText(broker, rows))
  if (url.pathname.endsWith(".json.gz")) return new Uint8Array(gzipSync(of("upstox")))
  if (url.pathname === "/instruments") return of("kite")
  if (url.pathname.endsWith(".json")) return of("angel")
  const [exchange, segment] = (url.pathname.split("/").at(-1) ?? "").replace(".csv", "").split("_")
  const isCash = ({ kind }: Listing) => kind === "equity" || kind === "index"
  return of("fyers", listings.filter((row) => row.exchange === exchange && isCash(row) === (segment === "CM")))
}

const client = (server: Server) =>
  Layer.succeed(HttpClient.HttpClient)(HttpClient.make((request, url) =>
    Effect.sync(() => {
      server.requests++
      const fault = server.faults.shift()
      const body = bodyOf(server, url)
      const response = fault === undefined
        ? new Response(body)
        : fault === "cut"
        ? new Response(body.slice(0, body.length / 2))
        : fault === "html"
        ? new Response("<html>maintenance</html>")
        : fault === "half"
        ? new Response(bodyOf({ ...server, listings: server.listings.filter((_, n) => n % 3 !== 0) }, url))
        : new Response("no", { status: Number(fault) })
      return HttpClientResponse.fromWeb(request, response)
    })
  ))

const bases = { upstox: "http://u.test/", kite: "http://k.test", angel: "http://a.test", fyers: "http://f.test" }

const services = (server: Server) =>
  InstrumentSync.layer.pipe(
    Layer.provideMerge(InstrumentSearch.layer),
    Layer.provideMerge(InstrumentStore.layer),
    Layer.provide(layerHttp(bases)),
    Layer.provide(client(server))
  )

const serverOf = (listings: ReadonlyArray<Listing>): Server => ({ listings, faults: [], requests: 0 })

const clean = Effect.all([
  query("delete from instrument_versions"),
  query("delete from instrument_masters"),
  query("delete from instrument_staging")
])

const listings = market(1_500)
const rules = { fewest: 500, kept: 0.9, rejected: 0.01 }

/** Runs it at 08:35 IST of the day, against a fresh store and a server of its own. */
const scenario = <A, E>(
  server: Server,
  run: (at: (day: string) => Effect.Effect<void>) => Effect.Effect<
    A,
    E,
    InstrumentSync.InstrumentSync | InstrumentStore.InstrumentStore | InstrumentSearch.InstrumentSearch | Database
  >
) =>
  clean.pipe(
    Effect.andThen(run((day) => TestClock.setTime(Date.parse(`${day}T08:35:00+05:30`)))),
    Effect.provide(services(server)),
    Effect.provide(TestClock.layer())
  )

const sync = (broker: MasterBroker) =>
  Effect.flatMap(InstrumentSync.InstrumentSync, (service) => service.sync(broker, { rules, pause: "1 millis" }))

/** Lets the pauses between attempts pass; slowly, because a deadline of the database runs on the same clock. */
const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) {
      yield* TestClock.adjust("1 millis")
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
    }
    return yield* Fiber.join(fiber)
  })

onEveryDatabase("InstrumentSync", (it) => {
  for (const broker of MasterBroker.literals) {
    it.effect(`stores the master of ${broker} and finds in it`, () =>
      scenario(serverOf(listings), (at) =>
        Effect.gen(function*() {
          yield* at("2026-11-23")
          const store = yield* InstrumentStore.InstrumentStore
          const record = yield* sync(broker)
          assert.strictEqual(record.instruments, listings.length)
          assert.strictEqual(record.report.added, 0, "a first master changes nothing")
          const entries = yield* store.entries(broker)
          assert.strictEqual(entries.length, listings.length)
          const call = entries.find(({ id }) => id === "NSE_FO|NIFTY|2026-12-01|25000.00|CE")
          assert.deepInclude(call, { expiry: "2026-12-01", strike: 2_500_000, lotSize: 65, right: "CE" })
          const group = entries.find(({ id }) => id === "BSE_EQ|RELIANCE")?.group
          assert.strictEqual(group, broker === "upstox" || broker === "fyers" ? "A" : undefined)
          const search = yield* InstrumentSearch.InstrumentSearch
          const [hit] = yield* search.search(broker, "nifty 25000 ce 1 dec")
          assert.deepStrictEqual(hit?.entry, call)
        })))
  }

  it.effect("keeps what the master said on each day, storing only what changed", () => {
    const server = serverOf(listings)
    const id = "NSE_FO|NIFTY|2026-12-29|25000.00|CE"
    return scenario(server, (at) =>
      Effect.gen(function*() {
        const store = yield* InstrumentStore.InstrumentStore
        yield* at("2026-11-23")
        yield* sync("upstox")
        server.listings = listings
          .filter(({ expiry }) => expiry !== "2026-11-23")
          .map((row) => row.symbol === "NIFTY" && row.expiry === "2026-12-29" ? { ...row, lot: 75 } : row)
        yield* at("2026-11-25")
        const { report } = yield* sync("upstox")
        const expired = listings.filter(({ expiry }) => expiry === "2026-11-23").length
        const relotted = listings.filter(({ expiry, symbol }) => symbol === "NIFTY" && expiry === "2026-12-29").length
        assert.deepInclude(report, { expired, lot: relotted, added: 0, removed: 0, token: 0 })
        const [rows] = yield* query<{ readonly count: number }>(
          "select count(*)::int4 as count from instrument_versions"
        )
        assert.strictEqual(rows?.count, listings.length + relotted)

        for (
          const [day, lot, count] of [
            ["2026-11-23", 65, listings.length],
            ["2026-11-24", 65, listings.length],
            ["2026-11-25", 75, listings.length - expired],
            ["2027-06-01", 75, listings.length - expired]
          ] as const
        ) {
          const entries = yield* store.entries("upstox", day)
          assert.strictEqual(entries.length, count, day)
          assert.strictEqual(entries.find((entry) => entry.id === id)?.lotSize, lot, day)
        }
        assert.deepStrictEqual(yield* store.entries("upstox", "2026-11-22"), [])
        const versions = yield* store.versions("upstox", { id })
        assert.deepStrictEqual(versions.map(({ since, until }) => [since, until]), [
          ["2026-11-23", "2026-11-25"],
          ["2026-11-25", null]
        ])
        assert.strictEqual((yield* store.master("upstox", "2026-11-24"))?.day, "2026-11-23")
        const changes = yield* store.changes("upstox", "2026-11-25")
        assert.strictEqual(changes.length, expired + relotted)
        assert.deepStrictEqual(yield* store.changes("upstox", "2026-11-24"), [])
      }))
  })

  const saying = (unit: string) =>
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ UPSTOX_TICK_UNIT: unit })))
  it.effect("takes the unit of Upstox's ticks from whoever knows it better", () => {
    // A share of 20,000 rupees: its tick could be a rupee or a paisa.
    const dear = listings.map((row) => ({ ...row, tick: row.kind === "index" ? 0 : 100 }))
    const server = serverOf(dear.map((row) => ({ ...row, tick: row.tick / 100 })))
    return scenario(server, (at) =>
      Effect.gen(function*() {
        yield* at("2026-11-23")
        yield* sync("upstox").pipe(saying("rupees"))
        const store = yield* InstrumentStore.InstrumentStore
        const share = (yield* store.entries("upstox")).find(({ id }) => id === "NSE_EQ|RELIANCE")
        assert.strictEqual(share?.tickSize, 100)
        const error = yield* Effect.flip(sync("upstox").pipe(saying("dollars")))
        assert.strictEqual(error._tag, "MasterRefused")
        assert.match(error.message, /UPSTOX_TICK_UNIT.*auto, rupees, paise/)
      }))
  })

  it.effect("a second master of a day takes the place of the first", () => {
    const server = serverOf(listings)
    return scenario(server, (at) =>
      Effect.gen(function*() {
        const store = yield* InstrumentStore.InstrumentStore
        yield* at("2026-11-23")
        yield* sync("kite")
        const before = yield* query("select * from instrument_versions order by id, since")
        yield* at("2026-11-24")
        server.listings = listings.filter((_, n) => n < 100 || n >= 105)
        assert.strictEqual((yield* sync("kite")).report.removed, 5)
        server.listings = listings
        const again = yield* sync("kite")
        assert.strictEqual(Object.values(again.report).reduce((sum, count) => sum + count, 0), 0)
        assert.deepStrictEqual(yield* query("select * from instrument_versions order by id, since"), before)
        assert.strictEqual((yield* store.master("kite"))?.day, "2026-11-24")
      }))
  })

  for (const fault of ["html", "half", "404"] as const) {
    it.effect(`leaves the master before in force when today's is ${fault}`, () => {
      const server = serverOf(listings)
      return scenario(server, (at) =>
        Effect.gen(function*() {
          const store = yield* InstrumentStore.InstrumentStore
          yield* at("2026-11-23")
          yield* sync("angel")
          const before = yield* query("select * from instrument_versions order by id, since")
          yield* at("2026-11-24")
          server.faults.push(fault)
          const error = yield* Effect.flip(sync("angel"))
          assert.strictEqual(error._tag, fault === "404" ? "MasterUnavailable" : "MasterRefused")
          if (fault === "half") assert.match(error.message, /NSE_EQ: only \d+ of the \d+ instruments/)
          assert.deepStrictEqual(yield* query("select * from instrument_versions order by id, since"), before)
          assert.strictEqual((yield* store.master("angel"))?.day, "2026-11-23")
          yield* sync("angel")
          assert.strictEqual((yield* store.master("angel"))?.day, "2026-11-24")
        }))
    })
  }

  it.effect("refuses a cut JSON file", () => {
    const server = serverOf(listings)
    server.faults.push("cut")
    return scenario(server, (at) =>
      Effect.gen(function*() {
        yield* at("2026-11-23")
        const error = yield* Effect.flip(sync("angel"))
        assert.match(error.message, /cut off/)
      }))
  })

  it.effect("asks again after 429, 503 and a cut gzip file, and stores nothing twice", () => {
    const server = serverOf(listings)
    server.faults.push("429", "cut", "503")
    return scenario(server, (at) =>
      Effect.gen(function*() {
        yield* at("2026-11-23")
        const record = yield* patiently(sync("upstox"))
        assert.strictEqual(record.instruments, listings.length)
        assert.strictEqual(server.requests, 4)
      }))
  })

  it.effect("does not let an older day rewrite history", () =>
    scenario(serverOf(listings), (at) =>
      Effect.gen(function*() {
        const store = yield* InstrumentStore.InstrumentStore
        yield* at("2026-11-24")
        const record = yield* sync("kite")
        yield* store.stage("kite", yield* store.entries("kite"))
        const error = yield* Effect.flip(store.commit({ ...record, day: "2026-11-23" }, rules))
        assert.match(error.message, /history is not rewritten/)
      })))

  it.effect("syncs before the open by itself, once a day, and goes on after a failure", () => {
    const server = serverOf(listings)
    return scenario(server, (at) =>
      Effect.gen(function*() {
        const store = yield* InstrumentStore.InstrumentStore
        yield* at("2026-11-23")
        const { syncMissing } = yield* InstrumentSync.InstrumentSync
        yield* syncMissing(["kite"])
        yield* syncMissing(["kite"])
        assert.strictEqual(server.requests, 1)
        yield* at("2026-11-24")
        server.faults.push("404")
        yield* syncMissing(["kite"])
        assert.strictEqual((yield* store.master("kite"))?.day, "2026-11-23")
        yield* syncMissing(["kite"])
        assert.strictEqual((yield* store.master("kite"))?.day, "2026-11-24")
      }))
  })
})

describe("schedule", () => {
  it.effect("comes round before 09:00 IST, several times", () =>
    Effect.gen(function*() {
      const times: Array<number> = []
      yield* TestClock.setTime(Date.parse("2026-11-23T06:00:00+05:30"))
      const counting = Layer.succeed(InstrumentSync.InstrumentSync)(InstrumentSync.InstrumentSync.of({
        sync: () => Effect.die("not asked for here"),
        syncMissing: () => Effect.clockWith((clock) => Effect.sync(() => times.push(clock.currentTimeMillisUnsafe())))
      }))
      yield* Layer.build(InstrumentSync.layerSchedule(["kite"]).pipe(Layer.provide(counting)))
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(
        times.map((time) => new Date(time + 19_800_000).toISOString().slice(11, 16)),
        ["08:35", "08:43", "08:51", "08:58"]
      )
    }))
})
