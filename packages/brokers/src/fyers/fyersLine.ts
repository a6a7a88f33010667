/** A logged-in account's line to Fyers. */
import * as Redacted from "effect/Redacted"
import type { AccountSettings } from "../port/BrokerAccount.ts"
import { type BrokerLine, brokerLine } from "../port/BrokerLine.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { fyersCall, type FyersHosts, type FyersSdk, makeFyersSdk } from "./fyersCall.ts"

export type FyersLine = BrokerLine<(sdk: FyersSdk) => Promise<unknown>>

export const fyersLine = (settings: AccountSettings, token: BrokerToken, hosts: FyersHosts): FyersLine => {
  const { apiKey: appId, timeout } = settings
  return brokerLine({
    broker: "fyers",
    whose: "Fyers'",
    settings,
    sdk: makeFyersSdk({ appId, hosts, timeout, accessToken: Redacted.value(token.access) }),
    ask: (sdk, call, data, how) => fyersCall(call, data, () => how(sdk))
  })
}
