/**
 * What each broker can do and how much of it, as its documents and official SDK had it on {@link asOf}. Dated data, not
 * law: an account's own numbers (a paid plan, a registered algorithm) may replace what `CapabilityChanges` names.
 */
import { type Broker } from "./Broker.ts"
import type { FeedDetail } from "./BrokerAccount.ts"
import type { CandleInterval } from "./MarketQuote.ts"

/** Most calls in a window of so many milliseconds. */
export interface Rate {
  readonly calls: number
  readonly window: number
}

export type TokenEnd =
  /** Hour and minute IST: of the same day when issued before it, or of the next. */
  | { readonly kind: "timeOfDay"; readonly hour: number; readonly minute: number }
  /** In the token itself. */
  | { readonly kind: "jwt" }

export interface FeedMode {
  /** The broker's name of it. */
  readonly name: string
  /** Instruments a connection, when it has this mode only. */
  readonly instruments: number
  /** When it has other modes too; the same when absent. */
  readonly combined?: number
  /** Whether only NSE's shares have it. */
  readonly nseSharesOnly?: boolean
  /** Levels of depth a side. */
  readonly depth: number
  readonly openInterest: boolean
  readonly greeks: boolean
}

/** How a broker's data frames say whether they are numbered: by the count of acknowledgements that it asks for, or never otherwise. */
export type MessageNumbers = "by ack count" | "always" | "never"

export interface Capabilities {
  readonly source: string
  readonly login: "browser" | "api"
  readonly tokenEnd: TokenEnd
  /** Client tag of an order: its longest length. All of them take `[a-z0-9]`. */
  readonly tagLength: number
  /** Orders: every window counts on its own. */
  readonly orderRates: ReadonlyArray<Rate>
  /** Calls that change no order: books, portfolio, margins. */
  readonly readRates: ReadonlyArray<Rate>
  readonly quoteRates: ReadonlyArray<Rate>
  readonly candleRates: ReadonlyArray<Rate>
  /**
   * Of a broker that counts calls of all kinds together: those of all, and what those may take together that change no order, so
   * that an exit always finds room.
   */
  readonly togetherRates?: { readonly all: ReadonlyArray<Rate>; readonly others: ReadonlyArray<Rate> }
  /** Whether placing, modifying and cancelling draw on one allowance. */
  readonly sharedOrderRate: boolean
  /** Whether its order book may list orders without their tags: then they are known by their ids, or by what they say. */
  readonly booksOmitTags?: boolean
  /** Modifications of one order; absent when no limit is stated. */
  readonly modifications?: number
  readonly optionChain: boolean
  /** Whether the day's circuits come with its quotes, and on its feed. */
  readonly circuits: { readonly quotes: boolean; readonly feed: boolean }
  readonly greeks: "none" | "rest" | "rest and stream"
  readonly gtt: boolean
  readonly basketMargin: boolean
  readonly sandbox: boolean
  /** How the id of a registered algorithm goes with an order; absent where no such field is known. */
  readonly algoField?: string
  readonly feedConnections: number
  readonly feedModes: ReadonlyArray<FeedMode>
  /** Names of the modes that the adapter asks for. */
  readonly feedDetails: Readonly<Record<FeedDetail, ReadonlyArray<string>>>
  /** Subscriptions of a connection in all modes together, an instrument as often as it has modes; absent = no such limit. */
  readonly feedSubscriptions?: number
  /** Legs of one question for a margin; absent = no limit is known. */
  readonly marginLegs?: number
  /** Fyers' data frames. */
  readonly messageNumbers?: MessageNumbers
  /** Days of one request of candles, where the account's differ from what the documents allow. */
  readonly candleSpans?: Readonly<Partial<Record<CandleInterval, number>>>
  /** Whether order updates come on the market feed's connection. */
  readonly ordersOnFeed: boolean
}

export const asOf = "2026-11-22"

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
/** Allowances "a day" begin anew each day; a rolling day is never more generous. */
const DAY = 86_400_000

/** Upstox counts every API on its own, all alike. */
const upstoxReads: ReadonlyArray<Rate> = [
  { calls: 50, window: SECOND },
  { calls: 500, window: MINUTE },
  { calls: 2_000, window: 30 * MINUTE }
]
const kiteReads: ReadonlyArray<Rate> = [{ calls: 10, window: SECOND }]
/** Fyers counts all calls together; a third minute over the limit blocks the account for the day. */
const fyersCalls: ReadonlyArray<Rate> = [
  { calls: 10, window: SECOND },
  { calls: 200, window: MINUTE },
  { calls: 100_000, window: DAY }
]
const fyersReads: ReadonlyArray<Rate> = [{ calls: 5, window: SECOND }, { calls: 100, window: MINUTE }]

export const capabilities: Readonly<Record<Broker, Capabilities>> = {
  upstox: {
    source: "Upstox developer documentation (rate limits, market data feed v3), upstox-js-sdk 2.31.0",
    login: "browser",
    tokenEnd: { kind: "timeOfDay", hour: 3, minute: 30 },
    tagLength: 40,
    orderRates: [
      { calls: 10, window: SECOND },
      { calls: 500, window: MINUTE },
      { calls: 2_000, window: 30 * MINUTE }
    ],
    readRates: upstoxReads,
    quoteRates: upstoxReads,
    candleRates: upstoxReads,
    sharedOrderRate: false,
    optionChain: true,
    circuits: { quotes: true, feed: false },
    greeks: "rest and stream",
    gtt: true,
    basketMargin: true,
    sandbox: true,
    algoField: "header X-Algo-Name of every order call",
    feedConnections: 2,
    feedModes: [
      { name: "ltpc", instruments: 5_000, combined: 2_000, depth: 0, openInterest: false, greeks: false },
      { name: "option_greeks", instruments: 3_000, combined: 2_000, depth: 1, openInterest: true, greeks: true },
      { name: "full", instruments: 2_000, combined: 1_500, depth: 5, openInterest: true, greeks: true },
      { name: "full_d30", instruments: 50, depth: 30, openInterest: true, greeks: true }
    ],
    feedDetails: { price: ["ltpc"], quote: ["full"], full: ["full"], depth: ["full_d30"] },
    marginLegs: 20,
    ordersOnFeed: false
  },
  kite: {
    source: "Kite Connect 3 documentation (exceptions, WebSocket streaming), kiteconnect 5.3.0",
    login: "browser",
    tokenEnd: { kind: "timeOfDay", hour: 6, minute: 0 },
    tagLength: 20,
    orderRates: [
      { calls: 10, window: SECOND },
      { calls: 400, window: MINUTE },
      { calls: 5_000, window: DAY }
    ],
    readRates: kiteReads,
    quoteRates: [{ calls: 1, window: SECOND }],
    candleRates: [{ calls: 3, window: SECOND }],
    sharedOrderRate: false,
    modifications: 25,
    optionChain: false,
    circuits: { quotes: true, feed: false },
    greeks: "none",
    gtt: true,
    basketMargin: true,
    sandbox: false,
    algoField: "algo_id of a placement",
    feedConnections: 3,
    feedModes: [
      { name: "ltp", instruments: 3_000, depth: 0, openInterest: false, greeks: false },
      { name: "quote", instruments: 3_000, depth: 0, openInterest: false, greeks: false },
      { name: "full", instruments: 3_000, depth: 5, openInterest: true, greeks: false }
    ],
    feedDetails: { price: ["ltp"], quote: ["quote"], full: ["full"], depth: ["full"] },
    feedSubscriptions: 3_000,
    ordersOnFeed: true
  },
  angel: {
    source: "SmartAPI documentation (rate limits, WebSocket 2.0), smartapi-javascript 1.0.27",
    login: "api",
    tokenEnd: { kind: "timeOfDay", hour: 0, minute: 0 },
    tagLength: 19,
    // Its documentation's order book has no ordertag, the details of one order do: only a real account can tell.
    booksOmitTags: true,
    orderRates: [
      { calls: 9, window: SECOND },
      { calls: 500, window: MINUTE },
      { calls: 1_000, window: HOUR }
    ],
    // Order book, trade book, positions and holdings: 1 a second each.
    readRates: [{ calls: 1, window: SECOND }],
    quoteRates: [{ calls: 10, window: SECOND }, { calls: 500, window: MINUTE }, { calls: 5_000, window: HOUR }],
    candleRates: [{ calls: 3, window: SECOND }, { calls: 180, window: MINUTE }, { calls: 5_000, window: HOUR }],
    sharedOrderRate: true,
    optionChain: false,
    circuits: { quotes: true, feed: true },
    greeks: "rest",
    gtt: true,
    basketMargin: true,
    sandbox: false,
    feedConnections: 3,
    feedModes: [
      { name: "LTP", instruments: 1_000, depth: 0, openInterest: false, greeks: false },
      { name: "Quote", instruments: 1_000, depth: 0, openInterest: false, greeks: false },
      { name: "SnapQuote", instruments: 1_000, depth: 5, openInterest: true, greeks: false },
      { name: "Depth20", instruments: 50, nseSharesOnly: true, depth: 20, openInterest: false, greeks: false }
    ],
    // Packets of 20 levels have no price, so they come beside the quotes.
    feedDetails: { price: ["LTP"], quote: ["Quote"], full: ["SnapQuote"], depth: ["SnapQuote", "Depth20"] },
    feedSubscriptions: 1_000,
    marginLegs: 50,
    ordersOnFeed: false
  },
  fyers: {
    source: "Fyers API v3 documentation (rate limits, data socket), fyers-api-v3 1.9.0",
    login: "browser",
    tokenEnd: { kind: "jwt" },
    tagLength: 30,
    orderRates: fyersCalls,
    readRates: fyersReads,
    quoteRates: fyersReads,
    candleRates: fyersReads,
    togetherRates: { all: fyersCalls, others: fyersReads },
    sharedOrderRate: false,
    optionChain: true,
    circuits: { quotes: false, feed: true },
    greeks: "rest",
    gtt: true,
    basketMargin: true,
    sandbox: false,
    // Not documented; one is what the official SDK opens.
    feedConnections: 1,
    feedModes: [
      { name: "lite", instruments: 5_000, depth: 0, openInterest: false, greeks: false },
      { name: "symbol", instruments: 5_000, depth: 1, openInterest: true, greeks: false },
      { name: "depth", instruments: 5_000, depth: 5, openInterest: false, greeks: false }
    ],
    feedDetails: { price: ["lite"], quote: ["symbol"], full: ["symbol", "depth"], depth: ["symbol", "depth"] },
    messageNumbers: "by ack count",
    ordersOnFeed: false
  }
}
