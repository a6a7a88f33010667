/** The history port of a server that speaks as the simulated one does; its address is its name. */
import { type CandleColumns, candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { formatIstDate, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import type { OfficialDay } from "../../archive/OfficialDays.ts"
import {
  type HistoryError,
  HistoryMalformed,
  HistoryRateLimited,
  HistoryRefused,
  HistoryUnauthorised,
  HistoryUnavailable
} from "../HistoryError.ts"
import { askedText, type HistoryCapabilities, HistoryPort, type HistoryQuery } from "../HistoryPort.ts"
import { simulatedCapabilities } from "./HistoryServer.ts"

export interface SimulatedHistoryOptions {
  /** Without a path. */
  readonly url: string
  readonly capabilities?: HistoryCapabilities
  /** For one answer; 30 s when not given. */
  readonly timeout?: Duration.Input
}

/** The rows of an answer as columns, or what is wrong with it. */
export const readAnswer = (text: string): CandleColumns | string => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return `it is not JSON: ${text.slice(0, 60)}`
  }
  const rows = typeof parsed === "object" && parsed !== null && "candles" in parsed ? parsed.candles : undefined
  if (!Array.isArray(rows)) return "it has no candles"
  const columns = candleColumns(rows.length)
  const prices = [columns.open, columns.high, columns.low, columns.close]
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i]
    if (!Array.isArray(row) || row.length !== 7 || !row.every((field) => typeof field === "number")) {
      return `row ${i} is not seven numbers: ${JSON.stringify(row).slice(0, 80)}`
    }
    // Seven numbers, as was just seen.
    const fields = row as ReadonlyArray<number>
    const minute = fields[0]! / 60
    if (!Number.isInteger(minute) || minute < 0 || minute > 0x7fff_ffff) {
      return `row ${i} does not begin with a minute: ${fields[0]}`
    }
    columns.minute[i] = minute
    for (let k = 0; k < prices.length; k++) {
      const rupees = fields[k + 1]!
      const paise = Math.round(rupees * 100)
      if (Math.abs(rupees * 100 - paise) > 1e-3 || Math.abs(paise) > 0x7fff_ffff) {
        return `row ${i} has a price that is no amount of paise: ${rupees}`
      }
      prices[k]![i] = paise
    }
    const quantities = [fields[5]!, fields[6]!]
    const strange = quantities.find((each) => !Number.isInteger(each) || each < 0 || each > 0xffff_ffff)
    if (strange !== undefined) return `row ${i} has a volume or open interest that cannot be: ${strange}`
    columns.volume[i] = fields[5]!
    columns.openInterest[i] = fields[6]!
  }
  return columns
}

/** Daily candles by the Indian day that holds their instant, or what is wrong with the answer. */
export const readDays = (text: string): ReadonlyArray<OfficialDay> | string => {
  const columns = readAnswer(text)
  if (typeof columns === "string") return columns
  const { close, high, low, minute, open, openInterest, volume } = columns
  // Rows are below the length of every column.
  return Array.from({ length: columns.length }, (_, row) => ({
    date: formatIstDate(minute[row]! * MINUTE_MS),
    open: open[row]!,
    high: high[row]!,
    low: low[row]!,
    close: close[row]!,
    volume: volume[row]!,
    openInterest: openInterest[row]!
  }))
}

/** What went wrong on the way, down to the system's own words. */
const wayWords = (error: unknown): string => {
  const said: Array<string> = []
  for (let at = error; at instanceof Error && said.length < 5; at = at.cause) {
    if (at.message !== "" && !said.includes(at.message)) said.push(at.message)
  }
  return said.join(": ")
}

export const layer = (
  { capabilities = simulatedCapabilities, timeout = "30 seconds", url }: SimulatedHistoryOptions
): Layer.Layer<HistoryPort, never, HttpClient.HttpClient> =>
  Layer.effect(
    HistoryPort,
    Effect.map(HttpClient.HttpClient, (client) => {
      const source = url.replace(/\/$/, "")
      const ask = <A extends object>(
        query: HistoryQuery,
        read: (text: string) => A | string
      ): Effect.Effect<A, HistoryError> => {
        const where = { source, asked: askedText(query) }
        const unavailable = (reason: string) => new HistoryUnavailable({ ...where, reason })
        const request = HttpClientRequest.get(`${source}/candles`).pipe(HttpClientRequest.setUrlParams({ ...query }))
        return client.execute(request).pipe(
          Effect.flatMap((response) =>
            Effect.map(response.text, (text) => ({ status: response.status, headers: response.headers, text }))
          ),
          Effect.timeout(timeout),
          Effect.mapError((error) => unavailable(wayWords(error))),
          Effect.flatMap(({ headers, status, text }): Effect.Effect<A, HistoryError> => {
            if (status === 200) {
              const answer = read(text)
              return typeof answer === "string"
                ? Effect.fail(new HistoryMalformed({ ...where, reason: answer }))
                : Effect.succeed(answer)
            }
            if (status === 429) {
              const seconds = Number(headers["retry-after"] ?? NaN)
              return Effect.fail(
                new HistoryRateLimited({
                  ...where,
                  ...(Number.isFinite(seconds) ? { retryAfter: Math.max(0, seconds * 1_000) } : {})
                })
              )
            }
            if (status === 401 || status === 403) return Effect.fail(new HistoryUnauthorised(where))
            if (status === 408 || status >= 500) return Effect.fail(unavailable(`status ${status}`))
            return Effect.fail(new HistoryRefused({ ...where, reason: `status ${status}: ${text.slice(0, 200)}` }))
          })
        )
      }
      return HistoryPort.of({
        source,
        capabilities,
        candles: (query) => ask(query, readAnswer),
        days: (query) => ask(query, readDays)
      })
    })
  )
