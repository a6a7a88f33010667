/** Who is logged in at the simulated Angel: the three tokens of a login, and who a request is from. */
import { istTimeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { signJwt } from "../login/signJwt.ts"
import type { SimRequest, SimResponse, SimRoute } from "../server/SimBroker.ts"
import type { SimSessions } from "../SimSessions.ts"
import { badToken, gatewayFailure } from "./angelAnswers.ts"

/** By its own word a token holds longer than until midnight, when it ends. */
const BEYOND_MS = 5 * 3_600_000

/** Wanted of every request, whatever they say. */
const headers = ["x-usertype", "x-sourceid", "x-clientlocalip", "x-clientpublicip", "x-macaddress", "x-privatekey"]

/** What a request without one of the headers is told. */
export const lacksHeader = (request: SimRequest): SimResponse | undefined => {
  const missing = headers.find((name) => (request.headers[name] ?? "") === "")
  return missing === undefined ? undefined : gatewayFailure("AG8003", `Missing header ${missing}`)
}

export const badKey = (): SimResponse => gatewayFailure("AG8004", "Invalid API Key")

export class AngelTokens {
  readonly #sessions: SimSessions
  readonly #feeds = new Map<string, SimAccount>()
  readonly #refreshes = new Map<string, SimAccount>()

  constructor(sessions: SimSessions) {
    this.#sessions = sessions
  }

  /** In the fields of Angel's answer. */
  issue(account: SimAccount): { readonly jwtToken: string; readonly refreshToken: string; readonly feedToken: string } {
    const feedToken = this.#sessions.secret(24)
    const refreshToken = this.#sessions.secret(48)
    this.#feeds.set(feedToken, account)
    this.#refreshes.set(refreshToken, account)
    const end = this.#sessions.nextEnd(account)
    const exp = Math.floor((istTimeOfDay(end) === 0 ? end + BEYOND_MS : end) / 1_000)
    const jwt = signJwt({ username: account.userId, exp, jti: this.#sessions.secret(32) }, "angel")
    return { jwtToken: this.#sessions.issue(account, jwt), refreshToken, feedToken }
  }

  /** Uses the refresh token up. */
  redeem(refreshToken: string): SimAccount | undefined {
    const account = this.#refreshes.get(refreshToken)
    this.#refreshes.delete(refreshToken)
    return account
  }

  revoke(account: SimAccount): void {
    this.#sessions.revoke(account)
    for (const tokens of [this.#feeds, this.#refreshes]) {
      for (const [token, owner] of tokens) if (owner === account) tokens.delete(token)
    }
  }

  /** By the JWT, with or without the word before it. */
  accountOf({ headers }: SimRequest): SimAccount | undefined {
    const token = (headers["authorization"] ?? "").replace(/^Bearer /, "")
    return token === "" ? undefined : this.#sessions.accountOf(token)
  }

  /** Of a socket: its four headers must belong together. */
  socketAccountOf(request: SimRequest): SimAccount | SimResponse {
    const { headers } = request
    const account = this.accountOf(request)
    const error = account === undefined
      ? "Invalid Token"
      : headers["x-client-code"] !== account.userId
      ? "Invalid Client Code"
      : headers["x-api-key"] !== account.apiKey
      ? "Invalid API Key"
      : this.#feeds.get(headers["x-feed-token"] ?? "") !== account
      ? "Invalid Feed Token"
      : undefined
    return error === undefined && account !== undefined
      ? account
      : { status: 401, headers: { "x-error-message": error ?? "" }, body: "" }
  }

  /** A route that a logged-in customer's app may call. */
  route(
    method: SimRoute["method"],
    path: string,
    operation: SimRoute["operation"],
    handle: (account: SimAccount, request: SimRequest) => SimResponse
  ): SimRoute {
    return {
      method,
      path: `/rest/secure/angelbroking${path}`,
      operation,
      handle: (request) => {
        const lacking = lacksHeader(request)
        if (lacking !== undefined) return lacking
        if ((request.headers["authorization"] ?? "") === "") return gatewayFailure("AG8003", "Token missing")
        const account = this.accountOf(request)
        if (account === undefined) return badToken()
        return request.headers["x-privatekey"] === account.apiKey ? handle(account, request) : badKey()
      }
    }
  }
}
