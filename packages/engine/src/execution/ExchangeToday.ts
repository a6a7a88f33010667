/**
 * What the exchange takes today, as brokers say it: price bands from the feeds and quotes of all accounts, lots from the newest
 * masters. Outside of the session, which is handed what it decides by as inputs.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AccountActor } from "../brokers/AccountActor.ts"
import { Brokers } from "../brokers/Brokers.ts"
import type { PriceBand } from "../brokers/PriceBands.ts"

/** A band that is older may have been widened since: before an order is refused for it, it is read again. */
export const FRESH_MS = 30_000
/** A broker that did not tell is asked again after so long, ms. */
const ASK_AGAIN_MS = 5 * 60_000
/** Instruments of one question, which every broker takes in one request. */
const MOST_ASKED = 50
const ANSWER_WITHIN = "2 seconds"

export interface ExchangeToday {
  /** The newest that is known of an instrument, by our symbol. */
  readonly band: (symbol: string) => Effect.Effect<PriceBand | undefined>
  /** Asks for it first when what is known is not fresh; never for long. */
  readonly freshBand: (symbol: string) => Effect.Effect<PriceBand | undefined>
  /** Has it asked for, and waits for nothing. */
  readonly askBand: (symbol: string) => Effect.Effect<void>
  /** By the broker's newest master. */
  readonly lot: (broker: Broker, symbol: string) => number | undefined
}

export const makeExchangeToday = Effect.gen(function*() {
  const brokers = yield* Brokers
  const scope = yield* Effect.scope
  /** When each symbol was asked for last, epoch ms. */
  const asked = new Map<string, number>()

  const known = (symbol: string, now: number): PriceBand | undefined => {
    let newest: PriceBand | undefined
    for (const { bands } of brokers.actors()) {
      const band = bands.of(symbol, now)
      if (band !== undefined && (newest === undefined || band.at > newest.at)) newest = band
    }
    return newest
  }

  const isDue = (symbol: string, now: number): boolean => {
    const band = known(symbol, now)
    const since = asked.get(symbol) ?? -Infinity
    return band === undefined ? now - since >= ASK_AGAIN_MS : now - Math.max(band.at, since) >= FRESH_MS
  }

  /** With it goes whatever else is not known yet. */
  const ask = (actor: AccountActor, symbol: string, now: number) => {
    const others = brokers.instruments(actor.record.broker).all().flatMap(({ instrument }) =>
      instrument.kind !== "index" && known(instrument.symbol, now) === undefined && isDue(instrument.symbol, now)
        ? [instrument.symbol]
        : []
    )
    const symbols = [...new Set([symbol, ...others])].slice(0, MOST_ASKED)
    for (const each of symbols) asked.set(each, now)
    // What is answered the account itself takes note of.
    const { session } = actor
    return session === undefined
      ? Effect.void
      : Effect.ignore(Effect.timeout(session.marketData.quotes(symbols), ANSWER_WITHIN))
  }

  const freshBand: ExchangeToday["freshBand"] = (symbol) =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      if (isDue(symbol, now)) {
        const [actor] = brokers.actors().filter(({ capabilities, record: { broker, sandbox }, session }) =>
          session !== undefined && sandbox !== true && capabilities.circuits.quotes &&
          brokers.instruments(broker).ofSymbol(symbol) !== undefined
        ).sort((a, b) => a.gate.waiting() - b.gate.waiting())
        if (actor !== undefined) yield* ask(actor, symbol, now)
      }
      return known(symbol, yield* Clock.currentTimeMillis)
    })

  const today: ExchangeToday = {
    band: (symbol) => Effect.map(Clock.currentTimeMillis, (now) => known(symbol, now)),
    freshBand,
    askBand: (symbol) => Effect.asVoid(Effect.forkIn(freshBand(symbol), scope)),
    lot: (broker, symbol) => brokers.instruments(broker).ofSymbol(symbol)?.lotSize
  }
  return today
})
