/** Zerodha's Kite Connect 3, simulated: login pages, REST under one root, and the ticker on the same port. */
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { SimBroker, SimRequest } from "../server/SimBroker.ts"
import { kiteTrouble } from "./kiteAnswers.ts"
import { kiteLogin } from "./kiteLogin.ts"
import { kiteMarket } from "./kiteMarket.ts"
import { kiteOrders } from "./kiteOrders.ts"
import { kiteTicker } from "./kiteTicker.ts"

export const simKite = (stage: BrokerStage): SimBroker => {
  const byToken = ({ headers }: SimRequest): SimAccount | undefined => {
    const [, key, token] = /^token ([^:]+):(.+)$/.exec(headers["authorization"] ?? "") ?? []
    const account = token === undefined ? undefined : stage.sessions.accountOf(token)
    return account?.apiKey === key ? account : undefined
  }
  return {
    broker: "kite",
    routes: [...kiteLogin(stage, byToken), ...kiteMarket(stage, byToken), ...kiteOrders(stage, byToken)],
    sockets: [kiteTicker(stage)],
    accountOf: byToken,
    trouble: kiteTrouble,
    revoke: (account) => stage.sessions.revoke(account),
    // Half an order, and a packet that says more bytes than there are.
    badPayload: (operation) =>
      operation === "order-feed" ? "{\"type\":\"order\",\"data\":{" : new Uint8Array([0, 1, 0, 184, 1, 2, 3])
  }
}
