/** A logged-in account's line to Upstox. */
import * as Redacted from "effect/Redacted"
import type { AccountSettings } from "../port/BrokerAccount.ts"
import { type BrokerLine, brokerLine } from "../port/BrokerLine.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { makeUpstoxSdk, upstoxCall, type UpstoxCallback, type UpstoxHosts, type UpstoxSdk } from "./upstoxCall.ts"

export type UpstoxLine = BrokerLine<(sdk: UpstoxSdk, callback: UpstoxCallback) => unknown>

export const upstoxLine = (settings: AccountSettings, token: BrokerToken, hosts: UpstoxHosts): UpstoxLine =>
  brokerLine({
    broker: "upstox",
    whose: "Upstox's",
    settings,
    sdk: makeUpstoxSdk({ hosts, timeout: settings.timeout, accessToken: Redacted.value(token.access) }),
    ask: (sdk, call, data, how) => upstoxCall(call, data, (callback) => how(sdk, callback))
  })
