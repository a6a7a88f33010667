/** A history server by its address: it is believed to know whatever it is asked for. */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import { HistoryPort } from "../HistoryPort.ts"
import type { HistorySource } from "../HistorySources.ts"
import { DownloadRefused } from "../planChunks.ts"
import * as SimulatedHistory from "../simulator/SimulatedHistory.ts"

/** Futures and options are told from shares by a digit and their end. */
const isDerivative = (symbol: string): boolean => /\d.*(CE|PE|FUT)$/.test(symbol)

/** Nobody logs in there. */
const ANYBODY = {}

/** The address is kept with what comes from there, and shown. */
const problemOf = (url: string): string | undefined => {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return `${url} is no address such as http://127.0.0.1:4290`
  return parsed.username === "" && parsed.password === "" ? undefined : "The address of a server holds no password"
}

export const serverSource = (url: string): Effect.Effect<HistorySource, DownloadRefused, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    const problem = problemOf(url)
    if (problem !== undefined) return yield* new DownloadRefused({ reason: problem })
    const port = yield* HistoryPort
    const source: HistorySource = {
      port,
      access: Effect.succeed(Result.succeed(ANYBODY)),
      instruments: (symbols) =>
        Effect.succeed(
          Array.from(new Set(symbols), (symbol) => ({
            symbol,
            segment: isDerivative(symbol) ? "derivatives" as const : "cash" as const
          }))
        )
    }
    return source
  }).pipe(Effect.provide(SimulatedHistory.layer({ url })))
