/** Angel's login by API: client code, PIN and TOTP; the refresh of its tokens, and the logout. */
import type { BrokerStage } from "../BrokerStage.ts"
import { acceptsCode } from "../login/acceptsCode.ts"
import { readJson } from "../server/readJson.ts"
import type { SimRoute } from "../server/SimBroker.ts"
import { failure, success } from "./angelAnswers.ts"
import { type AngelTokens, badKey, lacksHeader } from "./AngelTokens.ts"

const AUTH = "/rest/auth/angelbroking"

export const angelLogin = (
  stage: BrokerStage,
  tokens: AngelTokens
): ReadonlyArray<SimRoute> => [
  {
    method: "POST",
    path: `${AUTH}/user/v1/loginByPassword`,
    operation: "login",
    handle: (request) => {
      const lacking = lacksHeader(request)
      if (lacking !== undefined) return lacking
      const { clientcode, password, state, totp } = readJson(request.body)
      const account = stage.exchange.account("angel", String(clientcode))
      if (account === undefined || password !== account.pin) {
        return failure("AB1000", "Invalid clientcode or password")
      }
      if (request.headers["x-privatekey"] !== account.apiKey) return badKey()
      if (!acceptsCode(stage, account, String(totp))) return failure("AB1050", "Invalid totp")
      return success({ ...tokens.issue(account), ...(typeof state === "string" ? { state } : {}) })
    }
  },
  {
    method: "POST",
    path: `${AUTH}/jwt/v1/generateTokens`,
    operation: "login",
    handle: (request) => {
      const lacking = lacksHeader(request)
      if (lacking !== undefined) return lacking
      const account = tokens.redeem(String(readJson(request.body)["refreshToken"]))
      return account === undefined ? failure("AB8050", "Invalid Refresh Token") : success(tokens.issue(account))
    }
  },
  tokens.route("POST", "/user/v1/logout", "login", (account, { body }) => {
    if (readJson(body)["clientcode"] !== account.userId) return failure("AB1011", "Client not login")
    tokens.revoke(account)
    return success("")
  }),
  tokens.route("GET", "/user/v1/getProfile", "profile", ({ mobile, name, userId }) =>
    success({
      clientcode: userId,
      name,
      email: "",
      mobileno: mobile,
      // Lists as text, as Angel has it.
      exchanges: "[ \"NSE\", \"BSE\", \"NFO\", \"BFO\" ]",
      products: "[ \"DELIVERY\", \"INTRADAY\", \"CARRYFORWARD\" ]",
      lastlogintime: "",
      brokerid: "B2C"
    }))
]
