/** Every broker that there is an adapter for. */
import { kiteAdapter } from "./kite/kiteAccount.ts"
import type { Broker } from "./port/Broker.ts"
import type { BrokerAdapter } from "./port/BrokerAdapter.ts"
import { upstoxAdapter } from "./upstox/upstoxAccount.ts"

export const adapters: Readonly<Partial<Record<Broker, BrokerAdapter>>> = { upstox: upstoxAdapter, kite: kiteAdapter }
