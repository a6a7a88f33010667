/** A history server by its address: it is believed to know whatever it is asked for. */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import { HistoryPort } from "../HistoryPort.ts"
import type { HistorySource } from "../HistorySources.ts"
import * as SimulatedHistory from "../simulator/SimulatedHistory.ts"

/** Futures and options are told from shares by a digit and their end. */
const isDerivative = (symbol: string): boolean => /\d.*(CE|PE|FUT)$/.test(symbol)

export const serverSource = (url: string): Effect.Effect<HistorySource, never, HttpClient.HttpClient> =>
  Effect.map(HistoryPort, (port): HistorySource => ({
    port,
    instruments: (symbols) =>
      Effect.succeed(
        Array.from(new Set(symbols), (symbol) => ({
          symbol,
          segment: isDerivative(symbol) ? "derivatives" as const : "cash" as const
        }))
      )
  })).pipe(Effect.provide(SimulatedHistory.layer({ url })))
