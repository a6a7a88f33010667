/** Asks a history server for a chunk until each of its days is settled. */
import type { DateNotCovered, TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { addRepairs, type AnswerForm, noRepairs, type Repairs } from "./AnswerForm.ts"
import { type HistoryError, HistoryMalformed } from "./HistoryError.ts"
import { askedText, type HistoryPort } from "./HistoryPort.ts"
import type { Chunk } from "./planChunks.ts"
import type { RequestGate } from "./RequestGate.ts"
import { type AnswerSizes, beginDays, nextGroup, type Settlement, settlementOf, takeAnswer } from "./settleDays.ts"

export interface FetchedChunk<A> extends Settlement<A> {
  readonly repairs: Repairs
  /** Requests that were answered. */
  readonly asked: number
}

/** Which failures may pass by themselves. */
export const mayPass = (error: HistoryError): boolean =>
  error._tag === "HistoryRateLimited" || error._tag === "HistoryUnavailable" || error._tag === "HistoryMalformed"

/** Between attempts at one request: from 200 ms, doubling to 30 s, spread by 20 % so that many do not come at once. */
const backoff = (retries: number) =>
  Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("30 seconds")]).pipe(
    Schedule.jittered,
    Schedule.upTo({ times: retries })
  )

export const fetchChunk = <A>(
  form: AnswerForm<A>,
  port: HistoryPort["Service"],
  gate: RequestGate,
  calendar: TradingCalendar,
  chunk: Chunk,
  sizes: AnswerSizes,
  retries: number
): Effect.Effect<FetchedChunk<A>, HistoryError | DateNotCovered> =>
  Effect.gen(function*() {
    const { interval, segment, symbol } = chunk
    const trading = yield* Effect.fromResult(calendar.tradingDays(chunk.from, chunk.to))
    const state = beginDays(form, trading, (date) => form.expected(calendar, date, segment), sizes)
    let repairs = noRepairs
    let asked = 0

    const ask = (days: ReadonlyArray<string>) => {
      // A group is never empty.
      const query = { symbol, interval, from: days[0]!, to: days.at(-1)! }
      const wanted = {
        ...query,
        days,
        isTradingDay: (date: string) => Result.getOrElse(calendar.isTradingDay(date), () => true)
      }
      return gate.pass(form.ask(port, query)).pipe(
        Effect.flatMap((answer) =>
          Result.match(form.check(answer, wanted), {
            onSuccess: (checked) => Effect.succeed({ ...checked, rows: form.length(answer) }),
            onFailure: (reason) =>
              Effect.fail(new HistoryMalformed({ source: port.source, asked: askedText(query), reason }))
          })
        ),
        Effect.retry({ while: mayPass, schedule: backoff(retries) })
      )
    }

    for (let days = nextGroup(state); days !== undefined; days = nextGroup(state)) {
      const answer = yield* ask(days)
      asked++
      repairs = addRepairs(repairs, answer.repairs)
      takeAnswer(state, answer.candles, answer.rows)
    }
    return { ...settlementOf(state), repairs, asked }
  })
