/**
 * The broker port: everything that an adapter gives of one account. Small services side by side, so that data can come
 * from one account and orders go through another. All of them answer in our vocabulary: symbols, paise, epoch ms.
 *
 * No call retries by itself, waits for a rate limit or breaks a circuit: the session actor does that for all brokers alike, by
 * what it lets every request go through ({@link RequestPass}).
 * A call that changes something and whose outcome is not known fails with `UnknownOutcome`, never otherwise.
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { FeedBatch } from "../wire/FeedBatch.ts"
import type { Broker } from "./Broker.ts"
import type { BrokerError } from "./BrokerError.ts"
import type { BrokerInstrument, BrokerInstruments } from "./BrokerInstruments.ts"
import type { BrokerOrder, BrokerTrade, NewOrder, OrderChange } from "./BrokerOrder.ts"
import type { BrokerToken } from "./BrokerToken.ts"
import type { Capabilities } from "./Capabilities.ts"
import type { GttOrder, NewGtt } from "./GttOrder.ts"
import type { BrokerCandle, CandleInterval, ChainRow, MarketQuote } from "./MarketQuote.ts"
import type { BrokerPosition, Funds, Holding, Margin, MarginLeg, Profile } from "./Portfolio.ts"

type Call<A> = Effect.Effect<A, BrokerError>

/** How one gets a token. Which of the two ways it is, `Capabilities.login` says. */
export interface BrokerAuth {
  /** Where the user logs in; comes back to the redirect URL with `state` and a grant. `undefined` for an API login. */
  readonly loginUrl: (state: string) => string | undefined
  /** The grant in the URL that the login came back to; `undefined` when there is none in it. */
  readonly grantOf: (redirected: URL) => string | undefined
  /** Exchanges the grant, once: also a failed exchange uses it up. */
  readonly exchange: (grant: Redacted.Redacted) => Call<BrokerToken>
  /** Where the broker has it: user, PIN and the code of the moment instead of a browser. */
  readonly loginByApi?: (pin: Redacted.Redacted, totp: Redacted.Redacted) => Call<BrokerToken>
  /** Where the account's secret is a token itself: there is nothing to log in to. */
  readonly standing?: Call<BrokerToken>
  readonly logout: (token: BrokerToken) => Call<void>
}

export interface BrokerOrders {
  /** The broker's order ids: several when the broker slices. */
  readonly place: (order: NewOrder) => Call<ReadonlyArray<string>>
  readonly modify: (change: OrderChange) => Call<void>
  readonly cancel: (orderId: string) => Call<void>
  /** Today's, with those placed elsewhere. */
  readonly book: Call<ReadonlyArray<BrokerOrder>>
  readonly trades: Call<ReadonlyArray<BrokerTrade>>
}

export interface BrokerPortfolio {
  readonly profile: Call<Profile>
  readonly funds: Call<Funds>
  readonly positions: Call<ReadonlyArray<BrokerPosition>>
  readonly holdings: Call<ReadonlyArray<Holding>>
}

export interface BrokerMarketData {
  /** Unknown instruments are missing in the answer. As many symbols as you like; the adapter asks in pieces. */
  readonly quotes: (symbols: ReadonlyArray<string>) => Call<ReadonlyArray<MarketQuote>>
  /**
   * One request: `from` and `to` (epoch ms, both inclusive) must lie within the broker's span for the interval. Ascending,
   * no candle twice; the adapter sorts, for some brokers answer newest first.
   */
  readonly candles: (
    symbol: string,
    interval: CandleInterval,
    from: number,
    to: number
  ) => Call<ReadonlyArray<BrokerCandle>>
  /** `underlying`: our symbol, `NSE:NIFTY 50`; `expiry`: ISO date. */
  readonly chain?: (underlying: string, expiry: string) => Call<ReadonlyArray<ChainRow>>
}

export interface BrokerMargins {
  readonly of: (legs: ReadonlyArray<MarginLeg>) => Call<Margin>
}

export interface BrokerGtt {
  readonly place: (order: NewGtt) => Call<string>
  readonly cancel: (id: string) => Call<void>
  readonly list: Call<ReadonlyArray<GttOrder>>
}

/** How much of an instrument is wanted; the adapter takes its own nearest mode that gives at least that. */
export type FeedDetail = "price" | "quote" | "full" | "depth"

/** Why a stream ended. `unauthorised` is not to be tried again with the same token. */
export interface FeedEnd {
  readonly cause: "closed" | "silent" | "unauthorised" | "refused"
  /** In words, with what the broker said. */
  readonly reason: string
}

export interface MarketFeedConnection {
  /** Silently does nothing for what is subscribed already in that detail. */
  readonly subscribe: (instruments: ReadonlyArray<BrokerInstrument>, detail: FeedDetail) => void
  readonly unsubscribe: (instruments: ReadonlyArray<BrokerInstrument>) => void
  /** Ends when the connection does. */
  readonly ended: Effect.Effect<FeedEnd>
  /** Frames, heartbeats, packets that could not be read. */
  readonly counters: { readonly frames: number; readonly heartbeats: number; readonly malformed: number }
}

/**
 * One connection: it closes with its scope and never reconnects by itself. `onBatch` is called from the socket's own
 * callback, with a batch that is reused: read it before returning. A frame that cannot be read is counted and dropped.
 */
export interface MarketFeed {
  readonly open: (
    onBatch: (batch: FeedBatch) => void,
    /** Gets every frame before it is decoded, when someone records them. */
    onFrame?: (frame: Uint8Array, receivedAt: number) => void
  ) => Effect.Effect<MarketFeedConnection, BrokerError, Scope.Scope>
}

export type OrderFeedEvent =
  | { readonly _tag: "Order"; readonly order: BrokerOrder }
  | { readonly _tag: "Trade"; readonly trade: BrokerTrade }
  | { readonly _tag: "Gtt"; readonly id: string }
  /** A frame that could not be read: the book must be asked. */
  | { readonly _tag: "Unreadable"; readonly problem: string }

export interface OrderFeed {
  /** Like {@link MarketFeed}. No broker repeats what was missed: reconcile after every opening. */
  readonly open: (
    onEvent: (event: OrderFeedEvent) => void
  ) => Effect.Effect<{ readonly ended: Effect.Effect<FeedEnd> }, BrokerError, Scope.Scope>
}

export interface BrokerAccount {
  readonly broker: Broker
  /** Our name of it. */
  readonly account: string
  readonly auth: BrokerAuth
  /** With a token; building it calls nobody. */
  readonly session: (token: BrokerToken) => BrokerSession
}

export interface BrokerSession {
  readonly orders: BrokerOrders
  readonly portfolio: BrokerPortfolio
  readonly marketData: BrokerMarketData
  readonly margins: BrokerMargins
  readonly gtt?: BrokerGtt
  readonly marketFeed: MarketFeed
  readonly orderFeed: OrderFeed
}

/** What every adapter is made with, beside its own base URLs. */
export interface AccountSettings {
  readonly account: string
  /** The broker's user or client id. */
  readonly userId: string
  readonly apiKey: string
  readonly apiSecret: Redacted.Redacted
  /** Exactly as registered with the broker. */
  readonly redirectUrl: string
  readonly instruments: BrokerInstruments
  /** Longest wait for an answer, ms. */
  readonly timeout: number
  /** Silence after which a stream is taken for dead, ms; the broker's own measure without it. */
  readonly silentAfter?: number
  /** The broker's id of the registered algorithm that orders go under, where there is one. */
  readonly algo?: string
  /** Orders go to the broker's sandbox, where it has one ({@link Capabilities}). */
  readonly sandbox?: boolean
  /** As they hold for this account; the broker's documented ones without it. */
  readonly capabilities?: Capabilities
}
