/** How an account does, for people and screens. Times are epoch ms. */
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { BrokerOrder, BrokerTrade } from "@keepgaining/brokers/port/BrokerOrder.ts"
import { BrokerPosition, Funds, Holding } from "@keepgaining/brokers/port/Portfolio.ts"
import * as Schema from "effect/Schema"

/**
 * `logged-out`: a login is needed. `logging-in`: one is under way. `connecting`: the token is being tried. `live`: calls
 * are answered. `unreachable`: the broker does not answer; it is being tried again.
 */
export const AccountPhase = Schema.Literals(["logged-out", "logging-in", "connecting", "live", "unreachable"])
export type AccountPhase = typeof AccountPhase.Type

/** `off`: nobody wants it. `waiting`: it ended and will be opened again. */
export const StreamState = Schema.Literals(["off", "connecting", "live", "waiting"])

export const StreamStatus = Schema.Struct({
  state: StreamState,
  /** Why it waits, or how it ended last. */
  detail: Schema.String,
  /** Times that it was opened after the first. */
  reconnects: Schema.Int,
  lastHeardAt: Schema.NullOr(Schema.Finite)
})
export type StreamStatus = typeof StreamStatus.Type

export const AccountStatus = Schema.Struct({
  account: Schema.String,
  broker: Broker,
  userId: Schema.String,
  /** Of the profile, once it is known. */
  name: Schema.NullOr(Schema.String),
  exchanges: Schema.Array(Schema.String),
  automatic: Schema.Boolean,
  /** Whether it stands for the simulator and not for a real account. */
  simulated: Schema.Boolean,
  phase: AccountPhase,
  detail: Schema.String,
  since: Schema.Finite,
  tokenEndsAt: Schema.NullOr(Schema.Finite),
  /** When the engine will log in by itself. */
  nextLoginAt: Schema.NullOr(Schema.Finite),
  feed: Schema.Struct({
    ...StreamStatus.fields,
    instruments: Schema.Int,
    frames: Schema.Finite,
    malformed: Schema.Int
  }),
  orders: StreamStatus,
  /** Paise. */
  funds: Schema.NullOr(Funds),
  openOrders: Schema.Int,
  openPositions: Schema.Int,
  /** What the last comparison of our books with the broker's found, in words; nothing when all agrees. */
  differences: Schema.Array(Schema.String),
  reconciledAt: Schema.NullOr(Schema.Finite),
  /** Calls that wait for their turn, and classes of calls that are left alone for a moment. */
  callsWaiting: Schema.Int,
  resting: Schema.Array(Schema.String)
})
export type AccountStatus = typeof AccountStatus.Type

/** What an account holds, as its broker reported it last. */
export const AccountBook = Schema.Struct({
  account: Schema.String,
  orders: Schema.Array(BrokerOrder),
  trades: Schema.Array(BrokerTrade),
  positions: Schema.Array(BrokerPosition),
  holdings: Schema.Array(Holding)
})
export type AccountBook = typeof AccountBook.Type
