/** Fyers behind the broker port. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AccountSettings, BrokerAccount } from "../port/BrokerAccount.ts"
import type { BrokerAdapter } from "../port/BrokerAdapter.ts"
import type { BrokerCall } from "../port/BrokerCall.ts"
import { UnreadableAnswer } from "../port/BrokerError.ts"
import { capabilities } from "../port/Capabilities.ts"
import { tokenEndsAt } from "../port/tokenEndsAt.ts"
import { fyersCall, type FyersHosts, makeFyersSdk } from "./fyersCall.ts"
import { FyersFrames } from "./FyersFrames.ts"
import { fyersGtt } from "./fyersGtt.ts"
import { fyersLine } from "./fyersLine.ts"
import { fyersMarketData } from "./fyersMarketData.ts"
import { fyersMarketFeed } from "./fyersMarketFeed.ts"
import { fyersOrderFeed } from "./fyersOrderFeed.ts"
import { fyersOrders } from "./fyersOrders.ts"
import { fyersMargins, fyersPortfolio } from "./fyersPortfolio.ts"
import { loadIndexNames } from "./loadIndexNames.ts"
import { readFyersToken } from "./readFyersToken.ts"

export interface FyersUrls extends FyersHosts {
  readonly marketFeed: string
  readonly orderFeed: string
}

export const fyersUrls: FyersUrls = {
  api: "https://api-t1.fyers.in/api/v3",
  data: "https://api-t1.fyers.in/data",
  marketFeed: "wss://socket.fyers.in/hsm/v1-5/prod",
  orderFeed: "wss://socket.fyers.in/trade/v3"
}

/** Of a server that speaks all of Fyers' protocols on one port. */
export const fyersUrlsAt = (root: string): FyersUrls => {
  const sockets = root.replace(/^http/, "ws")
  return {
    api: `${root}/api/v3`,
    data: `${root}/data`,
    marketFeed: `${sockets}/hsm/v1-5/prod`,
    orderFeed: `${sockets}/trade/v3`
  }
}

export const fyersAdapter: BrokerAdapter = {
  broker: "fyers",
  account: (settings, root) => fyersAccount(settings, root === undefined ? fyersUrls : fyersUrlsAt(root)),
  frames: Effect.map(loadIndexNames, (names) => new FyersFrames(names))
}

const Login = Schema.Struct({ access_token: Schema.NonEmptyString })

export const fyersAccount = (settings: AccountSettings, urls: FyersUrls): BrokerAccount => {
  const { account, apiKey, apiSecret, redirectUrl, timeout } = settings
  const call = (operation: string): BrokerCall => ({ broker: "fyers", account, operation, changes: false })
  return {
    broker: "fyers",
    account,
    auth: {
      loginUrl: (state) => {
        const url = new URL(`${urls.api}/generate-authcode`)
        url.searchParams.set("client_id", apiKey)
        url.searchParams.set("redirect_uri", redirectUrl)
        url.searchParams.set("response_type", "code")
        url.searchParams.set("state", state)
        return url.href
      },
      // `code` is there as well, and only a status.
      grantOf: (redirected) => redirected.searchParams.get("auth_code") ?? undefined,
      exchange: (grant) =>
        Effect.gen(function*() {
          const sdk = yield* makeFyersSdk({ appId: apiKey, hosts: urls, timeout })
          const { access_token: access } = yield* fyersCall(call("log in"), Login, () =>
            sdk.generate_access_token({
              client_id: apiKey,
              secret_key: Redacted.value(apiSecret),
              auth_code: Redacted.value(grant)
            }))
          const issuedAt = yield* Clock.currentTimeMillis
          const claims = readFyersToken(access)
          const endsAt = tokenEndsAt(capabilities.fyers.tokenEnd, issuedAt, claims?.exp)
          if (claims === undefined || endsAt === undefined) {
            return yield* new UnreadableAnswer({
              broker: "fyers",
              account,
              operation: "log in",
              problem: "the token does not say whose it is and when it ends"
            })
          }
          return {
            access: Redacted.make(access, { label: "fyers access token" }),
            ...(claims.hsm_key == null || claims.hsm_key === ""
              ? {}
              : { feed: Redacted.make(claims.hsm_key, { label: "fyers hsm key" }) }),
            profile: { userId: claims.fy_id, name: claims.display_name ?? "", exchanges: [], products: [] },
            issuedAt,
            endsAt
          }
        }),
      logout: (token) =>
        Effect.gen(function*() {
          const accessToken = Redacted.value(token.access)
          const sdk = yield* makeFyersSdk({ appId: apiKey, hosts: urls, timeout, accessToken })
          yield* fyersCall(call("log out"), Schema.Unknown, () => sdk.logout_user({}))
        })
    },
    session: (token) => {
      const line = fyersLine(settings, token, urls)
      return {
        orders: fyersOrders(line),
        portfolio: fyersPortfolio(line),
        marketData: fyersMarketData(line),
        margins: fyersMargins(line),
        gtt: fyersGtt(line),
        marketFeed: fyersMarketFeed({ settings, token, url: urls.marketFeed }),
        orderFeed: fyersOrderFeed({ settings, token, url: urls.orderFeed })
      }
    }
  }
}
