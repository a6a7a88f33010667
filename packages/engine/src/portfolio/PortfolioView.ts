import type { KillStage } from "@keepgaining/core/commands/Command.ts"
import type { Position } from "@keepgaining/core/decisions/Decision.ts"
import type { Deployment, DeploymentState } from "@keepgaining/core/deployments/Deployment.ts"

/** A position and what it is worth at the latest price. Money in paise unless it says rupees. */
export interface ValuedPosition extends Position {
  readonly lastPrice: number
  /** Before charges. */
  readonly unrealised: number
  /** ms of event time since that price. */
  readonly priceAge: number
}

export interface DeploymentStatus {
  readonly deployment: Deployment
  readonly state: DeploymentState
  readonly reason: string
  readonly warmupLeft: number
  readonly signals: number
  readonly orders: number
  readonly fills: number
  readonly realised: number
  readonly unrealised: number
  /** Rupees. */
  readonly charges: number
  readonly lastEvent: string
}

export interface PortfolioView {
  readonly now: number
  readonly positions: ReadonlyArray<ValuedPosition>
  readonly deployments: ReadonlyArray<DeploymentStatus>
  readonly killStage: KillStage
  /** Whether the session can send orders to brokers at all. */
  readonly live: boolean
  /** Accounts that take live orders, and until when, epoch ms. */
  readonly armed: ReadonlyArray<{ readonly account: string; readonly until: number }>
  readonly realised: number
  readonly unrealised: number
  /** Rupees. */
  readonly charges: number
  readonly workingOrders: number
}
