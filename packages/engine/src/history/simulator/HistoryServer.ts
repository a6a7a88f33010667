/**
 * A history server on this machine that stands in for a broker's: the same kind of limits, and every kind of trouble that
 * {@link Misbehaviour} names. It speaks HTTP:
 *
 * `GET /candles?symbol=NSE:RELIANCE&interval=1m&from=2025-01-01&to=2025-01-31` answers
 * `{"candles": [[epoch seconds, open, high, low, close, volume, open interest], ...]}`, prices in rupees. With `interval=1d` a
 * row is a trading day with the exchange's closing price, at whatever instant of the day the server likes.
 */
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import * as http from "node:http"
import type { OfficialDay } from "../../archive/OfficialDays.ts"
import { DownloadInterval } from "../DownloadInterval.ts"
import type { HistoryCapabilities, RequestLimit } from "../HistoryPort.ts"
import type { Behaviour, Misbehaviour } from "./Misbehaviour.ts"
import { simulatedDay, simulatedHours, type SimulatedMarket, simulatedOfficialDay } from "./SimulatedCandles.ts"

/** Like brokers': 60 days of minutes a request, or 2,000 days. The pace is up to the machine. */
export const simulatedCapabilities: HistoryCapabilities = {
  longestSpan: { "1m": 60, "1d": 2_000 },
  oldest: { "1m": "2022-01-01" },
  limits: [],
  concurrency: 4
}

export interface HistoryServerOptions {
  readonly market: SimulatedMarket
  readonly calendar: TradingCalendar
  readonly behaviour: Behaviour
  readonly capabilities?: HistoryCapabilities
  /** Instruments it knows; all when not given. */
  readonly knows?: (symbol: string) => boolean
  /** Days of which it has nothing, though there was trading. */
  readonly lacks?: (symbol: string, date: string) => boolean
  /** Longest answer, candles: the rest lacks without a word. */
  readonly mostRows?: number
  /** Of a late answer, ms. */
  readonly slowness?: number
  /** 0 for any that is free. */
  readonly port?: number
  /** Instant of a trading day to which its daily candle is stamped, ms since 00:00 IST: brokers differ. */
  readonly dayStamp?: number
}

export interface HistoryServerStats {
  requests: number
  /** Requests beyond the limits; they were answered 429. */
  exceeded: number
  /** Requests while those of before a `Retry-After` should have waited. */
  impatient: number
  readonly misbehaved: Map<Misbehaviour, number>
}

export class HistoryServerFailed extends Schema.TaggedError<HistoryServerFailed>()("HistoryServerFailed", {
  reason: Schema.String
}) {
  override get message(): string {
    return `The simulated history server could not start: ${this.reason}`
  }
}

/** Lines of the answer, one a candle. */
const rowsOf = (columns: CandleColumns, lines: Array<string>): void => {
  const { close, high, length, low, minute, open, openInterest, volume } = columns
  for (let i = 0; i < length; i++) {
    // Inside the length.
    lines.push(
      `[${minute[i]! * 60},${open[i]! / 100},${high[i]! / 100},${low[i]! / 100},${
        close[i]! / 100
      },${volume[i]!},${openInterest[i]!}]`
    )
  }
}

const dayRow = (day: OfficialDay | undefined, stamp: number): ReadonlyArray<string> => {
  if (day === undefined) return []
  const { close, date, high, low, open, openInterest, volume } = day
  const prices = [open, high, low, close].map((paise) => paise / 100)
  return [`[${[(startOfIstDay(dayOf(date)) + stamp) / 1_000, ...prices, volume, openInterest ?? 0].join(",")}]`]
}

const shuffle = (lines: Array<string>, by: number): void => {
  for (let i = lines.length - 1; i > 0; i--) {
    const other = (i * 7_919 + by * 104_729) % (i + 1)
    // Both inside the array.
    const line = lines[i]!
    lines[i] = lines[other]!
    lines[other] = line
  }
}

/** Whether one more request at this instant is within the limits; takes note of it when it is. */
const admission = (limits: ReadonlyArray<RequestLimit>) => {
  const longest = Math.max(0, ...limits.map(({ window }) => window))
  let times: Array<number> = []
  return (now: number): number => {
    times = times.filter((time) => time > now - longest)
    let wait = 0
    for (const { requests, window } of limits) {
      const inside = times.filter((time) => time > now - window)
      if (inside.length >= requests) wait = Math.max(wait, (inside[inside.length - requests] ?? now) + window - now)
    }
    if (wait === 0) times.push(now)
    return wait
  }
}

const isServed = Schema.is(DownloadInterval)

const respond = (
  {
    behaviour,
    calendar,
    capabilities = simulatedCapabilities,
    dayStamp = 0,
    knows,
    lacks,
    market,
    mostRows,
    slowness
  }: HistoryServerOptions,
  stats: HistoryServerStats
) => {
  const admit = admission(capabilities.limits)
  let quietUntil = 0

  const candlesIn = (interval: DownloadInterval, symbol: string, from: number, to: number): Array<string> => {
    const lines: Array<string> = []
    for (let day = from; day <= to; day++) {
      const date = dateOf(day)
      if (lacks?.(symbol, date) === true) continue
      const spans = simulatedHours(calendar, date)
      if (spans.length === 0) continue
      const minutes = simulatedDay(market, symbol, date, spans)
      if (interval === "1m") rowsOf(minutes, lines)
      else lines.push(...dayRow(simulatedOfficialDay(date, minutes, spans), dayStamp))
    }
    return lines
  }

  const answerOf = (lines: ReadonlyArray<string>): string => `{"candles":[${lines.join(",")}]}`

  /** Answers at once, or says what is to be done after so many ms. */
  const handle = (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    now: number
  ): { readonly after: number; readonly run: () => void } | undefined => {
    const number = stats.requests++
    const send = (status: number, body: string, headers: http.OutgoingHttpHeaders = {}): undefined => {
      response.writeHead(status, { "content-type": "application/json", ...headers })
      response.end(body)
    }
    const fault = (message: string) => JSON.stringify({ message })
    if (now < quietUntil) stats.impatient++
    const wait = admit(now)
    if (wait > 0) {
      stats.exceeded++
      return send(429, fault("too many requests"), { "retry-after": String(Math.ceil(wait / 1_000)) })
    }
    const url = new URL(request.url ?? "/", "http://localhost")
    const parameter = (name: string) => url.searchParams.get(name) ?? ""
    const symbol = parameter("symbol")
    const [from, to] = [dayOf(parameter("from")), dayOf(parameter("to"))]
    const interval = parameter("interval")
    if (url.pathname !== "/candles") return send(404, fault("there is only /candles"))
    if (!isServed(interval)) return send(400, fault(`only ${DownloadInterval.literals.join(" and ")} are served`))
    const span = capabilities.longestSpan[interval] ?? 0
    const candlesOf = (first: number, end: number) => candlesIn(interval, symbol, first, end)
    if (!(from <= to)) return send(400, fault("from and to must be dates, from not after to"))
    if (to - from >= span) return send(400, fault(`more than ${span} days`))
    if (knows?.(symbol) === false) return send(404, fault(`no instrument ${symbol}`))

    const misbehaviour = behaviour(number)
    if (misbehaviour !== undefined) {
      stats.misbehaved.set(misbehaviour, (stats.misbehaved.get(misbehaviour) ?? 0) + 1)
    }
    const proper = () => answerOf(candlesOf(from, to).slice(0, mostRows))
    switch (misbehaviour) {
      case undefined:
        return send(200, proper())
      case "too-many":
        return send(429, fault("too many requests"))
      case "too-many-wait":
        quietUntil = now + 1_000
        return send(429, fault("too many requests"), { "retry-after": "1" })
      case "server-error":
        return send([500, 502, 503][number % 3] ?? 500, "<html>Bad Gateway</html>", { "content-type": "text/html" })
      case "cut-body": {
        const body = proper()
        response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
        response.write(body.slice(0, body.length * 0.6))
        return { after: 5, run: () => response.destroy() }
      }
      case "cut-range": {
        const lines = candlesOf(from, to)
        return send(200, answerOf(lines.slice(0, Math.floor(lines.length * 0.7))))
      }
      case "overlap":
        return send(200, answerOf(candlesOf(from - 2, to + 2)))
      case "unsorted": {
        const lines = candlesOf(from, to)
        shuffle(lines, number)
        return send(200, answerOf(lines))
      }
      case "repeated":
        return send(
          200,
          answerOf(candlesOf(from, to).flatMap((line, i) => i % 50 === 0 ? [line, line] : [line]))
        )
      case "empty":
        return send(200, answerOf([]))
      case "html":
        return send(200, "<html>maintenance</html>")
      case "impossible":
        return send(200, answerOf([...candlesOf(from, to), `[${from * 86_400 + 18_000},1,0.5,2,1,1,0]`]))
      case "slow":
        return { after: slowness ?? 300, run: () => send(200, proper()) }
      case "reset":
        request.socket.resetAndDestroy()
        return
    }
  }

  return (request: http.IncomingMessage, response: http.ServerResponse): Effect.Effect<void> =>
    Effect.gen(function*() {
      const later = handle(request, response, yield* Clock.currentTimeMillis)
      if (later === undefined) return
      yield* Effect.sleep(later.after)
      later.run()
    })
}

/** Listens on the loopback interface until the scope ends. */
export const historyServer = (
  options: HistoryServerOptions
): Effect.Effect<{ readonly url: string; readonly stats: HistoryServerStats }, HistoryServerFailed, Scope> =>
  Effect.gen(function*() {
    const stats: HistoryServerStats = { requests: 0, exceeded: 0, impatient: 0, misbehaved: new Map() }
    const respondTo = respond(options, stats)
    const run = Effect.runForkWith(yield* Effect.context())
    const server = yield* Effect.acquireRelease(
      Effect.callback<http.Server, HistoryServerFailed>((resume) => {
        const created = http.createServer((request, response) => void run(respondTo(request, response)))
        created.once("error", (error) => resume(Effect.fail(new HistoryServerFailed({ reason: error.message }))))
        created.listen(options.port ?? 0, "127.0.0.1", () => resume(Effect.succeed(created)))
      }),
      (created) =>
        Effect.callback<void>((resume) => {
          created.close(() => resume(Effect.void))
          created.closeAllConnections()
        })
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { url: `http://127.0.0.1:${port}`, stats }
  })
