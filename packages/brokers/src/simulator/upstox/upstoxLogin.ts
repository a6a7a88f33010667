/** Upstox's login: mobile number and code, then PIN; a redirect with a one-shot `code`, and its exchange. */
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { acceptsCode } from "../login/acceptsCode.ts"
import { captchaPage, hiddenField, loginPage, redirectTo } from "../login/loginPages.ts"
import { ownRoutes } from "../server/ownRoutes.ts"
import { jsonResponse, type SimRequest, type SimResponse, type SimRoute } from "../server/SimBroker.ts"
import { badToken, failure, success } from "./upstoxAnswers.ts"

export const upstoxLogin = (
  stage: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined
): ReadonlyArray<SimRoute> => {
  const { exchange, faults, sessions } = stage
  /** Whose code was right, and whose PIN is asked for. */
  const verified = new Set<SimAccount>()
  const route = ownRoutes(byToken, badToken)
  const ofKey = (key: string | null): SimAccount | undefined =>
    [...exchange.accounts.values()].find((each) => each.broker === "upstox" && each.apiKey === key)
  const carried = (form: URLSearchParams): string =>
    ["client_id", "redirect_uri", "state", "mobile"].map((name) => hiddenField(name, form.get(name) ?? "")).join("")

  const mobilePage = (form: URLSearchParams, error = ""): SimResponse => {
    const changed = faults.take(["changed-page"], { broker: "upstox", operation: "login" }) !== undefined
    return loginPage(
      "Login to Upstox",
      `<form method="post" action="/login/mobile">${carried(form)}` +
        `<input id="${changed ? "phone" : "mobileNum"}" name="mobileNum" type="text">` +
        `<button id="getOtp" type="submit">Get OTP</button></form>`,
      error
    )
  }
  const codePage = (form: URLSearchParams, error = ""): SimResponse =>
    faults.take(["captcha"], { broker: "upstox", operation: "login" }) !== undefined
      ? captchaPage("Login to Upstox")
      : loginPage(
        "Enter OTP or TOTP",
        `<form method="post" action="/login/otp">${carried(form)}<input id="otpNum" name="otp" type="text">` +
          `<button id="continueBtn" type="submit">Continue</button></form>`,
        error
      )
  const pinPage = (form: URLSearchParams, error = ""): SimResponse =>
    loginPage(
      "Enter 6-digit PIN",
      `<form method="post" action="/login/pin">${carried(form)}<input id="pinCode" name="pin" type="password">` +
        `<button id="pinContinueBtn" type="submit">Continue</button></form>`,
      error
    )
  const step = (
    path: string,
    next: (account: SimAccount, form: URLSearchParams) => SimResponse
  ): SimRoute => ({
    method: "POST",
    path,
    operation: "login",
    handle: ({ body }) => {
      const form = new URLSearchParams(body)
      const account = ofKey(form.get("client_id"))
      return account === undefined ? failure(400, "UDAPI100068", "Invalid client id") : next(account, form)
    }
  })

  return [
    {
      method: "GET",
      path: "/v2/login/authorization/dialog",
      operation: "login",
      handle: ({ query }) => {
        const account = ofKey(query.get("client_id"))
        if (account === undefined) return failure(400, "UDAPI100068", "Check your client_id")
        const mismatch = faults.take(["redirect-mismatch"], { broker: "upstox", operation: "login" }) !== undefined
        return mismatch || query.get("redirect_uri") !== account.redirectUrl
          ? failure(400, "UDAPI100070", "Check your redirect_uri")
          : mobilePage(query)
      }
    },
    step("/login/mobile", (account, form) => {
      const mobile = form.get("mobileNum") ?? ""
      form.set("mobile", mobile)
      return mobile === account.mobile ? codePage(form) : mobilePage(form, "This mobile number is not registered.")
    }),
    step("/login/otp", (account, form) => {
      if (form.get("mobile") !== account.mobile) return mobilePage(form, "Start again.")
      if (!acceptsCode(stage, account, form.get("otp") ?? "")) return codePage(form, "Incorrect OTP.")
      verified.add(account)
      return pinPage(form)
    }),
    step("/login/pin", (account, form) => {
      if (!verified.has(account)) return mobilePage(form, "Start again.")
      if (form.get("pin") !== account.pin) return pinPage(form, "Incorrect PIN.")
      verified.delete(account)
      const back = new URL(account.redirectUrl)
      back.searchParams.set("code", sessions.grant(account))
      back.searchParams.set("state", form.get("state") ?? "")
      return redirectTo(back.href)
    }),
    {
      method: "POST",
      path: "/v2/login/authorization/token",
      operation: "login",
      handle: ({ body }) => {
        const form = new URLSearchParams(body)
        const account = ofKey(form.get("client_id"))
        // Used up by the attempt, whatever comes of it.
        const redeemed = sessions.redeem(form.get("code") ?? "")
        const used = faults.take(["used-grant"], { broker: "upstox", account: account?.userId, operation: "login" })
        if (account === undefined) return failure(401, "UDAPI100068", "Check your client_id")
        if (form.get("client_secret") !== account.apiSecret) {
          return failure(401, "UDAPI100069", "Check your client_secret")
        }
        const mismatch = faults.take(["redirect-mismatch"], { broker: "upstox", operation: "login" }) !== undefined
        if (mismatch || form.get("redirect_uri") !== account.redirectUrl) {
          return failure(401, "UDAPI100070", "Check your redirect_uri")
        }
        if (used !== undefined || redeemed !== account) return failure(401, "UDAPI100057", "Invalid Auth code")
        return jsonResponse({ ...profile(account), access_token: sessions.issue(account), extended_token: null })
      }
    },
    route("DELETE", "/v2/logout", "login", (account) => {
      sessions.revoke(account)
      return success(true)
    }),
    route("GET", "/v2/user/profile", "profile", (account) => success(profile(account)))
  ]
}

const profile = ({ name, userId }: SimAccount): object => ({
  email: `${userId.toLowerCase()}@example.com`,
  exchanges: ["NSE", "NFO", "BSE", "BFO"],
  products: ["D", "I"],
  broker: "UPSTOX",
  user_id: userId,
  user_name: name,
  order_types: ["MARKET", "LIMIT", "SL", "SL-M"],
  user_type: "individual",
  poa: false,
  is_active: true
})
