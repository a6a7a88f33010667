/**
 * Brings what a session on brokers' feeds records into the candle archive. One actor writes each closed minute of every watched
 * instrument as a row of the live day, once the ticks that it is made of are durable; after the close it packs the day. Another
 * one then asks the brokers for the official candles of the day, lets them take the place of ours, and counts where they differ.
 *
 * Nothing is queued: closed candles are read out of what the kernel keeps (three days of minutes), from where the last write
 * ended. After a restart all of that which is not packed is written again, and is the same.
 */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import { DAY_MS, formatIstDate, MINUTE_MS, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import { Supervisor } from "../actors/Supervisor.ts"
import { CandleArchive, type NamedCandles } from "../archive/CandleArchive.ts"
import type { HistoryAccount } from "../history/accountHistory.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import { MarketRules } from "../rules/MarketRules.ts"
import type { TickLog } from "../ticklog/TickLogWriter.ts"
import { closedMinutes, type Cursor } from "./closedMinutes.ts"
import { officialCandles } from "./officialCandles.ts"
import { RecordedDays } from "./RecordedDays.ts"

/** The session whose candles are kept. */
export interface RecordedSession {
  readonly kernel: Kernel
  /** What its instruments began with: those candles are not its own. */
  readonly warmUp: ReadonlyArray<NamedCandles>
  readonly log: Pick<TickLog, "awaitDurable" | "lastSequence">
}

export interface RecorderOptions {
  /** Whom to ask for official candles, in order of preference. */
  readonly accounts: () => ReadonlyArray<HistoryAccount>
  /** Days for which it is kept what gave way to other candles. */
  readonly keepDifferences: number
}

/** Between looks for candles that closed, ms. */
const LOOK_MS = 1_000
/** Candles of one write, about. */
const WRITTEN_TOGETHER = 20_000
/** Official candles are asked for so long after the last close of the day, by the market's time, ms. */
const OFFICIAL_AFTER = 5 * MINUTE_MS
/** Between attempts at official candles that could not be had, ms. */
const AGAIN_MS = 60_000
/** Days back from now of which official candles are still asked for. */
const REMEMBERED_DAYS = 7

const written = Metric.counter("keepgaining_candles_recorded_total", {
  description: "Closed one-minute candles that the session wrote into the archive"
})

/** Starts both actors, under supervision; they end with the supervisor. */
export const recordCandles = Effect.fnUntraced(function*(
  session: RecordedSession,
  { accounts, keepDifferences }: RecorderOptions
) {
  const { kernel, log, warmUp } = session
  const archive = yield* CandleArchive
  const days = yield* RecordedDays
  const { calendar } = yield* MarketRules
  const supervisor = yield* Supervisor
  const begins = new Map(warmUp.map(({ candles, symbol }) => [
    symbol,
    candles.length === 0 ? 0 : (candles.minute[candles.length - 1]! + 1) * MINUTE_MS
  ]))
  let cursor: Cursor = []
  let lost = 0
  /** Days that may have candles of ours that are not packed. */
  const open = new Set<string>()
  const hasWaiting = Latch.makeUnsafe(false)

  const dateOf = (instant: number): string => formatIstDate(instant)
  /** When the last of what is watched closed on the date; `undefined` when nothing trades then, or nobody knows whether it does. */
  const closeOf = (date: string): number | undefined =>
    Result.getOrElse(calendar.isTradingDay(date), () => false)
      ? kernel.sessionDay(startOfIstDay(dayOf(date)))?.close
      : undefined

  /** What was listed on the date. */
  const listed = (date: string): ReadonlyArray<{ readonly symbol: string; readonly segment: Segment }> => {
    const segments = segmentsOf(kernel.instruments)
    return kernel.instruments.all().flatMap(({ expiry, symbol }, index) => {
      const segment = segments[index]
      return segment === undefined || (expiry !== undefined && expiry < date) ? [] : [{ symbol, segment }]
    })
  }

  const seal = (date: string) =>
    Effect.gen(function*() {
      const report = yield* archive.pack(date)
      yield* days.seal(date, listed(date))
      yield* archive.settle()
      yield* Effect.logInfo(`The candles of ${date} are packed`).pipe(Effect.annotateLogs({ ...report }))
      yield* hasWaiting.open
      const forgotten = yield* archive.forgetDifferences(keepDifferences)
      if (forgotten > 0) {
        yield* Effect.logInfo(`${forgotten} minutes that gave way over ${keepDifferences} days ago are forgotten`)
      }
    })

  const writing = Effect.gen(function*() {
    let sealed = (yield* days.newest) ?? ""
    const since = (index: number): number => {
      const begin = begins.get(kernel.instruments.at(index).symbol) ?? 0
      return sealed === "" ? begin : Math.max(begin, startOfIstDay(dayOf(sealed) + 1))
    }
    while (true) {
      const { now } = kernel
      const { batch, candles, missed, next } = closedMinutes(kernel, cursor, since, WRITTEN_TOGETHER)
      if (candles > 0) {
        yield* log.awaitDurable(log.lastSequence())
        yield* archive.append(batch)
        yield* Metric.update(written, candles)
        for (const { candles: { minute } } of batch) for (const each of minute) open.add(dateOf(each * MINUTE_MS))
      }
      cursor = next
      lost += missed
      if (candles >= WRITTEN_TOGETHER) continue
      if (now > 0) open.add(dateOf(now))
      for (const date of [...open].sort()) {
        const close = closeOf(date)
        if (date <= sealed || (close === undefined && calendar.covers(date))) open.delete(date)
        else if (close !== undefined && close <= now) {
          yield* seal(date)
          sealed = date
        }
      }
      yield* Effect.sleep(LOOK_MS)
    }
  })

  const comparing = Effect.gen(function*() {
    while (true) {
      hasWaiting.closeUnsafe()
      const { now } = kernel
      const waiting = now === 0 ? [] : yield* days.waiting(dateOf(now - REMEMBERED_DAYS * DAY_MS))
      const ripe = waiting.filter(({ day, symbol }) =>
        calendar.covers(day) && (closeOf(day) ?? 0) + OFFICIAL_AFTER <= now &&
        kernel.instruments.indexOf(symbol) !== undefined
      )
      if (ripe.length > 0) yield* officialCandles(ripe, { archive, accounts: accounts(), calendar, days })
      yield* Effect.raceFirst(hasWaiting.await, Effect.sleep(AGAIN_MS))
    }
  })

  supervisor.watch("closed candles", () => {
    let depth = 0
    for (let index = 0; index < kernel.instruments.size; index++) {
      depth += kernel.history.total(index, "1m") - (cursor[index] ?? 0)
    }
    return {
      name: "closed candles",
      overflow: "drop-oldest",
      depth,
      capacity: 1_200 * kernel.instruments.size,
      shed: lost
    }
  })
  yield* supervisor.start("engine/candle archive", "auxiliary", writing)
  yield* supervisor.start("engine/official candles", "auxiliary", comparing)
})
