/** The adapter of every broker. */
import { angelAdapter } from "./angel/angelAccount.ts"
import { fyersAdapter } from "./fyers/fyersAccount.ts"
import { kiteAdapter } from "./kite/kiteAccount.ts"
import type { Broker } from "./port/Broker.ts"
import type { BrokerAdapter } from "./port/BrokerAdapter.ts"
import { upstoxAdapter } from "./upstox/upstoxAccount.ts"

export const adapters: Readonly<Record<Broker, BrokerAdapter>> = {
  upstox: upstoxAdapter,
  kite: kiteAdapter,
  angel: angelAdapter,
  fyers: fyersAdapter
}
