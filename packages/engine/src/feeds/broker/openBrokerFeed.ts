/**
 * Prepares a session on brokers' feeds: today's instrument masters, what the watch list names in them, last prices to choose
 * options around the money by, and then the feed itself. Accounts need not be logged in for it; ticks come once they are.
 */
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { type Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { CandleArchive } from "../../archive/CandleArchive.ts"
import type { AccountActor } from "../../brokers/AccountActor.ts"
import { Brokers } from "../../brokers/Brokers.ts"
import { InstrumentStore } from "../../instruments/InstrumentStore.ts"
import { InstrumentSync } from "../../instruments/InstrumentSync.ts"
import type { MasterEntry } from "../../instruments/master/MasterEntry.ts"
import { instrumentOf, listingOf } from "../../instruments/sessionInstruments.ts"
import { chooseWatched, type Watch } from "../../instruments/watchlist.ts"
import type { FrameRecorder } from "../../rawframes/FrameRecorder.ts"
import { MarketRules } from "../../rules/MarketRules.ts"
import { type Feed, FeedFailed } from "../Feed.ts"
import * as BrokerFeed from "./BrokerFeed.ts"

export interface OpenBrokerFeed {
  readonly watch: ReadonlyArray<Watch>
  /** Whose feeds, in order of preference; all accounts when absent. */
  readonly accounts?: ReadonlyArray<string>
  /** Of the session's log so far. */
  readonly recorded: ReadonlyArray<Instrument>
  /** Event time of the last recorded frame, epoch ms. */
  readonly after: number | undefined
  /** Keeps the accounts' frames as they come. */
  readonly recorder?: FrameRecorder
}

/** An account that logs in by itself may take so long before the session begins without prices, ms. */
const LOGIN_WAIT_MS = 8_000

export const openBrokerFeed = Effect.fn("openBrokerFeed")(function*(options: OpenBrokerFeed) {
  const brokers = yield* Brokers
  const store = yield* InstrumentStore
  const sync = yield* InstrumentSync
  const { calendar, indexNames } = yield* MarketRules
  const trading = new TradingHours(calendarHours(calendar, { holidays: true }))
  const actors = brokers.actors().filter(({ record }) =>
    options.accounts === undefined || options.accounts.includes(record.id)
  )
  const failed = (reason: string, remedy: string) => new FeedFailed({ feed: "brokers", reason, remedy })
  if (actors.length === 0) {
    return yield* failed("there is no broker account to take ticks from", "Add one: keepgaining brokers add")
  }
  yield* sync.syncMissing([...new Set(actors.map(({ record }) => record.broker))])
  let entries: ReadonlyArray<MasterEntry> = []
  for (const { record } of actors) {
    if (entries.length > 0) break
    entries = yield* store.entries(record.broker).pipe(
      Effect.mapError(({ message }) => failed(message, "See `keepgaining doctor`"))
    )
  }
  if (entries.length === 0 && options.recorded.length === 0) {
    return yield* failed(
      "no instrument master could be fetched, so it is not known what there is to watch",
      "Check the network, then start again; or sync one by hand: keepgaining instruments sync"
    )
  }
  yield* brokers.learn(InstrumentTable.from(underlyings(options.watch, entries, indexNames, calendar)))
  const live = yield* someoneLive(actors)
  const prices = yield* lastPrices(live, options.watch, entries, indexNames, calendar)
  const today = formatIstDate(yield* Clock.currentTimeMillis)
  const { instruments, missing } = chooseWatched(
    options.watch,
    entries,
    indexNames,
    calendar,
    today,
    (underlying) => prices.get(underlying)
  )
  if (missing.length > 0) {
    yield* Effect.logWarning(
      `Not watched, for the masters do not list it or its price is not known: ${missing.join(", ")}`
    )
  }
  const table = InstrumentTable.from([...options.recorded, ...instruments])
  yield* brokers.learn(table)
  const segments = new Set(segmentsOf(table))
  const previousClose = yield* closes(live, table)
  const feed: Feed = yield* BrokerFeed.make({
    table,
    previousClose,
    after: options.after,
    isTrading: (now) => {
      const hours = trading.day(now, segments)
      return hours !== undefined && hours.open <= now && now < hours.close
    },
    ...(options.recorder === undefined ? {} : { recorder: options.recorder }),
    ...(options.accounts === undefined ? {} : { accounts: options.accounts })
  }).pipe(Effect.provideService(Brokers, brokers))
  return feed
})

/** Whose options are wanted: their prices choose the strikes. */
const underlyings = (
  watch: ReadonlyArray<Watch>,
  entries: ReadonlyArray<MasterEntry>,
  names: IndexNames,
  calendar: TradingCalendar
): ReadonlyArray<Instrument> => {
  const wanted = new Set(watch.flatMap((each) => each._tag === "Options" ? [each.name] : []))
  const symbols = new Set(
    entries.flatMap(({ exchange, underlying }) =>
      underlying !== null && wanted.has(underlying) ? [names.underlyingOf(exchange, underlying)] : []
    )
  )
  const listing = listingOf(entries, calendar)
  return entries.flatMap((entry) => {
    if (entry.underlying !== null) return []
    const instrument = instrumentOf(entry, listing, names)
    return instrument !== undefined && symbols.has(instrument.symbol) ? [instrument] : []
  })
}

const someoneLive = (actors: ReadonlyArray<AccountActor>): Effect.Effect<AccountActor | undefined> => {
  const hopeful = actors.filter(({ automatic, token }) => automatic || token !== undefined)
  if (hopeful.length === 0) return Effect.succeed(undefined)
  return Effect.raceAll(hopeful.map((actor) => Effect.as(actor.live, actor))).pipe(
    Effect.timeoutOption(LOGIN_WAIT_MS),
    Effect.map((first) => first._tag === "Some" ? first.value : undefined)
  )
}

/** Paise by our symbol: from a broker, else the last candles of the archive. */
const lastPrices = Effect.fnUntraced(function*(
  live: AccountActor | undefined,
  watch: ReadonlyArray<Watch>,
  entries: ReadonlyArray<MasterEntry>,
  names: IndexNames,
  calendar: TradingCalendar
) {
  const archive = yield* CandleArchive
  const symbols = underlyings(watch, entries, names, calendar).map(({ symbol }) => symbol)
  const prices = new Map<string, number>()
  if (symbols.length === 0) return prices
  const quotes = yield* (live?.session?.marketData.quotes(symbols) ?? Effect.succeed([])).pipe(
    Effect.catch((error) => Effect.as(Effect.logWarning(error.message), []))
  )
  for (const { price, symbol } of quotes) prices.set(symbol, price)
  const rest = symbols.filter((symbol) => !prices.has(symbol))
  if (rest.length === 0) return prices
  const candles = yield* archive.latest(rest, 1).pipe(
    Effect.catch((error) => Effect.as(Effect.logWarning(error.message), new Map()))
  )
  for (const [symbol, { close }] of candles) prices.set(symbol, close[0] ?? 0)
  return prices
})

const closes = Effect.fnUntraced(function*(live: AccountActor | undefined, table: InstrumentTable) {
  const previous = Array.from({ length: table.size }, () => 0)
  const quotes = yield* (live?.session?.marketData.quotes(table.all().map(({ symbol }) => symbol)) ??
    Effect.succeed([])).pipe(Effect.catch((error) => Effect.as(Effect.logWarning(error.message), [])))
  for (const { previousClose, symbol } of quotes) {
    const index = table.indexOf(symbol)
    if (index !== undefined && previousClose !== undefined) previous[index] = previousClose
  }
  return previous
})
