/** Zerodha's Kite Connect 3 behind the broker port. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccountSettings, BrokerAccount } from "../port/BrokerAccount.ts"
import type { BrokerAdapter } from "../port/BrokerAdapter.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { capabilities } from "../port/Capabilities.ts"
import { tokenEndsAt } from "../port/tokenEndsAt.ts"
import { kiteCall, makeKiteSdk } from "./kiteCall.ts"
import { kiteMarketFeed, kiteOrderFeed } from "./kiteFeeds.ts"
import { kiteFrames } from "./kiteFrames.ts"
import { kiteGtt } from "./kiteGtt.ts"
import { kiteLine } from "./kiteLine.ts"
import { kiteMarketData } from "./kiteMarketData.ts"
import { kiteOrders } from "./kiteOrders.ts"
import { kiteMargins, kitePortfolio, KiteProfile, profileOf } from "./kitePortfolio.ts"

export interface KiteUrls {
  readonly api: string
  readonly login: string
  readonly ticker: string
}

export const kiteUrls: KiteUrls = {
  api: "https://api.kite.trade",
  login: "https://kite.zerodha.com/connect/login",
  ticker: "wss://ws.kite.trade/"
}

/** Of a server that speaks all of Kite's protocols on one port. */
export const kiteUrlsAt = (root: string): KiteUrls => ({
  api: root,
  login: `${root}/connect/login`,
  ticker: `${root.replace(/^http/, "ws")}/`
})

export const kiteAdapter: BrokerAdapter = {
  broker: "kite",
  account: (settings, root) => kiteAccount(settings, root === undefined ? kiteUrls : kiteUrlsAt(root)),
  frames: Effect.sync(kiteFrames)
}

const Session = Schema.Struct({ ...KiteProfile.fields, access_token: Schema.NonEmptyString })

export const kiteAccount = (settings: AccountSettings, urls: KiteUrls): BrokerAccount => {
  const { account, apiKey, timeout } = settings
  const call = (operation: string): BrokerCall => ({ broker: "kite", account, operation, changes: false })
  const sdkOf = makeKiteSdk({ apiKey, root: urls.api, timeout })
  return {
    broker: "kite",
    account,
    auth: {
      loginUrl: (state) => {
        const url = new URL(urls.login)
        url.searchParams.set("v", "3")
        url.searchParams.set("api_key", apiKey)
        url.searchParams.set("redirect_params", new URLSearchParams({ state }).toString())
        return url.href
      },
      grantOf: (redirected) =>
        redirected.searchParams.get("status") === "success"
          ? redirected.searchParams.get("request_token") ?? undefined
          : undefined,
      exchange: (grant) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf
          const session = yield* kiteCall(call("log in"), Session, () =>
            sdk.generateSession(Redacted.value(grant), Redacted.value(settings.apiSecret)))
          const issuedAt = yield* Clock.currentTimeMillis
          return {
            access: Redacted.make(session.access_token, { label: "kite access token" }),
            profile: profileOf(session),
            issuedAt,
            // By the clock there always is an end.
            endsAt: tokenEndsAt(capabilities.kite.tokenEnd, issuedAt) ?? issuedAt
          }
        }),
      logout: (token) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf
          sdk.setAccessToken(Redacted.value(token.access))
          yield* kiteCall(call("log out"), Schema.Unknown, () => sdk.invalidateAccessToken())
        })
    },
    session: (token) => {
      const line = kiteLine(settings, token, urls.api)
      return {
        orders: kiteOrders(line),
        portfolio: kitePortfolio(line),
        marketData: kiteMarketData(line),
        margins: kiteMargins(line),
        gtt: kiteGtt(line),
        marketFeed: kiteMarketFeed({ settings, token, url: urls.ticker }),
        orderFeed: kiteOrderFeed({ settings, token, url: urls.ticker })
      }
    }
  }
}
