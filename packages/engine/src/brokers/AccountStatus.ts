/** How an account does, for people and screens. Times are epoch ms, amounts paise. */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerOrder, BrokerTrade } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { BrokerPosition, Funds, Holding } from "@keepgaining/brokers/port/Portfolio.ts"

/**
 * `logged-out`: a login is needed. `logging-in`: one is under way. `connecting`: the token is being tried. `live`: calls
 * are answered. `unreachable`: the broker does not answer; it is being tried again.
 */
export type AccountPhase = "logged-out" | "logging-in" | "connecting" | "live" | "unreachable"

export interface StreamStatus {
  /** `off`: nobody wants it. `waiting`: it ended and will be opened again. */
  readonly state: "off" | "connecting" | "live" | "waiting"
  /** Why it waits, or how it ended last. */
  readonly detail: string
  /** Times that it was opened after the first. */
  readonly reconnects: number
  readonly lastHeardAt: number | null
}

export interface AccountStatus {
  readonly account: string
  readonly broker: Broker
  readonly userId: string
  /** Of the profile, once it is known. */
  readonly name: string | null
  readonly exchanges: ReadonlyArray<string>
  readonly automatic: boolean
  /** Whether it stands for the simulator and not for a real account. */
  readonly simulated: boolean
  /** Whether its orders go to the broker's sandbox. */
  readonly sandbox: boolean
  /** Its place in the user's order of preference, from 1. */
  readonly preference: { readonly place: number; readonly since: number } | null
  /** Since when the user wants no new positions there. */
  readonly excluded: { readonly since: number } | null
  readonly phase: AccountPhase
  readonly detail: string
  readonly since: number
  readonly tokenEndsAt: number | null
  /** When the engine will log in by itself. */
  readonly nextLoginAt: number | null
  readonly feed: StreamStatus & {
    readonly instruments: number
    readonly frames: number
    readonly malformed: number
  }
  readonly orders: StreamStatus
  readonly funds: Funds | null
  readonly openOrders: number
  readonly openPositions: number
  /** What the last comparison of our books with the broker's found, in words; nothing when all agrees. */
  readonly differences: ReadonlyArray<string>
  readonly reconciledAt: number | null
  readonly callsWaiting: number
  /** Classes of calls that are left alone for a moment. */
  readonly resting: ReadonlyArray<string>
}

/** What an account holds, as its broker reported it last. */
export interface AccountBook {
  readonly account: string
  readonly orders: ReadonlyArray<BrokerOrder>
  readonly trades: ReadonlyArray<BrokerTrade>
  readonly positions: ReadonlyArray<BrokerPosition>
  readonly holdings: ReadonlyArray<Holding>
}
