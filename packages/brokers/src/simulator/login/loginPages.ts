/** What the login pages of the simulated brokers have in common. */
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
