import { type CandleColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { OfficialDays } from "@keepgaining/engine/archive/OfficialDays.ts"
import { ArchiveQuestions } from "@keepgaining/engine/archive/questions/ArchiveQuestions.ts"
import { Downloads } from "@keepgaining/engine/history/Downloads.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { type ArchivedCandles, ArchiveRpcs, MOST_CANDLES, type OfficialDaysView } from "../contract/Archive.ts"
import { Refused } from "../contract/Failures.ts"
import { requireScope } from "./Connection.ts"

/** Candles of one message: a few hundred kilobytes. */
const PIECE = 4_000
/** Pieces that wait for a reader who is slow. */
const WAITING = 2

const remedies: Readonly<Record<string, string>> = {
  DatabaseError: "Try again when the database is back",
  ArchiveDamaged: "See `keepgaining archive settle --help`, or bring the candles in again",
  DownloadRefused: "Correct that and start it again"
}

const refused = (error: { readonly _tag: string; readonly message: string }): Refused =>
  new Refused({ reason: error.message, remedy: remedies[error._tag] ?? "Correct that and ask again" })

const piecesOf = (symbol: string, candles: CandleColumns): ReadonlyArray<ArchivedCandles> => {
  const pieces: Array<ArchivedCandles> = []
  for (let from = 0; from < candles.length; from += PIECE) {
    const { close, high, low, minute, open, openInterest, volume } = sliceColumns(
      candles,
      from,
      Math.min(from + PIECE, candles.length)
    )
    pieces.push({
      symbol,
      minute: Array.from(minute),
      open: Array.from(open),
      high: Array.from(high),
      low: Array.from(low),
      close: Array.from(close),
      volume: Array.from(volume),
      openInterest: Array.from(openInterest)
    })
  }
  return pieces
}

const daysIn = (symbol: string, days: OfficialDaysView["days"]): ReadonlyArray<OfficialDaysView> =>
  Array.from({ length: Math.ceil(days.length / PIECE) }, (_, piece) => ({
    symbol,
    days: days.slice(piece * PIECE, (piece + 1) * PIECE)
  }))

export const make = Effect.gen(function*() {
  const session = yield* Session
  const questions = yield* ArchiveQuestions
  const official = yield* OfficialDays
  const downloads = yield* Downloads
  const asked = Effect.mapError(refused)
  const asAdmin = <A, E extends { readonly _tag: string; readonly message: string }>(how: Effect.Effect<A, E>) =>
    Effect.andThen(requireScope("admin"), Effect.mapError(how, refused))
  return ArchiveRpcs.of({
    ArchiveInfo: ({ limit, text }) =>
      asked(Effect.gen(function*() {
        return { ...yield* questions.info(text, limit), official: yield* official.summary(text) }
      })),
    ArchiveCandles: (question) =>
      Stream.callback<ArchivedCandles, Refused>(
        (queue) =>
          Effect.gen(function*() {
            let sent = 0
            yield* questions.candles(question, ({ candles, symbol }) =>
              Effect.gen(function*() {
                sent += candles.length
                if (sent > MOST_CANDLES) {
                  return yield* new Refused({
                    reason: `The answer is longer than ${MOST_CANDLES} candles`,
                    remedy: "Ask for fewer instruments or days at a time"
                  })
                }
                for (const piece of piecesOf(symbol, candles)) yield* Queue.offer(queue, piece)
              }))
          }).pipe(
            Effect.mapError((error) => error._tag === "Refused" ? error : refused(error)),
            Effect.matchCauseEffect({
              onSuccess: () => Queue.end(queue),
              onFailure: (cause) => Queue.failCause(queue, cause)
            }),
            Effect.forkScoped
          ),
        { bufferSize: WAITING, strategy: "suspend" }
      ),
    ArchiveOfficialDays: ({ symbols, ...range }) =>
      Stream.fromIterable(new Set(symbols)).pipe(
        Stream.mapEffect((symbol) => Effect.map(asked(official.read(symbol, range)), (days) => daysIn(symbol, days))),
        Stream.flattenIterable
      ),
    ArchiveGaps: (question) => asked(questions.gaps(question)),
    ArchiveDifferences: ({ limit, symbol }) => asked(questions.differences(limit, symbol)),
    Downloads: () => asked(downloads.list),
    DownloadProblems: ({ id }) => asked(downloads.problems(id)),
    FollowDownload: ({ id }) => Stream.mapError(downloads.follow(id), refused),
    StartDownload: ({ again, from, intervals, segment, source, symbols, to }) =>
      asAdmin(Effect.gen(function*() {
        const today = formatIstDate(yield* Clock.currentTimeMillis)
        // What has expired is in no broker's master any longer.
        const watched = session.instruments().all().filter(({ expiry }) => expiry === undefined || expiry >= today)
        return yield* downloads.start({
          source,
          symbols: symbols.length > 0 ? symbols : watched.map(({ symbol }) => symbol),
          from,
          to,
          ...(intervals === undefined ? {} : { intervals }),
          ...(again === undefined ? {} : { again }),
          ...(segment === undefined ? {} : { segment })
        })
      })),
    RetryDownload: ({ accept, id }) => asAdmin(downloads.retry(id, accept)),
    CancelDownload: ({ id }) => asAdmin(downloads.cancel(id))
  })
})
