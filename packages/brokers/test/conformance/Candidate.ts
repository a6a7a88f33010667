/** What the conformance kit needs to know of an adapter: how it is made against its simulator, and how one logs in. */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerAccount } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import type { SimAccount } from "@keepgaining/brokers/simulator/exchange/SimAccount.ts"
import type { Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import type * as Effect from "effect/Effect"

export interface Candidate {
  readonly broker: Broker
  /** The adapter, pointed at the simulator. `timeout` in ms. */
  readonly account: (simulation: Simulation, customer: SimAccount, timeout: number) => BrokerAccount
  readonly instruments: (simulation: Simulation) => BrokerInstruments
  /** A login by the adapter's own means, without a browser: HTTP as its pages would send it. */
  readonly login: (
    simulation: Simulation,
    customer: SimAccount,
    account: BrokerAccount
  ) => Effect.Effect<BrokerToken, BrokerError>
  /** Whether its tokens say themselves when they end. */
  readonly saysItsEnd: boolean
  /** What the broker cannot do, and the kit therefore leaves out. */
  readonly without: ReadonlyArray<"gtt" | "chain" | "part-fills">
}
