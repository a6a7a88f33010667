/** A broker account as a source of downloads: it asks for what the broker's stored master lists. */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { InstrumentStore } from "../../instruments/InstrumentStore.ts"
import { accountHistory, type HistoryAccount } from "../accountHistory.ts"
import type { HistorySource } from "../HistorySources.ts"
import { listedInstruments } from "../listedInstruments.ts"
import { DownloadRefused } from "../planChunks.ts"

/** Symbols named in a refusal. */
const NAMED = 10

const namesOf = (symbols: ReadonlyArray<string>): string =>
  symbols.slice(0, NAMED).join(", ") + (symbols.length > NAMED ? ` and ${symbols.length - NAMED} more` : "")

export const accountSource = (
  account: HistoryAccount,
  options: {
    readonly store: InstrumentStore["Service"]
    readonly names: IndexNames
    readonly calendar: TradingCalendar
    /** As the broker of the account knows them. */
    readonly known: BrokerInstruments
  }
): HistorySource => ({
  port: accountHistory(account),
  access: Effect.gen(function*() {
    const { account: name, broker, marketData } = account
    if ((yield* options.store.master(broker)) === undefined) {
      return Result.fail(`there is an instrument master of ${broker}`)
    }
    const login = marketData()
    return login === undefined ? Result.fail(`${name} is logged in`) : Result.succeed(login)
  }),
  instruments: (symbols) =>
    Effect.gen(function*() {
      const entries = yield* options.store.entries(account.broker)
      if (entries.length === 0) return yield* noMaster(account.broker)
      const { instruments, unknown } = listedInstruments(
        symbols,
        entries,
        options.names,
        options.calendar,
        options.known
      )
      if (unknown.length === 0) return instruments
      return yield* new DownloadRefused({
        reason: `${account.broker}'s instrument master does not list ${namesOf(unknown)}. ` +
          "`keepgaining instruments search` finds what it calls them; contracts that have expired are no longer listed"
      })
    })
})

const noMaster = (broker: Broker): DownloadRefused =>
  new DownloadRefused({
    reason: `There is no instrument master of ${broker} yet: keepgaining instruments sync ${broker}`
  })
