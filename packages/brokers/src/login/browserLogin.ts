/**
 * Logs in on a broker's pages with a real browser (Playwright and an installed Chromium). The redirect with the grant is
 * caught in the browser and goes no further, so that nobody else can use the one-shot code.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { existsSync } from "node:fs"
import type { Broker } from "../port/Broker.ts"
import { LoginRefused } from "./LoginRefused.ts"
import type { LoginStep, LoginSteps, Typed } from "./LoginSteps.ts"
import { totpNow } from "./totp.ts"

export interface BrowserLogin {
  readonly broker: Broker
  readonly account: string
  /** Where the login begins. */
  readonly url: string
  readonly redirectUrl: string
  readonly steps: LoginSteps
  readonly typed: Readonly<Partial<Record<Exclude<Typed, "totp">, Redacted.Redacted>>>
  /** Base32. */
  readonly totpSecret: Redacted.Redacted | undefined
  /** Longest wait for a step, ms. */
  readonly timeout: number
}

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium"
]

/** Path of a Chromium of this machine; `KEEPGAINING_CHROMIUM` names another one. */
export const findChromium = (given = process.env["KEEPGAINING_CHROMIUM"]): string | undefined =>
  given !== undefined && given !== "" ? given : places.find((place) => existsSync(place))

/** The URL that the broker sent the browser back to. */
export const browserLogin = (login: BrowserLogin): Effect.Effect<URL, LoginRefused> =>
  Effect.gen(function*() {
    const { account, broker, steps, timeout } = login
    const refused = (reason: string, remedy: string, refusedByBroker = false) =>
      new LoginRefused({ broker, account, reason, remedy, refusedByBroker })
    const executablePath = findChromium()
    if (executablePath === undefined) {
      return yield* refused(
        "there is no Chromium on this machine",
        "Install one (Debian: apt-get install chromium), name one in KEEPGAINING_CHROMIUM, or log in by hand"
      )
    }
    const valueOf = (typed: Typed): Effect.Effect<string, LoginRefused> => {
      const missing = refused(`no ${typed} is stored`, `Add the account again with its ${typed}, or log in by hand`)
      if (typed === "totp") {
        return login.totpSecret === undefined ? missing : Effect.map(totpNow(login.totpSecret), Redacted.value)
      }
      const value = login.typed[typed]
      return value === undefined ? missing : Effect.succeed(Redacted.value(value))
    }
    const { chromium } = yield* Effect.promise(() => import("playwright-core"))
    const browser = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: () =>
          chromium.launch({
            executablePath,
            // Chromium refuses its own sandbox to root.
            args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
            timeout: 30_000
          }),
        catch: () => refused(`${executablePath} does not start`, "Run it by hand to see why, or name another one")
      }),
      (each) => Effect.promise(() => each.close())
    )
    const redirect: { url?: URL } = {}
    const page = yield* Effect.promise(async () => {
      const context = await browser.newContext()
      await context.route(
        (url) => url.href.startsWith(login.redirectUrl),
        (route) => {
          redirect.url = new URL(route.request().url())
          return route.abort()
        }
      )
      return await context.newPage()
    })

    const shown = (selectors: ReadonlyArray<string>): Effect.Effect<string | undefined> =>
      Effect.promise(async () => {
        for (const selector of selectors) {
          const found = page.locator(selector).first()
          const text = await found.isVisible().then((is) => is ? found.innerText() : "", () => "")
          if (text.trim() !== "") return text.trim().replaceAll(/\s+/g, " ").slice(0, 200)
        }
        return undefined
      })
    const isThere = (selectors: ReadonlyArray<string>): Effect.Effect<boolean> =>
      Effect.promise(async () => {
        for (const selector of selectors) {
          if (await page.locator(selector).count().then((count) => count > 0, () => false)) return true
        }
        return false
      })
    /** Why it does not go on. */
    const stuck = (at: string): Effect.Effect<never, LoginRefused> =>
      Effect.gen(function*() {
        if (yield* isThere(steps.captcha)) {
          return yield* refused("the page asks whether a person is there", "Log in by hand this time")
        }
        const said = yield* shown(steps.errors)
        return yield* said === undefined
          ? refused(`the page is not as expected at ${at}`, "Log in by hand, and see docs/brokers.md about login steps")
          : refused(`the page said: ${said}`, "Check what is stored of the account, or log in by hand", true)
      })

    const act = (step: LoginStep): Effect.Effect<void, LoginRefused> => {
      const trying = (run: () => Promise<unknown>, at: string): Effect.Effect<void, LoginRefused> =>
        Effect.flatMap(
          Effect.promise(() => run().then(() => true, () => false)),
          (done) => done || redirect.url !== undefined ? Effect.void : stuck(at)
        )
      switch (step.do) {
        case "fill":
          return Effect.gen(function*() {
            // Only once the field is there is the code of the moment taken.
            yield* trying(() => page.locator(step.selector).first().waitFor({ timeout }), `the field for ${step.with}`)
            const value = yield* valueOf(step.with)
            yield* trying(() => page.locator(step.selector).first().fill(value, { timeout }), step.with)
          })
        case "fill-digits":
          return Effect.gen(function*() {
            const [first = ""] = step.selectors
            yield* trying(() => page.locator(first).first().waitFor({ timeout }), `the field for ${step.with}`)
            const digits = yield* valueOf(step.with)
            for (const [i, selector] of step.selectors.entries()) {
              yield* trying(() => page.locator(selector).first().fill(digits.charAt(i), { timeout }), step.with)
            }
          })
        case "click":
          return trying(() => page.locator(step.selector).first().click({ timeout }), "a button")
        case "click-if-there":
          return Effect.promise(() =>
            page.locator(step.selector).first().click({ timeout: 1_000 }).then(() => undefined, () => undefined)
          )
        case "press":
          return trying(() => page.locator(step.selector).first().press(step.key, { timeout }), "a field")
      }
    }

    yield* Effect.flatMap(
      Effect.promise(() => page.goto(login.url, { timeout }).then(() => true, () => redirect.url !== undefined)),
      (opened) =>
        opened ? Effect.void : refused("the login page cannot be opened", "Check the network, or log in by hand")
    )
    for (const step of steps.steps) {
      if (redirect.url !== undefined) break
      yield* act(step)
    }
    for (let waited = 0; redirect.url === undefined && waited < timeout; waited += 50) yield* Effect.sleep(50)
    return redirect.url ?? (yield* stuck("its end"))
  }).pipe(Effect.scoped)
