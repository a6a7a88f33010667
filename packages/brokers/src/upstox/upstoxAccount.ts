/** Upstox behind the broker port. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccountSettings, BrokerAccount, BrokerSession } from "../port/BrokerAccount.ts"
import type { BrokerAdapter } from "../port/BrokerAdapter.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { capabilities } from "../port/Capabilities.ts"
import { tokenEndsAt } from "../port/tokenEndsAt.ts"
import { API_VERSION, makeUpstoxSdk, upstoxCall, type UpstoxHosts } from "./upstoxCall.ts"
import { upstoxMarketFeed, upstoxOrderFeed } from "./upstoxFeeds.ts"
import { upstoxFrames } from "./upstoxFrames.ts"
import { upstoxGtt } from "./upstoxGtt.ts"
import { upstoxLine } from "./upstoxLine.ts"
import { upstoxMarketData } from "./upstoxMarketData.ts"
import { upstoxOrders } from "./upstoxOrders.ts"
import { profileOf, upstoxMargins, upstoxPortfolio, UpstoxProfile } from "./upstoxPortfolio.ts"
import { inSandbox, sandboxAuth } from "./upstoxSandbox.ts"

export interface UpstoxUrls extends UpstoxHosts {
  readonly login: string
}

export const upstoxUrls: UpstoxUrls = {
  api: "https://api.upstox.com",
  orders: "https://api-hft.upstox.com",
  login: "https://api.upstox.com/v2/login/authorization/dialog"
}

/** Of a server that speaks all of Upstox's protocols on one port. */
export const upstoxUrlsAt = (root: string): UpstoxUrls => ({
  api: root,
  orders: root,
  login: `${root}/v2/login/authorization/dialog`
})

/** It takes orders only; see `upstoxSandbox`. */
export const upstoxSandboxUrls: UpstoxUrls = {
  api: "https://api-sandbox.upstox.com",
  orders: "https://api-sandbox.upstox.com",
  login: ""
}

export const upstoxAdapter: BrokerAdapter = {
  broker: "upstox",
  account: (settings, root) =>
    upstoxAccount(
      settings,
      root !== undefined ? upstoxUrlsAt(root) : settings.sandbox === true ? upstoxSandboxUrls : upstoxUrls
    ),
  frames: Effect.sync(upstoxFrames)
}

const Session = Schema.Struct({ ...UpstoxProfile.fields, access_token: Schema.NonEmptyString })

export const upstoxAccount = (settings: AccountSettings, urls: UpstoxUrls): BrokerAccount => {
  const { account, timeout } = settings
  const call = (operation: string): BrokerCall => ({ broker: "upstox", account, operation, changes: false })
  const sdkOf = (accessToken?: string) =>
    makeUpstoxSdk({ hosts: urls, timeout, ...(accessToken === undefined ? {} : { accessToken }) })

  return {
    broker: "upstox",
    account,
    auth: settings.sandbox === true ? sandboxAuth(settings) : {
      loginUrl: (state) => {
        const url = new URL(urls.login)
        url.searchParams.set("response_type", "code")
        url.searchParams.set("client_id", settings.apiKey)
        url.searchParams.set("redirect_uri", settings.redirectUrl)
        url.searchParams.set("state", state)
        return url.href
      },
      grantOf: (redirected) => redirected.searchParams.get("code") ?? undefined,
      exchange: (grant) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf()
          const session = yield* upstoxCall(
            call("log in"),
            Session,
            (callback) =>
              sdk.login.token(API_VERSION, {
                code: Redacted.value(grant),
                clientId: settings.apiKey,
                clientSecret: Redacted.value(settings.apiSecret),
                redirectUri: settings.redirectUrl,
                grantType: "authorization_code"
              }, callback),
            true
          )
          const issuedAt = yield* Clock.currentTimeMillis
          return {
            access: Redacted.make(session.access_token, { label: "upstox access token" }),
            profile: profileOf(session),
            issuedAt,
            // By the clock there always is an end.
            endsAt: tokenEndsAt(capabilities.upstox.tokenEnd, issuedAt) ?? issuedAt
          }
        }),
      logout: (token) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf(Redacted.value(token.access))
          yield* upstoxCall(call("log out"), Schema.Unknown, (callback) => sdk.login.logout(API_VERSION, callback))
        })
    },
    session: (token) => {
      const line = upstoxLine(settings, token, urls)
      const session: BrokerSession = {
        orders: upstoxOrders(line),
        portfolio: upstoxPortfolio(line),
        marketData: upstoxMarketData(line),
        margins: upstoxMargins(line),
        gtt: upstoxGtt(line),
        marketFeed: upstoxMarketFeed(line),
        orderFeed: upstoxOrderFeed(line)
      }
      return settings.sandbox === true ? inSandbox(session, account, token) : session
    }
  }
}
