/**
 * Figures of masters and search at full size; run with `node packages/engine/test/instruments/bench.ts`. The database is
 * PGlite in memory, or the PostgreSQL server of `DATABASE_URL`, whose tables it adds to.
 */
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Database, layerPglite, layerPostgres } from "../../src/database/Database.ts"
import * as InstrumentStore from "../../src/instruments/InstrumentStore.ts"
import { masterFormats } from "../../src/instruments/InstrumentSync.ts"
import { MasterBroker, type MasterEntry } from "../../src/instruments/master/MasterEntry.ts"
import { MasterReader } from "../../src/instruments/master/MasterReader.ts"
import { SearchIndex } from "../../src/instruments/search/SearchIndex.ts"
import { type Listing, market, masterText } from "./masters.ts"

const PIECE = 65_536

const read = (broker: MasterBroker, listings: ReadonlyArray<Listing>) => {
  const bytes = new TextEncoder().encode(masterText(broker, listings))
  const entries: Array<MasterEntry> = []
  const reader = new MasterReader(masterFormats[broker], (entry) => entries.push(entry))
  const started = performance.now()
  for (let at = 0; at < bytes.length; at += PIECE) reader.push(bytes.subarray(at, at + PIECE))
  reader.endFile()
  reader.end()
  return { entries, account: reader.account(), bytes: bytes.length, millis: performance.now() - started }
}

const say = (what: string, millis: number, more = "") =>
  Console.log(`${what.padEnd(44)} ${millis.toFixed(2).padStart(9)} ms  ${more}`)

const timed = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const started = performance.now()
    const result = yield* effect
    yield* say(what, performance.now() - started)
    return result
  })

const questions = [
  "n",
  "nifty",
  "nifty 25000 ce",
  "nifty25000ce",
  "NIFTY26D0125000CE",
  "banknifty 29 dec 55000 pe",
  "reliance",
  "relaince",
  "bnaknifty 55000 call",
  "hdfc bank",
  "nse ce",
  "steel",
  "n c 2 d",
  "xyzzyq"
]

const bench = Effect.gen(function*() {
  const listings = market(125_000)
  for (const broker of MasterBroker.literals) {
    const { bytes, entries, millis } = read(broker, listings)
    yield* say(`read ${broker}`, millis, `${entries.length} instruments, ${(bytes / 1e6).toFixed(1)} MB`)
  }
  const first = read("upstox", listings)
  const next = read(
    "upstox",
    listings.filter(({ expiry }) => expiry !== "2026-11-23").map((row) =>
      row.symbol === "BANKNIFTY" && row.expiry > "2026-12-01" ? { ...row, lot: 35 } : row
    )
  )
  const store = yield* InstrumentStore.InstrumentStore
  yield* Console.log((yield* Database).name)
  for (const [day, master] of [["2026-11-23", first], ["2026-11-24", next]] as const) {
    yield* store.clearStage("upstox")
    yield* timed(
      `stage ${day}`,
      Effect.forEach(
        Array.from({ length: Math.ceil(master.entries.length / 5_000) }, (_, n) => n * 5_000),
        (at) => store.stage("upstox", master.entries.slice(at, at + 5_000)),
        { discard: true }
      )
    )
    const { account, bytes } = master
    const record = yield* timed(
      `commit ${day}`,
      store.commit({ broker: "upstox", day, fetchedAt: new Date(), bytes, account }, InstrumentStore.plausibility)
    )
    yield* Console.log(JSON.stringify(record.report))
  }
  const entries = yield* timed("read the newest master from SQL", store.entries("upstox"))
  yield* timed("read the master of the day before from SQL", store.entries("upstox", "2026-11-23"))
  const started = performance.now()
  const index = new SearchIndex(entries)
  yield* say("build the search index", performance.now() - started, `${index.size} instruments`)
  for (const question of questions) {
    const times: Array<number> = []
    for (let n = 0; n < 30; n++) {
      const asked = performance.now()
      index.search(question)
      times.push(performance.now() - asked)
    }
    times.sort((a, b) => a - b)
    // There are thirty.
    yield* say(`search ${JSON.stringify(question)}`, times[15]!, `slowest of 30: ${times[29]!.toFixed(2)} ms`)
  }
})

const database = Layer.unwrap(Effect.map(
  Config.option(Config.Redacted("DATABASE_URL")),
  Option.match({ onNone: () => layerPglite(undefined), onSome: (url) => layerPostgres(url) })
))

await Effect.runPromise(bench.pipe(Effect.provide(InstrumentStore.layer.pipe(Layer.provideMerge(database)))))
