/**
 * Asks brokers for the official candles of days that were recorded. They take the place of ours in the archive, which keeps what
 * was there; how they differ is counted. What cannot be had now stays waiting; what no broker has is noted as such.
 */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import { DAY_MS, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { CandleArchive } from "../archive/CandleArchive.ts"
import { accountHistory, type HistoryAccount } from "../history/accountHistory.ts"
import { fetchChunk } from "../history/fetchChunk.ts"
import { minuteAnswers } from "../history/minuteAnswers.ts"
import { makeRequestGate } from "../history/RequestGate.ts"
import { compareCandles, type Comparison, withOwnInterest } from "./compareCandles.ts"
import type { ComparedDay, RecordedDays, WaitingDay } from "./RecordedDays.ts"

export interface OfficialOptions {
  readonly archive: CandleArchive["Service"]
  readonly days: RecordedDays["Service"]
  readonly calendar: TradingCalendar
  /** In order of preference. */
  readonly accounts: ReadonlyArray<HistoryAccount>
}

const minutes = Metric.counter("keepgaining_official_minutes_total", {
  description: "Minutes compared with the broker's official candles, by what came of it"
})

/** Attempts at a request after the first; the whole is tried again later anyway. */
const RETRIES = 2

type Outcome =
  | { readonly _tag: "Compared" }
  /** The broker understood and has none. */
  | { readonly _tag: "Refused"; readonly reason: string }
  /** Later it may have them. */
  | { readonly _tag: "Later" }
  /** This account answers nothing. */
  | { readonly _tag: "LoggedOut" }

/** Does what can be done now, and says how each day compares once none of it waits. */
export const officialCandles = Effect.fnUntraced(function*(
  waiting: ReadonlyArray<WaitingDay>,
  { accounts, archive, calendar, days }: OfficialOptions
) {
  const refusals = new Map<string, Array<string>>()
  let left = waiting
  for (const account of accounts) {
    if (left.length === 0) break
    if (account.marketData() === undefined) continue
    left = yield* Effect.scoped(Effect.gen(function*() {
      const port = accountHistory(account)
      const gate = yield* makeRequestGate(port.source, port.capabilities)
      const sizes = { longest: 0 }
      const later: Array<WaitingDay> = []
      let isLoggedIn = true

      const one = (of: WaitingDay): Effect.Effect<Outcome> =>
        Effect.gen(function*() {
          const { day, segment, symbol } = of
          const chunk = { symbol, segment, interval: "1m", from: day, to: day } as const
          const { candles, unsettled } = yield* fetchChunk(minuteAnswers, port, gate, calendar, chunk, sizes, RETRIES)
          if (unsettled.length > 0) return { _tag: "Later" } as const
          const begin = startOfIstDay(dayOf(day))
          const ours = yield* archive.history(symbol, begin, begin + DAY_MS)
          const theirs = withOwnInterest(candles, ours)
          const comparison = compareCandles(ours, theirs)
          yield* archive.write(symbol, theirs)
          yield* days.compared(of, comparison)
          yield* counted(comparison)
          return { _tag: "Compared" } as const
        }).pipe(
          Effect.catchTag("HistoryRefused", ({ reason }) => Effect.succeed({ _tag: "Refused", reason } as const)),
          Effect.catchTag("HistoryUnauthorised", () => Effect.succeed({ _tag: "LoggedOut" } as const)),
          Effect.catch((error) =>
            Effect.as(
              Effect.logDebug(`No official candles of ${of.symbol} on ${of.day}: ${error.message}`),
              { _tag: "Later" } as const
            )
          )
        )

      yield* Effect.forEach(waiting.filter((of) => left.includes(of)), (of) =>
        Effect.gen(function*() {
          const outcome: Outcome = isLoggedIn ? yield* one(of) : { _tag: "LoggedOut" }
          if (outcome._tag === "LoggedOut") isLoggedIn = false
          if (outcome._tag === "Refused") {
            refusals.set(keyOf(of), [...refusals.get(keyOf(of)) ?? [], `${port.source}: ${outcome.reason}`])
          }
          if (outcome._tag !== "Compared") later.push(of)
        }), { concurrency: port.capabilities.concurrency, discard: true })
      return later
    }))
  }
  for (const of of left) {
    const reasons = refusals.get(keyOf(of)) ?? []
    // Whoever is logged out may have them.
    if (reasons.length === accounts.length) yield* days.refused(of, reasons.join("; "))
  }
  if (left.length === waiting.length && refusals.size === 0) return
  yield* archive.settle()
  for (const day of new Set(waiting.map((of) => of.day))) yield* say(yield* days.summary(day))
})

const keyOf = ({ day, symbol }: WaitingDay): string => `${day} ${symbol}`

const counted = ({ onlyHere, onlyThere, otherPrice, otherVolume, same }: Comparison) =>
  Effect.forEach(
    Object.entries({
      same,
      "other price": otherPrice,
      "other volume": otherVolume,
      "only here": onlyHere,
      "only there": onlyThere
    }),
    ([outcome, count]) => Metric.update(Metric.withAttributes(minutes, { outcome }), count),
    { discard: true }
  )

const say = ({ compared, day, onlyHere, onlyThere, otherPrice, otherVolume, refused, same, waiting }: ComparedDay) =>
  Effect.logInfo(`Official candles of ${day} are in the archive`).pipe(
    Effect.annotateLogs({
      instruments: compared,
      ...(refused > 0 ? { withoutOfficial: refused } : {}),
      ...(waiting > 0 ? { waiting } : {}),
      same,
      otherPrice,
      otherVolume,
      onlyHere,
      onlyThere
    })
  )
