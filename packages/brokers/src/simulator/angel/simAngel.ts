/** Angel One's SmartAPI, simulated: login by API, REST (all hosts under one root), and both sockets. */
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimBroker } from "../server/SimBroker.ts"
import { angelTrouble } from "./angelAnswers.ts"
import { angelFeeds } from "./angelFeeds.ts"
import { angelGtt } from "./angelGtt.ts"
import { angelLogin } from "./angelLogin.ts"
import { angelMarket } from "./angelMarket.ts"
import { angelOrders } from "./angelOrders.ts"
import { angelPortfolio } from "./angelPortfolio.ts"
import { AngelTokens } from "./AngelTokens.ts"

export const simAngel = (stage: BrokerStage): SimBroker => {
  const tokens = new AngelTokens(stage.sessions)
  return {
    broker: "angel",
    routes: [
      ...angelLogin(stage, tokens),
      ...angelMarket(stage, tokens),
      ...angelPortfolio(stage, tokens),
      ...angelOrders(stage, tokens),
      ...angelGtt(stage, tokens)
    ],
    sockets: angelFeeds(stage, tokens),
    accountOf: (request) => tokens.accountOf(request),
    trouble: angelTrouble,
    revoke: (account) => tokens.revoke(account),
    // Half an order, and a quote of which the end is missing.
    badPayload: (operation) =>
      operation === "order-feed"
        ? "{\"user-id\":\"\",\"order-status\":\"AB01\",\"orderData\":{"
        : new Uint8Array(60).fill(2, 0, 1)
  }
}
