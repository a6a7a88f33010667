/** Kite's login: two pages (id and password, then TOTP), a redirect with a `request_token`, and its exchange. */
import { createHash } from "node:crypto"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { acceptsCode } from "../login/acceptsCode.ts"
import { captchaPage, hiddenField, loginPage, redirectTo } from "../login/loginPages.ts"
import { ownRoutes } from "../server/ownRoutes.ts"
import { type SimRequest, type SimResponse, type SimRoute } from "../server/SimBroker.ts"
import { badToken, failure, success } from "./kiteAnswers.ts"
import { timestamp } from "./kiteRows.ts"

/** Where nobody is. */
const ELSEWHERE = "http://127.0.0.1:9/elsewhere"

export const kiteLogin = (
  stage: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined
): ReadonlyArray<SimRoute> => {
  const { exchange, faults, now, sessions } = stage
  const route = ownRoutes(byToken, badToken)
  const accounts = (): ReadonlyArray<SimAccount> =>
    [...exchange.accounts.values()].filter((each) => each.broker === "kite")
  const ofKey = (key: string | null): SimAccount | undefined => accounts().find((each) => each.apiKey === key)

  const passwordPage = (key: string, extra: string, error = ""): SimResponse => {
    const changed = faults.take(["changed-page"], { broker: "kite", operation: "login" }) !== undefined
    const name = changed ? "client" : "userid"
    return loginPage(
      "Login to Kite",
      `<form method="post" action="/connect/login">${hiddenField("api_key", key)}${hiddenField("extra", extra)}` +
        `<input id="${name}" name="userid" type="text" maxlength="6"><input id="password" name="password" type="password">` +
        `<button type="submit">Login</button></form>`,
      error
    )
  }

  const totpPage = (key: string, extra: string, user: string, error = ""): SimResponse => {
    if (faults.take(["captcha"], { broker: "kite", account: user, operation: "login" }) !== undefined) {
      return captchaPage("Login to Kite")
    }
    return loginPage(
      "Two factor",
      `<form method="post" action="/connect/totp">${hiddenField("api_key", key)}${hiddenField("extra", extra)}${
        hiddenField("userid", user)
      }<input id="totp" name="totp" type="number" maxlength="6"><button type="submit">Continue</button></form>`,
      error
    )
  }

  return [
    {
      method: "GET",
      path: "/connect/login",
      operation: "login",
      handle: ({ query }) => {
        const account = ofKey(query.get("api_key"))
        return account === undefined
          ? failure(400, "InputException", "Invalid `api_key`.")
          : passwordPage(account.apiKey, query.get("redirect_params") ?? "")
      }
    },
    {
      method: "POST",
      path: "/connect/login",
      operation: "login",
      handle: ({ body }) => {
        const form = new URLSearchParams(body)
        const key = form.get("api_key") ?? ""
        const extra = form.get("extra") ?? ""
        const account = ofKey(key)
        const known = account !== undefined && form.get("userid") === account.userId &&
          form.get("password") === account.password
        return known ? totpPage(key, extra, account.userId) : passwordPage(key, extra, "Invalid username or password.")
      }
    },
    {
      method: "POST",
      path: "/connect/totp",
      operation: "login",
      handle: ({ body }) => {
        const form = new URLSearchParams(body)
        const key = form.get("api_key") ?? ""
        const extra = form.get("extra") ?? ""
        const account = ofKey(key)
        if (account === undefined || account.userId !== form.get("userid")) {
          return passwordPage(key, extra, "Start again.")
        }
        if (!acceptsCode(stage, account, form.get("totp") ?? "")) {
          return totpPage(key, extra, account.userId, "Invalid TOTP.")
        }
        const mismatch = faults.take(["redirect-mismatch"], { broker: "kite", operation: "login" }) !== undefined
        // The URL is registered with the app and not asked for, so a wrong one shows only here.
        const back = new URL(mismatch ? ELSEWHERE : account.redirectUrl)
        back.searchParams.set("action", "login")
        back.searchParams.set("type", "login")
        back.searchParams.set("status", "success")
        back.searchParams.set("request_token", sessions.grant(account, sessions.secret(32)))
        for (const [name, value] of new URLSearchParams(extra)) back.searchParams.set(name, value)
        return redirectTo(back.href)
      }
    },
    {
      method: "POST",
      path: "/session/token",
      operation: "login",
      handle: ({ body }) => {
        const form = new URLSearchParams(body)
        const account = ofKey(form.get("api_key"))
        const grant = form.get("request_token") ?? ""
        const used = faults.take(["used-grant"], { broker: "kite", account: account?.userId, operation: "login" })
        const redeemed = used === undefined ? sessions.redeem(grant) : undefined
        if (account === undefined || redeemed !== account) {
          return failure(403, "TokenException", "Token is invalid or has expired.")
        }
        const checksum = createHash("sha256").update(account.apiKey + grant + account.apiSecret).digest("hex")
        if (form.get("checksum") !== checksum) return failure(403, "TokenException", "Invalid `checksum`.")
        // A new login of the same app ends the old one.
        sessions.revoke(account)
        return success({
          ...profile(account),
          api_key: account.apiKey,
          access_token: sessions.issue(account),
          public_token: sessions.secret(32),
          enctoken: "",
          refresh_token: "",
          login_time: timestamp(now())
        })
      }
    },
    {
      method: "DELETE",
      path: "/session/token",
      operation: "login",
      handle: (request) => {
        const account = sessions.accountOf(request.query.get("access_token") ?? "")
        if (account === undefined) return badToken()
        sessions.revoke(account)
        return success(true)
      }
    },
    route("GET", "/user/profile", "profile", (account) => success(profile(account)))
  ]
}

const profile = ({ name, userId }: SimAccount): object => ({
  user_id: userId,
  user_name: name,
  user_shortname: name.split(" ")[0],
  email: `${userId.toLowerCase()}@example.com`,
  user_type: "individual",
  broker: "ZERODHA",
  exchanges: ["NSE", "BSE", "NFO", "BFO"],
  products: ["CNC", "NRML", "MIS"],
  order_types: ["MARKET", "LIMIT", "SL", "SL-M"],
  avatar_url: null,
  meta: { demat_consent: "consent" }
})
