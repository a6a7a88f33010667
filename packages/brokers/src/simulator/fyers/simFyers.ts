/** Fyers' API, simulated: login pages, REST (all hosts under one root), and both streams. */
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { SimBroker, SimRequest } from "../server/SimBroker.ts"
import { fyersTrouble } from "./fyersAnswers.ts"
import { fyersData } from "./fyersData.ts"
import { type FyersFeedOptions, fyersFeeds } from "./fyersFeeds.ts"
import { fyersLogin } from "./fyersLogin.ts"
import { fyersOrders } from "./fyersOrders.ts"
import { fyersPortfolio } from "./fyersPortfolio.ts"
import { fyersTicker } from "./fyersSymbols.ts"

export const simFyers = (stage: BrokerStage, options: FyersFeedOptions = { ackCount: 0 }): SimBroker => {
  /** `APPID-100:token`. */
  const byToken = ({ headers }: SimRequest): SimAccount | undefined => {
    const [, app, token] = /^([^:]+):(.+)$/.exec(headers["authorization"] ?? "") ?? []
    const account = token === undefined ? undefined : stage.sessions.accountOf(token)
    return account?.apiKey === app ? account : undefined
  }
  const byTicker = new Map(stage.market.instruments.map((of) => [fyersTicker(of), of]))
  return {
    broker: "fyers",
    routes: [
      ...fyersLogin(stage, byToken),
      ...fyersOrders(stage, byToken, byTicker),
      ...fyersPortfolio(stage, byToken, byTicker),
      ...fyersData(stage, byToken, byTicker)
    ],
    sockets: fyersFeeds(stage, byToken, options),
    accountOf: byToken,
    trouble: fyersTrouble,
    revoke: (account) => stage.sessions.revoke(account),
    // Half an order, and a data frame that says it has more records than it holds, numbered or not.
    badPayload: (operation) =>
      operation === "order-feed" ? "{\"s\":\"ok\",\"orders\":{" : new Uint8Array([0, 6, 6, 0, 9, 85, 0, 1])
  }
}
