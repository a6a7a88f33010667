/** Fyers' login: client id, code and PIN; a redirect with a one-shot `auth_code`, and its exchange. Both are JWTs. */
import { createHash } from "node:crypto"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { acceptsCode } from "../login/acceptsCode.ts"
import { captchaPage, escapeHtml, hiddenField, loginPage, redirectTo } from "../login/loginPages.ts"
import { signJwt } from "../login/signJwt.ts"
import { ownRoutes } from "../server/ownRoutes.ts"
import { readJson } from "../server/readJson.ts"
import type { SimRequest, SimResponse, SimRoute } from "../server/SimBroker.ts"
import { badToken, failure, success } from "./fyersAnswers.ts"

const CODE_BOXES = ["first", "second", "third", "fourth", "fifth", "sixth"]
const PIN_BOXES = CODE_BOXES.slice(0, 4)
/** A grant lives five minutes, s. */
const GRANT_SECONDS = 300

const boxes = (names: ReadonlyArray<string>, type: string): string =>
  names.map((name) => `<input id="${name}" name="${name}" type="${type}" maxlength="1">`).join("")

const typedIn = (form: URLSearchParams, names: ReadonlyArray<string>): string =>
  names.map((name) => form.get(name) ?? "").join("")

/** What the data socket's key is called among the sessions, so that it is no token for calls. */
export const hsmSession = (key: string): string => `hsm ${key}`

export const fyersLogin = (
  stage: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined
): ReadonlyArray<SimRoute> => {
  const { exchange, faults, now, sessions } = stage
  /** Whose code was right, and whose PIN is asked for. */
  const verified = new Set<SimAccount>()
  const route = ownRoutes(byToken, badToken)
  /** Fyers' own secret: nobody else can check its signatures. */
  const signingKey = sessions.secret(32)
  const accounts = (): ReadonlyArray<SimAccount> =>
    [...exchange.accounts.values()].filter((each) => each.broker === "fyers")
  const ofApp = (id: string | null): SimAccount | undefined => accounts().find(({ apiKey }) => apiKey === id)
  const seconds = (): number => Math.floor(now() / 1_000)

  const claimsOf = ({ name, userId }: SimAccount): object => ({
    iat: seconds(),
    nbf: seconds(),
    aud: ["d:1", "d:2", "x:0", "x:1", "x:2"],
    display_name: name,
    oms: "K1",
    fy_id: userId,
    isDdpiEnabled: "N",
    isMtfEnabled: "N",
    at_hash: sessions.secret(24)
  })
  const grantOf = (account: SimAccount): string =>
    signJwt({
      ...claimsOf(account),
      iss: "api.login.fyers.in",
      sub: "auth_code",
      exp: seconds() + GRANT_SECONDS,
      app_id: account.apiKey,
      uuid: sessions.secret(32)
    }, signingKey)
  /** A token, with the key of the data socket in it. */
  const tokenOf = (account: SimAccount): string => {
    const hsmKey = sessions.secret(56)
    sessions.issue(account, hsmSession(hsmKey))
    return sessions.issue(
      account,
      signJwt({
        ...claimsOf(account),
        iss: "api.fyers.in",
        sub: "access_token",
        exp: Math.floor(sessions.nextEnd(account) / 1_000),
        hsm_key: hsmKey,
        appType: 100,
        poa_flag: "N"
      }, signingKey)
    )
  }

  const carried = (form: URLSearchParams): string =>
    ["client_id", "redirect_uri", "state", "fy_id"].map((name) => hiddenField(name, form.get(name) ?? "")).join("")

  /** Mobile number, or the choice of the client id instead. */
  const firstPage = (form: URLSearchParams): SimResponse => {
    const other = new URLSearchParams(form)
    other.set("by", "client_id")
    return loginPage(
      "Login to FYERS",
      `<form><input id="mobile-code" name="mobile" type="text"><button id="mobileNumberSubmit" disabled>Continue</button>` +
        `</form><a id="login_client_id" href="/api/v3/generate-authcode?${escapeHtml(other.toString())}">` +
        "Login with Client ID</a>"
    )
  }
  const clientPage = (form: URLSearchParams, error = ""): SimResponse => {
    const changed = faults.take(["changed-page"], { broker: "fyers", operation: "login" }) !== undefined
    return loginPage(
      "Login to FYERS",
      `<form method="post" action="/login/client">${carried(form)}` +
        `<input id="${changed ? "client" : "fy_client_id"}" name="fy_client_id" type="text">` +
        `<button id="clientIdSubmit" type="submit">Continue</button></form>`,
      error
    )
  }
  const codePage = (form: URLSearchParams, error = ""): SimResponse =>
    faults.take(["captcha"], { broker: "fyers", operation: "login" }) !== undefined
      ? captchaPage("Login to FYERS")
      : loginPage(
        "Enter OTP or TOTP",
        `<form id="confirmOtpForm" method="post" action="/login/otp">${carried(form)}${boxes(CODE_BOXES, "number")}` +
          `<button id="confirmOtpSubmit" type="submit">Confirm</button></form>`,
        error
      )
  const pinPage = (form: URLSearchParams, error = ""): SimResponse =>
    loginPage(
      "Enter 4-digit PIN",
      `<form id="verifyPinForm" method="post" action="/login/pin">${carried(form)}${boxes(PIN_BOXES, "password")}` +
        `<button id="verifyPinSubmit" type="submit">Submit</button></form>`,
      error
    )
  const step = (path: string, next: (account: SimAccount, form: URLSearchParams) => SimResponse): SimRoute => ({
    method: "POST",
    path,
    operation: "login",
    handle: ({ body }) => {
      const form = new URLSearchParams(body)
      const account = ofApp(form.get("client_id"))
      return account === undefined ? failure(400, -352, "Invalid App ID") : next(account, form)
    }
  })

  return [
    {
      method: "GET",
      path: "/api/v3/generate-authcode",
      operation: "login",
      handle: ({ query }) => {
        const account = ofApp(query.get("client_id"))
        if (account === undefined) return failure(400, -352, "Invalid App ID")
        const mismatch = faults.take(["redirect-mismatch"], { broker: "fyers", operation: "login" }) !== undefined
        if (mismatch || query.get("redirect_uri") !== account.redirectUrl) {
          return failure(400, -371, "redirect_uri mismatch")
        }
        return query.get("by") === "client_id" ? clientPage(query) : firstPage(query)
      }
    },
    step("/login/client", (account, form) => {
      const id = form.get("fy_client_id") ?? ""
      form.set("fy_id", id)
      return id === account.userId ? codePage(form) : clientPage(form, "Please enter a valid client ID.")
    }),
    step("/login/otp", (account, form) => {
      if (form.get("fy_id") !== account.userId) return clientPage(form, "Start again.")
      if (!acceptsCode(stage, account, typedIn(form, CODE_BOXES))) return codePage(form, "Please enter a valid TOTP.")
      verified.add(account)
      return pinPage(form)
    }),
    step("/login/pin", (account, form) => {
      if (form.get("fy_id") !== account.userId || !verified.has(account)) return clientPage(form, "Start again.")
      if (typedIn(form, PIN_BOXES) !== account.pin) return pinPage(form, "Please enter a valid PIN.")
      verified.delete(account)
      const back = new URL(account.redirectUrl)
      back.searchParams.set("s", "ok")
      back.searchParams.set("code", "200")
      back.searchParams.set("auth_code", sessions.grant(account, grantOf(account)))
      back.searchParams.set("state", form.get("state") ?? "")
      return redirectTo(back.href)
    }),
    {
      method: "POST",
      path: "/api/v3/validate-authcode",
      operation: "login",
      handle: ({ body }) => {
        const asked = readJson(body)
        const account = accounts().find((each) => appIdHash(each) === asked["appIdHash"])
        // Used up by the attempt, whatever comes of it.
        const redeemed = sessions.redeem(String(asked["code"]))
        const used = faults.take(["used-grant"], { broker: "fyers", account: account?.userId, operation: "login" })
        if (asked["grant_type"] !== "authorization_code") return failure(400, -50, "invalid grant_type")
        if (account === undefined) return failure(401, -352, "Invalid app id hash")
        if (used !== undefined || redeemed !== account) return failure(401, -413, "invalid auth code")
        // The refresh token is one in form only: Fyers takes none any more.
        return success({ access_token: tokenOf(account), refresh_token: grantOf(account) })
      }
    },
    route("POST", "/api/v3/logout", "login", (account) => {
      sessions.revoke(account)
      return success({ message: "Logout successful" })
    }),
    route("GET", "/api/v3/profile", "profile", ({ mobile, name, userId }) =>
      success({
        data: {
          fy_id: userId,
          name,
          image: null,
          display_name: null,
          pin_change_date: "01-Nov-2026 10:00:00",
          email_id: `${userId.toLowerCase()}@example.com`,
          pwd_change_date: null,
          PAN: "ABCDE1234F",
          mobile_number: mobile,
          totp: true,
          pwd_to_expire: 90,
          ddpi_enabled: false,
          mtf_enabled: false
        }
      }))
  ]
}

const appIdHash = ({ apiKey, apiSecret }: SimAccount): string =>
  createHash("sha256").update(`${apiKey}:${apiSecret}`).digest("hex")
