import { ClientCommand, CommandOutcome, KillStage } from "@keepgaining/core/commands/Command.ts"
import { Decision, Position } from "@keepgaining/core/decisions/Decision.ts"
import { Deployment, DeploymentState } from "@keepgaining/core/deployments/Deployment.ts"
import { Fill, Order } from "@keepgaining/core/orders/Order.ts"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { Refused, Unauthorized } from "./Failures.ts"

/** A decision with its place in the session's order of events; durable before it is sent. */
export const Event = Schema.Struct({
  /** Counts the session's decisions from 1 without gaps: resume with `after`. */
  number: Schema.Int,
  /** Sequence number of the input that caused it. */
  cause: Schema.Int,
  decision: Decision
})
export type Event = typeof Event.Type

/** A position with what it is worth now. Money in paise unless it says rupees. */
export const PositionView = Schema.Struct({
  ...Position.fields,
  lastPrice: Schema.Finite,
  /** Profit of what is open, before charges, paise. */
  unrealised: Schema.Finite,
  /** Age of the price, ms of event time. */
  priceAge: Schema.Finite
})
export type PositionView = typeof PositionView.Type

export const DeploymentView = Schema.Struct({
  deployment: Deployment,
  state: DeploymentState,
  reason: Schema.String,
  /** Candles of the slowest instrument still missing before it can decide; 0 = warm. */
  warmupLeft: Schema.Int,
  signals: Schema.Int,
  orders: Schema.Int,
  fills: Schema.Int,
  /** Paise, before charges. */
  realised: Schema.Finite,
  unrealised: Schema.Finite,
  /** Rupees. */
  charges: Schema.Finite,
  /** Newest line of its log. */
  lastEvent: Schema.String
})
export type DeploymentView = typeof DeploymentView.Type

/** Conflated state of the account: positions, deployments and totals, at most four a second. */
export const Portfolio = Schema.Struct({
  now: Schema.Finite,
  positions: Schema.Array(PositionView),
  deployments: Schema.Array(DeploymentView),
  killStage: KillStage,
  /** Whether the session can send orders to brokers at all. */
  live: Schema.Boolean,
  /** Accounts that take live orders, and until when, epoch ms. */
  armed: Schema.Array(Schema.Struct({ account: Schema.String, until: Schema.Finite })),
  /** Paise, before charges. */
  realised: Schema.Finite,
  unrealised: Schema.Finite,
  /** Rupees. */
  charges: Schema.Finite,
  workingOrders: Schema.Int
})
export type Portfolio = typeof Portfolio.Type

export const StrategyDescription = Schema.Struct({
  name: Schema.String,
  version: Schema.Int,
  summary: Schema.String,
  /** JSON Schema (draft 2020-12) of the parameters, with defaults and descriptions: forms are made from it. */
  parameters: Schema.Unknown
})
export type StrategyDescription = typeof StrategyDescription.Type

export class TradingRpcs extends RpcGroup.make(
  /**
   * Every decision after number `after`, then each new one as it becomes durable. Never conflated, nothing skipped.
   * `after: 0` starts at the beginning of the session. Ends when the replay is rewound (`Hello.sessionId` is then
   * another one), because numbers start again. Comes in chunks of up to 256: give the client a `streamBufferSize` of
   * at least that, or one reader that is slow holds up the socket for all others.
   */
  Rpc.make("Events", { payload: { after: Schema.Int }, success: Event, stream: true }),
  Rpc.make("Portfolio", { success: Portfolio, stream: true }),
  /** Newest first. */
  Rpc.make("Orders", { payload: { limit: Schema.Int }, success: Schema.Array(Order) }),
  Rpc.make("Fills", { payload: { limit: Schema.Int }, success: Schema.Array(Fill) }),
  Rpc.make("Strategies", { success: Schema.Array(StrategyDescription) }),
  /**
   * Runs one command. `commandId` is chosen by the caller: the same id is the same command, so after a lost connection
   * it can be sent again to learn its outcome without doing it twice. Needs scope `trade`.
   */
  Rpc.make("Execute", {
    payload: { commandId: Schema.NonEmptyString, command: ClientCommand },
    success: CommandOutcome,
    error: Schema.Union([Unauthorized, Refused])
  })
) {}
