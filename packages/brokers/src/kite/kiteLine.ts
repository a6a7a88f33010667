/** A logged-in account's line to Kite. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountSettings } from "../port/BrokerAccount.ts"
import { type BrokerLine, brokerLine } from "../port/BrokerLine.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"
import { kiteCall, type KiteSdk, makeKiteSdk } from "./kiteCall.ts"

export type KiteLine = BrokerLine<(sdk: KiteSdk) => Promise<unknown>>

export const kiteLine = (settings: AccountSettings, token: BrokerToken, root: string): KiteLine =>
  brokerLine({
    broker: "kite",
    whose: "Kite's",
    settings,
    sdk: Effect.gen(function*() {
      const sdk = yield* makeKiteSdk({ apiKey: settings.apiKey, root, timeout: settings.timeout })
      sdk.setAccessToken(Redacted.value(token.access))
      return sdk
    }),
    ask: (sdk, call, data, how) => kiteCall(call, data, () => how(sdk))
  })
