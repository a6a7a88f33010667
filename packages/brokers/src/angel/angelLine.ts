/** A logged-in account's line to Angel. */
import * as Redacted from "effect/Redacted"
import type { AccountSettings } from "../port/BrokerAccount.ts"
import { type BrokerLine, brokerLine } from "../port/BrokerLine.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { angelCall } from "./angelCall.ts"
import { type AngelSdk, makeAngelSdk } from "./angelSdk.ts"

export type AngelLine = BrokerLine<(sdk: AngelSdk) => Promise<unknown>>

export const angelLine = (settings: AccountSettings, token: BrokerToken, root: string): AngelLine => {
  const { apiKey, timeout, userId } = settings
  return brokerLine({
    broker: "angel",
    whose: "Angel One's",
    settings,
    sdk: makeAngelSdk({ root, apiKey, userId, timeout, accessToken: Redacted.value(token.access) }),
    ask: (sdk, call, data, how) => angelCall(call, data, sdk, how)
  })
}
