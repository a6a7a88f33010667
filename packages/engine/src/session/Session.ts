/**
 * A running session as everything outside sees it: what it knows, what it did, and the way to ask it for something.
 * Reads are plain synchronous looks at state that the kernel's fiber owns; they are cheap and consistent, because the
 * kernel only ever changes that state between two turns of the event loop.
 */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import type { Interval } from "@keepgaining/core/candles/Interval.ts"
import type { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { type PaperOrder } from "@keepgaining/core/desk/funds.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { Fill, Order } from "@keepgaining/core/orders/Order.ts"
import type { Funds } from "@keepgaining/core/risk/Risk.ts"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ActorTree, DeadLetter } from "../actors/ActorTree.ts"
import type { QuoteBoard } from "../kernel/QuoteBoard.ts"
import type { PortfolioView } from "../portfolio/PortfolioView.ts"
import type { SessionHealth } from "./SessionHealth.ts"

/** A decision with its place in the session; only ever handed out after it is durable. */
export interface SessionEvent {
  /** Counts the session's decisions from 1 without gaps. */
  readonly number: number
  /** Sequence number of the input that caused it. */
  readonly cause: number
  readonly decision: Decision
}

export interface ReplayStatus {
  readonly log: string
  readonly from: number
  readonly to: number
  readonly now: number
  readonly playing: boolean
  /** Event seconds per wall second; 0 = as fast as it goes. */
  readonly speed: number
  readonly finished: boolean
}

export type ReplayRequest =
  | { readonly _tag: "Play" }
  | { readonly _tag: "Pause" }
  | { readonly _tag: "Speed"; readonly speed: number }
  | { readonly _tag: "Step"; readonly millis: number }
  | { readonly _tag: "Seek"; readonly to: number }

/** The session cannot do what was asked; nothing was changed. */
export class SessionRefused extends Schema.TaggedError<SessionRefused>()("SessionRefused", {
  reason: Schema.String,
  remedy: Schema.String
}) {}

export class Session extends Context.Service<Session, {
  readonly mode: "demo" | "paper" | "sim" | "live" | "replay"
  /** New at every start of the process. */
  readonly bootId: string
  /** New whenever a replay was rewound. */
  readonly sessionId: () => string
  readonly instruments: () => InstrumentTable
  /** The latest quote of every instrument, columnar, with a change counter each: conflation reads it. */
  readonly quotes: () => QuoteBoard
  /** The newest `limit` closed candles, oldest first. */
  readonly candles: (instrument: number, interval: Interval, limit: number) => ReadonlyArray<Candle>
  readonly formingCandle: (instrument: number, interval: Interval) => Candle | undefined
  /** Every decision after `after`, then each new one as it becomes durable; nothing skipped, back-pressured. */
  readonly events: (after: number) => Stream.Stream<SessionEvent>
  /** Idempotent by `commandId`. Succeeds once the command is durable and decided. */
  readonly execute: (commandId: string, command: Command) => Effect.Effect<CommandOutcome, SessionRefused>
  /** What trades cost in this session, and which plan of brokerage its account has. */
  readonly charging: () => { readonly schedule: ChargeSchedule; readonly plan: string }
  /** What an order of a person on paper would need now and what is free for it; `undefined` where that is not asked. */
  readonly paperFunds: (order: PaperOrder) => Funds | undefined
  readonly portfolio: () => PortfolioView
  /** Newest first. */
  readonly orders: (limit: number) => ReadonlyArray<Order>
  readonly fills: (limit: number) => ReadonlyArray<Fill>
  readonly actors: () => ActorTree
  readonly deadLetters: (limit: number) => ReadonlyArray<DeadLetter>
  readonly retryDeadLetter: (id: number) => Effect.Effect<void, SessionRefused>
  readonly health: () => SessionHealth
  /** Absent when the session is not a replay. */
  readonly replay: {
    readonly status: () => ReplayStatus
    readonly control: (request: ReplayRequest) => Effect.Effect<ReplayStatus, SessionRefused>
  } | undefined
}>()("@keepgaining/engine/session/Session") {}
