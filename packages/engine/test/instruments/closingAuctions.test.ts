/** Which shares end with a closing auction follows from the master, and is the same wherever it is asked. */
import { assert, describe, it } from "@effect/vitest"
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { MINUTE_MS, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Archive from "../../src/archive/CandleArchive.ts"
import * as Questions from "../../src/archive/questions/ArchiveQuestions.ts"
import * as InstrumentStore from "../../src/instruments/InstrumentStore.ts"
import { masterFormats } from "../../src/instruments/InstrumentSync.ts"
import { MasterBroker, type MasterEntry } from "../../src/instruments/master/MasterEntry.ts"
import { MasterReader } from "../../src/instruments/master/MasterReader.ts"
import { masterKinds } from "../../src/instruments/masterKinds.ts"
import { chooseWatched, defaultWatch, parseWatch } from "../../src/instruments/watchlist.ts"
import * as MarketRules from "../../src/rules/MarketRules.ts"
import { loadCalendar, loadIndexNames } from "../../src/rules/RuleFiles.ts"
import { nodeReadFiles } from "../../src/storage/ReadFiles.ts"
import { encodeInstruments, readInstruments } from "../../src/ticklog/Manifest.ts"
import { onEveryDatabase } from "../database/databases.ts"
import { market, masterText } from "./masters.ts"

const names = Effect.runSync(loadIndexNames())
const calendar = Effect.runSync(loadCalendar())
const listings = market(1_500)

const read = (broker: MasterBroker, text: string): ReadonlyArray<MasterEntry> => {
  const entries: Array<MasterEntry> = []
  const reader = new MasterReader(masterFormats[broker], (entry) => entries.push(entry))
  reader.push(new TextEncoder().encode(text))
  reader.endFile()
  reader.end()
  return entries
}

/** As Upstox has it since August 2026: the flag comes before what derivatives tell. */
const flagged = read(
  "upstox",
  masterText("upstox", listings).replaceAll(
    /"trading_symbol":"(M&M|20MICRONS)"/g,
    (_, symbol: string) => `"trading_symbol":"${symbol}","cas_eligible":${symbol === "M&M" ? "false" : "\"yes\""}`
  )
)

describe.each(MasterBroker.literals)("by the master of %s", (broker) => {
  const entries = read(broker, masterText(broker, listings))

  it("shares end with an auction when derivatives on them are listed, watched or not", () => {
    const watches = Result.getOrThrow(parseWatch(defaultWatch))
    const { instruments } = chooseWatched(watches, entries, names, calendar, "2026-11-26", () => undefined)
    const table = InstrumentTable.from(instruments)
    const reliance = table.indexOf("NSE:RELIANCE")
    assert.isDefined(reliance)
    assert.strictEqual(segmentsOf(table)[reliance ?? 0], "cash-closing-auction")
    assert.isFalse(instruments.some(({ underlying }) => underlying === "NSE:RELIANCE"))
    // It is recorded with the session, so that a replay needs no master.
    const recorded = readInstruments("log", { ...nodeReadFiles, read: () => encodeInstruments(instruments) })
    assert.deepStrictEqual(segmentsOf(recorded), segmentsOf(table))
    const hours = new TradingHours(calendarHours(calendar, { holidays: true }))
    const [day] =
      hours.of(segmentsOf(recorded)[reliance ?? 0] ?? "cash").day(parseIst("2026-11-27 10:00:00")!)?.spans ?? []
    assert.strictEqual(((day?.close ?? 0) - (day?.open ?? 0)) / MINUTE_MS, 360)
  })

  it("and so says each of them, and what is said of all", () => {
    const { closingAuctions, indices } = masterKinds(entries, names)
    assert.isTrue(closingAuctions.get("NSE:RELIANCE"))
    // Its derivatives are listed at NSE alone.
    assert.isFalse(closingAuctions.get("BSE:RELIANCE"))
    assert.isTrue(indices.has("BSE:SENSEX"))
    const shares = Array.from(closingAuctions.keys(), (symbol) => ({ _tag: "Symbol", symbol }) as const)
    const { instruments } = chooseWatched(shares, entries, names, calendar, "2026-11-26", () => undefined)
    assert.strictEqual(instruments.length, shares.length)
    for (const { closingAuction, symbol } of instruments) {
      assert.strictEqual(closingAuction, closingAuctions.get(symbol), symbol)
    }
  })
})

describe("by Upstox's own flag", () => {
  it("a share has none although derivatives on it are listed; what is no flag tells nothing", () => {
    const { closingAuctions } = masterKinds(flagged, names)
    assert.strictEqual(flagged.length, listings.length)
    assert.isFalse(closingAuctions.get("NSE:M&M"))
    assert.isTrue(closingAuctions.get("NSE:20MICRONS"))
    assert.isTrue(closingAuctions.get("NSE:RELIANCE"))
  })
})

onEveryDatabase("the stored masters", (it) => {
  it.effect("say the same, and what of a day's minutes is missing", () =>
    Effect.gen(function*() {
      const store = yield* InstrumentStore.InstrumentStore
      assert.strictEqual((yield* store.closingAuctions).size, 0)
      const commit = (broker: MasterBroker, entries: ReadonlyArray<MasterEntry>) =>
        Effect.gen(function*() {
          yield* store.clearStage(broker)
          yield* store.stage(broker, entries)
          const account = { ...new MasterReader(masterFormats[broker], () => {}).account(), taken: entries.length }
          const master = { broker, day: "2026-11-26", fetchedAt: new Date(0), bytes: 1, account }
          yield* store.commit(master, { fewest: 1, kept: 0, rejected: 1 })
        })
      yield* commit("upstox", flagged)
      assert.deepStrictEqual(
        new Map((yield* store.entries("upstox")).map(({ closingAuction, id }) => [id, closingAuction])),
        new Map(flagged.map(({ closingAuction, id }) => [id, closingAuction]))
      )
      // The other broker's master tells of no flag.
      yield* commit("kite", read("kite", masterText("kite", listings)))
      const expected = Array.from(masterKinds(flagged, names).closingAuctions).filter(([, has]) => has)
      assert.deepStrictEqual([...yield* store.closingAuctions].sort(), expected.map(([symbol]) => symbol).sort())

      const archive = yield* Archive.CandleArchive
      const symbols = ["NSE:RELIANCE", "NSE:M&M"]
      for (const [date, count] of [["2026-11-18", 360], ["2026-11-19", 360], ["2026-11-20", 100]] as const) {
        const minutes = candleColumns(count)
        const open = parseIst(`${date} 09:15:00`)! / MINUTE_MS
        minutes.minute.forEach((_, row) => minutes.minute[row] = open + row)
        for (const column of [minutes.open, minutes.high, minutes.low, minutes.close]) column.fill(100)
        for (const symbol of symbols) yield* archive.write(symbol, minutes)
      }
      const questions = yield* Questions.ArchiveQuestions
      const [reliance, mahindra] = yield* questions.gaps({ symbols })
      assert.deepStrictEqual(reliance?.thin, [{ date: "2026-11-20", candles: 100, expected: 360 }])
      assert.deepStrictEqual(mahindra?.thin, [{ date: "2026-11-20", candles: 100, expected: 375 }])
    }).pipe(
      Effect.provide(
        Questions.layer("no folder").pipe(
          Layer.provideMerge(Layer.mergeAll(Archive.layer, InstrumentStore.layer, MarketRules.layer()))
        )
      )
    ), 60_000)
})
