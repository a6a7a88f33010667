/** Upstox's API, simulated: login pages, REST (all hosts under one root), and both streams. */
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { SimBroker, SimRequest } from "../server/SimBroker.ts"
import { upstoxTrouble } from "./upstoxAnswers.ts"
import { upstoxFeeds } from "./upstoxFeeds.ts"
import { upstoxLogin } from "./upstoxLogin.ts"
import { upstoxMarket } from "./upstoxMarket.ts"
import { upstoxOrders } from "./upstoxOrders.ts"
import { upstoxKey } from "./upstoxSymbols.ts"

export const simUpstox = (stage: BrokerStage): SimBroker => {
  const byToken = ({ headers }: SimRequest): SimAccount | undefined => {
    const [, token] = /^Bearer (.+)$/.exec(headers["authorization"] ?? "") ?? []
    return token === undefined ? undefined : stage.sessions.accountOf(token)
  }
  const byKey = new Map(stage.market.instruments.map((of) => [upstoxKey(of), of]))
  const feeds = upstoxFeeds(stage, byToken, byKey)
  return {
    broker: "upstox",
    routes: [
      ...upstoxLogin(stage, byToken),
      ...upstoxMarket(stage, byToken, byKey),
      ...upstoxOrders(stage, byToken, byKey),
      ...feeds.routes
    ],
    sockets: feeds.sockets,
    accountOf: byToken,
    trouble: upstoxTrouble,
    revoke: (account) => stage.sessions.revoke(account),
    // Half an order, and a length that says more than there is.
    badPayload: (operation) =>
      operation === "order-feed" ? "{\"update_type\":\"order\"," : new Uint8Array([0x12, 0x7f, 0x0a, 3, 65])
  }
}
