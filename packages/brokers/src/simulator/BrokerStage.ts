/** What every simulated broker stands upon. */
import type { SimulatedExchange } from "./exchange/SimulatedExchange.ts"
import type { FaultBoard } from "./faults/FaultBoard.ts"
import type { SimMarket } from "./market/SimMarket.ts"
import type { SimSessions } from "./SimSessions.ts"

export interface BrokerStage {
  readonly exchange: SimulatedExchange
  readonly market: SimMarket
  readonly sessions: SimSessions
  /** By the broker's own clock, epoch ms. */
  readonly now: () => number
  /** What that is ahead of the exchange's, ms. */
  readonly skew: () => number
  /** Real time, epoch ms. */
  readonly wall: () => number
  readonly faults: FaultBoard
}
