/** Routes that a logged-in customer's app may call; whoever else calls them hears that the token is bad. */
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { SimRequest, SimResponse, SimRoute } from "./SimBroker.ts"

/** What an account's own request is answered with. */
export type Own = (account: SimAccount, request: SimRequest) => SimResponse

export type OwnRoute = (
  method: SimRoute["method"],
  path: string,
  operation: SimRoute["operation"],
  own: Own
) => SimRoute

export const ownRoutes =
  (byToken: (request: SimRequest) => SimAccount | undefined, badToken: () => SimResponse): OwnRoute =>
  (method, path, operation, own) => ({
    method,
    path,
    operation,
    handle: (request) => {
      const account = byToken(request)
      return account === undefined ? badToken() : own(account, request)
    }
  })
