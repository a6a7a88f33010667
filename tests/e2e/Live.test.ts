/// <reference lib="dom" />
/** Live orders under the hands of a person: the real server, simulated brokers behind it, a real browser before it. */
import { totpNow } from "@keepgaining/brokers/login/totp.ts"
import { simulatedCustomers } from "@keepgaining/engine/brokers/simulated.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as net from "node:net"
import type { AddressInfo } from "node:net"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { keepgaining } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { serve, type Served } from "../support/served.ts"
import { accessible, attributeIs, launch, openPage, textOf, withoutBrowser } from "./browser.ts"

/** Brokers send browsers back to an address that is fixed before the server is there. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      // A server that listens on TCP has an address of this form.
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const customerOf = (broker: string) => {
  const found = simulatedCustomers("").find((each) => each.broker === broker)
  if (found === undefined) throw new Error(`no simulated customer of ${broker}`)
  return found
}

const codeOf = async (secret: string): Promise<string> =>
  Redacted.value(await Effect.runPromise(totpNow(Redacted.make(secret))))

describe.skipIf(withoutBrowser)("live orders (skipped when KEEPGAINING_TEST_CHROMIUM names no browser)", () => {
  const data = temporaryFolder()
  const trouble: Array<string> = []
  let browser: Browser
  let server: Served
  let page: Page

  const go = (path: string) => page.goto(new URL(path, server.url).href)

  /** Fills a ticket for one RELIANCE; the rest is said by the caller. */
  const ticket = async (side: "buy" | "sell"): Promise<void> => {
    await go("/chart/NSE%3ARELIANCE")
    await page.getByTestId(side).first().click()
    await page.getByTestId("ticket-venue").getByText("Live").click()
    await textOf(page, "ticket-last", (text) => /\d/.test(text))
  }

  /** Reviews and places; a price that moved meanwhile is taken. */
  const place = async (): Promise<void> => {
    await page.getByTestId("ticket-review").click()
    await page.getByTestId("ticket-confirm").waitFor()
    for (;;) {
      await page.getByTestId("ticket-place").click()
      // Long enough for an answer, short enough that a price that was just taken has not left again.
      const isGone = await page.getByTestId("ticket").waitFor({ state: "detached", timeout: 1_000 }).then(
        () => true,
        () => false
      )
      if (isGone) return
    }
  }

  const arm = async (account: string): Promise<void> => {
    await go("/brokers")
    await page.getByTestId(`account-arm-${account}`).click()
    await page.getByTestId("arm-sheet-yes").click()
    await page.getByTestId(`armed-${account}`).waitFor()
  }

  beforeAll(async () => {
    browser = await launch()
    const port = await freePort()
    server = await serve([
      "--profile",
      "sim",
      "--data",
      data,
      "--port",
      String(port),
      "--watch",
      "NSE:RELIANCE,NSE:TCS,NSE:INFY"
    ])
    page = await openPage(browser, trouble)
    await page.goto(server.loginLink)
    await page.getByTestId("shell").waitFor()
  })

  afterAll(async () => {
    await browser.close()
    await server.stop()
  })

  it("says on every page that no account is armed, and that nothing is real", async () => {
    await attributeIs(page, "mode", "data-mode", "sim")
    await textOf(page, "armed", (text) => /No account armed/.test(text))
    await go("/brokers")
    for (const broker of ["upstox", "kite", "angel", "fyers"]) {
      await page.locator(`[data-testid=account-${broker}-sim][data-phase=live]`).waitFor()
    }
    await textOf(page, "funds-free", (text) => text === "₹40,00,000.00")
  })

  it("refuses a live order while no account is armed, and says why", async () => {
    await ticket("buy")
    await page.getByTestId("ticket-unarmed").waitFor()
    await accessible(page, "live ticket")
    await place()
    await page.getByText(/no account is armed for live orders today/).first().waitFor()
    await go("/alerts")
    await page.getByText(/armed: RELIANCE \(live\)\. no account is armed/).first().waitFor()
  })

  it("arms an account after saying what that means, and shows it everywhere", async () => {
    await go("/brokers")
    await page.getByTestId("account-arm-upstox-sim").click()
    const asked = await textOf(page, "arm-sheet", (text) => /Until midnight of/.test(text))
    assert.match(asked, /simulator: no real money.*upstox-sim, Upstox, Asha Rao.*Exits of what it holds are possible/s)
    await accessible(page, "arming")
    await page.keyboard.press("Escape")
    await page.getByTestId("arm-sheet").waitFor({ state: "detached" })
    await attributeIs(page, "armed", "data-armed", "")
    await arm("upstox-sim")
    for (const path of ["/", "/orders", "/settings"]) {
      await go(path)
      await textOf(page, "armed", (text) => /Armed, simulated: upstox-sim/.test(text))
    }
  })

  it("places a live order only when asked twice, and shows where it went and why", async () => {
    await ticket("buy")
    await page.getByTestId("ticket-lots").fill("10")
    await page.getByTestId("ticket-review").click()
    await page.getByTestId("ticket-confirm").locator("summary").click()
    // The margin is the broker's own word.
    const review = await textOf(
      page,
      "ticket-confirm",
      (text) => /charges ₹\d.*margin ₹\d.*asked of upstox for upstox-sim/s.test(text)
    )
    assert.match(review, /SIM LIVE BUY 10 RELIANCE.*market, now.*Value\s+₹.*upstox-sim, ₹10,00,000\.00 free/s)
    await accessible(page, "live review")
    await page.getByRole("button", { name: "Back" }).click()
    await place()
    await go("/orders?tab=all")
    await textOf(page, "order-status-O1", (text) => /complete/.test(text))
    await attributeIs(page, "order-venue-O1", "data-venue", "live")
    await textOf(page, "order-account-O1", (text) => text === "upstox-sim")
    await accessible(page, "live orders")
    await page.getByTestId("order-account-O1").click()
    await textOf(page, "order-why", (text) => /upstox-sim is the only account that can take the order/.test(text))
    await page.locator("[data-testid^=slice-]").getByText("complete").waitFor()
    await textOf(page, "order-timeline", (text) => /goes through upstox-sim.*complete; filled/s.test(text))
    await accessible(page, "why here")
  })

  it("cancels one that rests at the broker", async () => {
    await ticket("buy")
    await page.getByTestId("ticket-type").getByText("Limit", { exact: true }).click()
    const last = Number((await textOf(page, "ticket-last", (text) => /\d/.test(text))).replaceAll(",", ""))
    await page.getByTestId("ticket-limit").fill((Math.round(last * 0.985 * 10) / 10).toFixed(2))
    await place()
    await go("/orders")
    await textOf(page, "order-status-O2", (text) => /open/.test(text))
    await page.getByTestId("order-cancel-O2").click()
    await page.getByTestId("order-cancel-O2").waitFor({ state: "detached" })
    await go("/orders?tab=all")
    await textOf(page, "order-status-O2", (text) => /cancelled/.test(text))
  })

  it("sends without asking only where somebody said so, and asks again when told", async () => {
    await ticket("buy")
    await page.getByTestId("ticket-review").click()
    await page.getByTestId("ticket-skip").check()
    await page.getByRole("button", { name: "Back" }).click()
    await page.getByTestId("ticket-direct").waitFor()
    await textOf(page, "armed", (text) => /without asking/.test(text))
    await page.getByTestId("ticket-send").click()
    await page.getByTestId("ticket").waitFor({ state: "detached" })
    await go("/settings")
    assert.isTrue(await page.getByTestId("confirm-live").isChecked(), "real money is another matter")
    assert.isFalse(await page.getByTestId("confirm-sim").isChecked())
    await page.getByTestId("confirm-sim").check()
    await ticket("buy")
    await page.getByTestId("ticket-review").waitFor()
    await go("/orders?tab=all")
    await textOf(page, "order-status-O3", (text) => /complete/.test(text))
  })

  it("shows what the brokers hold, of one account and of all together", async () => {
    await arm("kite-sim")
    await page.getByTestId("account-disarm-upstox-sim").click()
    await page.getByTestId("armed-upstox-sim").waitFor({ state: "detached" })
    await go("/chart/NSE%3ATCS")
    await page.getByTestId("buy").first().click()
    await page.getByTestId("ticket-venue").getByText("Live").click()
    await place()
    await go("/brokers")
    await textOf(page, "broker-positions-NSE:RELIANCE intraday", (text) => text === "11")
    await textOf(page, "broker-positions-NSE:TCS intraday", (text) => text === "1")
    await textOf(page, "broker-positions", (text) => /upstox-sim 11/.test(text) && /kite-sim 1/.test(text))
    await page.getByTestId("books-scope").getByText("kite-sim").click()
    await page.getByTestId("broker-positions").getByText("RELIANCE").waitFor({ state: "detached" })
    await page.getByTestId("books-scope").getByText("All accounts").click()
    await page.getByTestId("books-tab").getByText(/Orders/).click()
    await textOf(page, "broker-orders", (text) => /upstox-sim/.test(text) && /cancelled/.test(text))
  })

  it("places a GTT order after a review, shows it as the broker lists it, saves it as CSV and cancels it", async () => {
    await go("/brokers")
    await page.getByTestId("books-tab").getByText("GTT").click()
    await textOf(page, "gtt-as-of", (text) => /As the brokers said at/.test(text))
    await page.getByTestId("gtt-new").click()
    // The armed one is offered first; another says that it is not, and how to arm it.
    await page.waitForFunction(() => {
      const offered = document.querySelector("[data-testid=gtt-account]")
      return offered instanceof HTMLSelectElement && offered.value === "kite-sim"
    })
    await page.getByTestId("gtt-account").selectOption("upstox-sim")
    await textOf(page, "gtt-blocked", (text) => /upstox-sim is not armed/.test(text))
    await page.getByTestId("gtt-arm").waitFor()
    await page.getByTestId("gtt-limit").waitFor({ state: "detached" })
    await page.getByTestId("gtt-account").selectOption("kite-sim")
    await page.getByTestId("gtt-blocked").waitFor({ state: "detached" })
    await page.getByTestId("gtt-instrument-filter").fill("infy")
    await page.getByTestId("gtt-instrument-NSE:INFY").click()
    await page.getByTestId("gtt-lots").fill("3")
    await page.getByTestId("gtt-trigger").fill("1.003")
    await page.getByTestId("gtt-review-button").click()
    await page.getByText("A price in rupees, with at most two decimals").waitFor()
    await accessible(page, "GTT form")
    const last = Number((await textOf(page, "gtt-last", (text) => /\d/.test(text))).replaceAll(",", ""))
    await page.getByTestId("gtt-trigger").fill((Math.round(last * 8) / 10).toFixed(2))
    await page.getByTestId("gtt-review-button").click()
    await textOf(page, "gtt-review", (text) => /BUY 3 INFY/.test(text) && /kite-sim places it at/.test(text))
    await accessible(page, "GTT review")
    await page.getByTestId("gtt-place").click()
    await page.getByTestId("gtt-sheet").waitFor({ state: "detached" })
    await textOf(page, "broker-gtts", (text) => /kite-sim.*INFY.*BUY.*active/s.test(text))
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("books-csv").click()])
    assert.match(download.suggestedFilename(), /^gtt-all-accounts-\d{4}-\d\d-\d\d\.csv$/)
    const saved = fs.readFileSync(await download.path(), "utf8").split("\r\n")
    assert.match(saved[1] ?? "", /^kite-sim,[^,]+,NSE:INFY,buy,3,delivery,[\d.]+,[\d.]+,,,active,/)
    await accessible(page, "GTT orders")
    await page.locator("[data-testid^=gtt-cancel-]").first().click()
    await page.getByTestId("gtt-cancel-sheet-yes").click()
    await textOf(page, "broker-gtts", (text) => /INFY.*cancelled/s.test(text))
    await page.locator("[data-testid^=gtt-cancel-]").waitFor({ state: "detached" })
  })

  it("leaves a position although its account is not armed any more", async () => {
    await go("/")
    await page.locator("[data-testid^='exit-live|']").first().click()
    await page.getByTestId("exit-send").click()
    // A page that is left takes what it was about to send with it.
    await textOf(page, "exit-sheet", (text) => /order O\d|flat/.test(text))
    await go("/orders?tab=all")
    await textOf(page, "order-status-O5", (text) => /complete/.test(text))
    await textOf(page, "order-account-O5", (text) => text === "upstox-sim")
  })

  it("refuses again once everything is disarmed", async () => {
    await go("/brokers")
    await page.getByTestId("account-disarm-kite-sim").click()
    await textOf(page, "armed", (text) => /No account armed/.test(text))
    await ticket("buy")
    await place()
    await page.getByText(/no account is armed for live orders today/).first().waitFor()
    await go("/alerts")
    await page.getByText(/kite-sim takes no live orders any more/).first().waitFor()
  })

  it("logs an account in by hand on the broker's own pages", async () => {
    await go("/brokers")
    await page.getByTestId("account-logout-upstox-sim").click()
    const [opened] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByTestId("account-login-upstox-sim").click()
    ])
    const customer = customerOf("upstox")
    await opened.locator("#mobileNum, #phone").fill(customer.mobile)
    await opened.locator("#getOtp").click()
    await opened.locator("#otpNum").fill(await codeOf(customer.totpSecret))
    await opened.locator("#continueBtn").click()
    await opened.locator("#pinCode").fill(customer.pin)
    await opened.locator("#pinContinueBtn").click()
    await opened.getByText("upstox-sim is logged in").waitFor()
    await opened.close()
    await page.locator("[data-testid=account-upstox-sim][data-phase=live]").waitFor()
    await textOf(page, "account-token-upstox-sim", (text) => /left/.test(text))
  })

  it("takes a pasted address where the browser does not find its way back", async () => {
    await go("/brokers")
    await page.getByTestId("account-logout-kite-sim").click()
    const [opened] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByTestId("account-login-kite-sim").click()
    ])
    const customer = customerOf("kite")
    await opened.locator("[name=userid]").fill(customer.userId)
    await opened.locator("#password").fill(customer.password)
    await opened.getByRole("button", { name: "Login" }).click()
    await opened.locator("#totp").fill(await codeOf(customer.totpSecret))
    // The last step is sent apart from the browser, which would find its way back.
    const last = await opened.locator("form").evaluate((form: HTMLFormElement) => ({
      action: form.action,
      fields: [...new FormData(form)].map(([name, value]) => [name, String(value)] as const)
    }))
    const answered = await fetch(last.action, {
      method: "POST",
      body: new URLSearchParams(last.fields.map(([name, value]) => [name, value])),
      redirect: "manual"
    })
    const back = answered.headers.get("location") ?? ""
    assert.include(back, "request_token=")
    await opened.close()
    await page.getByTestId("account-pasted-kite-sim").fill(back)
    await accessible(page, "login by hand")
    await page.getByTestId("account-finish-kite-sim").click()
    await page.locator("[data-testid=account-kite-sim][data-phase=live]").waitFor()
  })

  it("is armed and asked from the command line too", async () => {
    const ask = async (...args: ReadonlyArray<string>) => {
      const { code, stderr, stdout } = await keepgaining(["brokers", ...args, "--data", data, "--json"])
      assert.strictEqual(code, 0, stderr)
      return JSON.parse(stdout)
    }
    assert.include(await ask("arm", "angel"), { account: "angel-sim", armed: true, simulated: true })
    await textOf(page, "armed", (text) => /angel-sim/.test(text))
    assert.include(await ask("disarm", "angel-sim"), { armed: false })
    await textOf(page, "armed", (text) => /No account armed/.test(text))
    const positions = await ask("positions", "kite")
    assert.isTrue(positions.some((each: { symbol: string }) => each.symbol === "NSE:TCS"))
    assert.lengthOf(await ask("funds"), 4)
    const { code, stderr } = await keepgaining(["brokers", "arm", "nobody", "--data", data])
    assert.strictEqual(code, 2)
    assert.include(stderr, "angel-sim")
  })

  it("takes the order of preference and exclusions by the keyboard, and follows the command line", async () => {
    await go("/brokers")
    const valueIs = (testId: string, value: string) =>
      page.waitForFunction(([id, wanted]) => {
        const select = document.querySelector(`[data-testid="${id}"]`)
        return select instanceof HTMLSelectElement && select.value === wanted
      }, [testId, value])
    const excludedIs = (account: string, wanted: boolean) =>
      page.waitForFunction(([id, on]) => {
        const box = document.querySelector(`[data-testid="account-excluded-${id}"]`)
        return box instanceof HTMLInputElement && String(box.checked) === on
      }, [account, String(wanted)])
    await page.getByTestId("account-preference-angel-sim").press("ArrowDown")
    await valueIs("account-preference-angel-sim", "1")
    await page.getByTestId("account-preference-fyers-sim").selectOption("1st")
    await valueIs("account-preference-angel-sim", "2")
    await page.getByTestId("account-excluded-angel-sim").press("Space")
    await excludedIs("angel-sim", true)
    await textOf(page, "account-angel-sim", (text) => /No new positions here, exits only, since \d/.test(text))
    await textOf(page, "account-angel-sim", (text) => /You excluded it from new positions/.test(text))
    await accessible(page, "preference")
    await page.getByTestId("account-arm-angel-sim").click()
    await textOf(page, "arm-sheet", (text) => /You excluded it from new positions/.test(text))
    await page.keyboard.press("Escape")
    assert.strictEqual((await keepgaining(["brokers", "include", "angel", "--data", data])).code, 0)
    await excludedIs("angel-sim", false)
    assert.strictEqual((await keepgaining(["brokers", "prefer", "angel-sim", "--data", data])).code, 0)
    await valueIs("account-preference-fyers-sim", "2")
    for (const account of ["angel-sim", "fyers-sim"]) {
      await page.getByTestId(`account-preference-${account}`).selectOption("none")
      await valueIs(`account-preference-${account}`, "")
    }
  })

  it("adds an account of Upstox's sandbox, and says what it is good for", async () => {
    await go("/brokers")
    await page.getByTestId("broker-add").click()
    const sheet = page.getByTestId("add-account")
    await sheet.getByRole("button", { name: "Upstox", exact: true }).click()
    await page.getByTestId("add-account-kind").getByText("sandbox").click()
    await sheet.getByLabel("User or client id").fill("AB1234")
    await sheet.getByLabel("API key").fill("key")
    await sheet.getByLabel("Sandbox token").fill("token")
    await accessible(page, "a sandbox account")
    await page.getByTestId("add-account-send").click()
    await page.getByTestId("account-sandbox-upstox-sandbox").waitFor()
    await textOf(page, "account-upstox-sandbox", (text) => /reach no exchange/.test(text))
    assert.strictEqual(await page.getByTestId("account-arm-upstox-sandbox").count(), 0)
    await page.getByTestId("account-remove-upstox-sandbox").click()
    await page.getByTestId("remove-sheet-yes").click()
    await page.getByTestId("account-upstox-sandbox").waitFor({ state: "detached" })
  })

  it("is accessible, in the dark and in the light, and had no trouble", async () => {
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme })
      for (const path of ["/brokers", "/orders?tab=all", "/alerts", "/settings"]) {
        await go(path)
        await textOf(page, "clock", (text) => /\d/.test(text))
        await accessible(page, `${path} ${colorScheme}`)
      }
    }
    assert.deepStrictEqual(trouble, [])
  })
})
