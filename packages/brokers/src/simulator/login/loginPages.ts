/** What the login pages of the simulated brokers have in common. */
import * as Clock from "effect/Clock"
import { verifySync } from "otplib"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { htmlResponse, type SimResponse } from "../server/SimBroker.ts"

export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\"", "&quot;")

export const loginPage = (title: string, body: string, error = ""): SimResponse =>
  htmlResponse(
    `<!doctype html><html lang="en"><head><title>${escapeHtml(title)} - simulated</title></head><body>` +
      `<h1>${escapeHtml(title)}</h1>${body}<p class="error">${escapeHtml(error)}</p></body></html>`
  )

export const captchaPage = (title: string): SimResponse =>
  loginPage(title, "<div class=\"captcha\">Are you human?</div>")

export const hiddenField = (name: string, value: string): string =>
  `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`

export const redirectTo = (url: string): SimResponse => ({ status: 302, headers: { location: url }, body: "" })

/** Whoever runs the simulation may have given it another clock; a person's authenticator goes by this one. */
const machine = Clock.Clock.defaultValue()

/**
 * The code of one of these moments (epoch ms) or of the machine's present, or of the half minute before and after it: of the
 * virtual time, or of the real one, which authenticators on the customer's side go by.
 */
export const isTotp = (account: SimAccount, code: string, ...moments: ReadonlyArray<number>): boolean =>
  /^\d{6}$/.test(code) &&
  [...moments, machine.currentTimeMillisUnsafe()].some((now) =>
    verifySync({ secret: account.totpSecret, token: code, epoch: Math.floor(now / 1_000), epochTolerance: 30 }).valid
  )
