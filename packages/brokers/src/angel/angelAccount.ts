/** Angel One behind the broker port. Its login is an API: client code, PIN and the code of the moment. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccountSettings, BrokerAccount } from "../port/BrokerAccount.ts"
import type { BrokerAdapter } from "../port/BrokerAdapter.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { Refused } from "../port/BrokerError.ts"
import { capabilities } from "../port/Capabilities.ts"
import { tokenEndsAt } from "../port/tokenEndsAt.ts"
import { angelCall } from "./angelCall.ts"
import { angelMarketFeed, angelOrderFeed } from "./angelFeeds.ts"
import { angelFrames } from "./angelFrames.ts"
import { angelGtt } from "./angelGtt.ts"
import { angelLine } from "./angelLine.ts"
import { angelMarketData } from "./angelMarketData.ts"
import { angelOrders, AngelVarieties } from "./angelOrders.ts"
import { angelMargins, angelPortfolio, AngelProfile, profileOf } from "./angelPortfolio.ts"
import { makeAngelSdk } from "./angelSdk.ts"
import { angelTokenExpiry } from "./angelTokenExpiry.ts"

export interface AngelUrls {
  readonly api: string
  readonly marketFeed: string
  readonly orderFeed: string
}

export const angelUrls: AngelUrls = {
  api: "https://apiconnect.angelone.in",
  marketFeed: "wss://smartapisocket.angelone.in/smart-stream",
  orderFeed: "wss://tns.angelone.in/smart-order-update"
}

/** Of a server that speaks all of Angel's protocols on one port. */
export const angelUrlsAt = (root: string): AngelUrls => {
  const sockets = root.replace("http", "ws")
  return { api: root, marketFeed: `${sockets}/smart-stream`, orderFeed: `${sockets}/smart-order-update` }
}

export const angelAdapter: BrokerAdapter = {
  broker: "angel",
  account: (settings, root) => angelAccount(settings, root === undefined ? angelUrls : angelUrlsAt(root)),
  frames: Effect.sync(angelFrames)
}

const Session = Schema.Struct({
  jwtToken: Schema.NonEmptyString,
  refreshToken: Schema.NonEmptyString,
  feedToken: Schema.NonEmptyString
})

export const angelAccount = (settings: AccountSettings, urls: AngelUrls): BrokerAccount => {
  const { account, apiKey, timeout, userId } = settings
  const call = (operation: string): BrokerCall => ({ broker: "angel", account, operation, changes: false })
  const sdkOf = (accessToken?: string) =>
    makeAngelSdk({
      root: urls.api,
      apiKey,
      userId,
      timeout,
      ...(accessToken === undefined ? {} : { accessToken })
    })
  return {
    broker: "angel",
    account,
    auth: {
      loginUrl: () => undefined,
      grantOf: () => undefined,
      exchange: () =>
        Effect.fail(
          new Refused({
            broker: "angel",
            account,
            operation: "log in",
            code: "login",
            reason: "Angel One is logged in to with PIN and TOTP, not with a grant",
            remedy: "Log in: keepgaining brokers login angel"
          })
        ),
      loginByApi: (pin, totp) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf()
          const session = yield* angelCall(
            call("log in"),
            Session,
            sdk,
            (to) => to.generateSession(userId, Redacted.value(pin), Redacted.value(totp))
          )
          sdk.setAccessToken(session.jwtToken)
          const profile = yield* angelCall(call("log in"), AngelProfile, sdk, (to) => to.getProfile())
          const issuedAt = yield* Clock.currentTimeMillis
          return {
            access: Redacted.make(session.jwtToken, { label: "angel jwt" }),
            feed: Redacted.make(session.feedToken, { label: "angel feed token" }),
            refresh: Redacted.make(session.refreshToken, { label: "angel refresh token" }),
            profile: profileOf(profile),
            issuedAt,
            // By the clock there always is an end.
            endsAt: tokenEndsAt(capabilities.angel.tokenEnd, issuedAt, angelTokenExpiry(session.jwtToken)) ?? issuedAt
          }
        }),
      logout: (token) =>
        Effect.gen(function*() {
          const sdk = yield* sdkOf(Redacted.value(token.access))
          yield* angelCall(call("log out"), Schema.Unknown, sdk, (to) => to.logout(userId))
        })
    },
    session: (token) => {
      const line = angelLine(settings, token, urls.api)
      const varieties = new AngelVarieties()
      return {
        orders: angelOrders(line, varieties),
        portfolio: angelPortfolio(line),
        marketData: angelMarketData(line),
        margins: angelMargins(line),
        gtt: angelGtt(line),
        marketFeed: angelMarketFeed({ settings, token, url: urls.marketFeed }),
        orderFeed: angelOrderFeed({ settings, token, url: urls.orderFeed }, varieties)
      }
    }
  }
}
