/** How the account of a broker is made: one of these a broker is all that the engine needs to know of it. */
import type * as Effect from "effect/Effect"
import type { Broker } from "./Broker.ts"
import type { AccountSettings, BrokerAccount } from "./BrokerAccount.ts"
import type { FrameDecoder } from "./FrameDecoder.ts"

export interface BrokerAdapter {
  readonly broker: Broker
  /**
   * `root`: base URL of one server that speaks all protocols of the broker, as the simulator does, in place of the
   * broker's own hosts.
   */
  readonly account: (settings: AccountSettings, root?: string) => BrokerAccount
  /** As a new connection of its market feed has it: it knows no instrument yet. */
  readonly frames: Effect.Effect<FrameDecoder>
}
