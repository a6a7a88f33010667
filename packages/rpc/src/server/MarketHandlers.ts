import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { type Interval, intervalMillis } from "@keepgaining/core/candles/Interval.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { NotFound } from "../contract/Failures.ts"
import { type CandleUpdate, MarketRpcs } from "../contract/Market.ts"
import { conflated } from "./Conflated.ts"
import { QuoteFrames } from "./QuoteFrames.ts"

const formingPeriodMillis = 250

/** More closed candles than fit a chunk of this size come in the next one. */
const maxCandles = 10_000

type SessionShape = Session["Service"]

const instrumentOf = (session: SessionShape, instrument: number) =>
  instrument >= 0 && instrument < session.instruments().size
    ? Effect.void
    : Effect.fail(new NotFound({ what: "instrument", key: String(instrument) }))

const quoteFrames = (session: SessionShape, instruments: ReadonlyArray<number>, perSecond: number) =>
  Stream.suspend(() => {
    const frames = new QuoteFrames(instruments)
    let first = true
    return conflated(1_000 / perSecond, () => {
      const { ids, values } = frames.next(session.quotes())
      if (ids.length === 0 && !first) return []
      first = false
      const { now, sequence } = session.health()
      return [{ sequence, now, ids, values }]
    })
  })

/** The closed candles after the one that starts at `start`, oldest first. */
const closedAfter = (session: SessionShape, instrument: number, interval: Interval, start: number) => {
  let limit = 8
  while (true) {
    const candles = session.candles(instrument, interval, limit)
    const oldest = candles[0]
    if (oldest === undefined || oldest.start <= start || candles.length < limit || limit >= maxCandles) {
      return candles.filter((candle) => candle.start > start)
    }
    limit = Math.min(limit * 8, maxCandles)
  }
}

const candleUpdates = (session: SessionShape, instrument: number, interval: Interval) =>
  Stream.suspend(() => {
    let timeline = session.sessionId()
    const newest = () => session.candles(instrument, interval, 1).at(-1)?.start ?? -intervalMillis["1d"]
    let closed = newest()
    let sent: Candle | undefined
    return conflated(formingPeriodMillis, () => {
      if (session.sessionId() !== timeline) {
        // The replay was rewound: the candles of the other timeline are none of this one's.
        timeline = session.sessionId()
        closed = newest()
      }
      const updates: Array<CandleUpdate> = []
      for (const candle of closedAfter(session, instrument, interval, closed)) {
        updates.push({ candle, forming: false })
        closed = candle.start
      }
      const forming = session.formingCandle(instrument, interval)
      if (forming !== undefined && !(forming.start === sent?.start && forming.ticks === sent.ticks)) {
        updates.push({ candle: forming, forming: true })
        // The engine goes on to write into it.
        sent = { ...forming }
      }
      return updates
    })
  })

export const make = Effect.gen(function*() {
  const session = yield* Session
  return MarketRpcs.of({
    Instruments: () => Effect.sync(() => session.instruments().all()),
    Quotes: ({ instruments, perSecond }) => quoteFrames(session, instruments, perSecond),
    Candles: ({ instrument, interval, limit }) =>
      Effect.map(instrumentOf(session, instrument), () => session.candles(instrument, interval, limit)),
    CandleUpdates: ({ instrument, interval }) =>
      Stream.unwrap(
        Effect.map(instrumentOf(session, instrument), () => candleUpdates(session, instrument, interval))
      )
  })
})
