/// <reference lib="dom" />
/** The terminal in a real browser, against the real server in a process of its own. */
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { temporaryFolder } from "../support/folder.ts"
import { serve, type Served } from "../support/served.ts"
import { accessible, attributeIs, launch, openPage, textOf, withoutBrowser } from "./browser.ts"

/** In view without scrolling. */
const FIRST = "quote-NSE:ADANIENT-last"

describe.skipIf(withoutBrowser)("the terminal (skipped when KEEPGAINING_TEST_CHROMIUM names no browser)", () => {
  const data = temporaryFolder()
  const trouble: Array<string> = []
  let browser: Browser
  let server: Served
  let page: Page
  let ownerKey = ""

  const start = (port = 0) => serve(["--data", data, "--port", String(port), "--pace", "20", "--head-start", "20"])
  const go = (path: string) => page.goto(new URL(path, server.url).href)

  beforeAll(async () => {
    browser = await launch()
    server = await start()
    ownerKey = server.ownerKey
    page = await openPage(browser, trouble)
  })

  afterAll(async () => {
    await browser.close()
    await server.stop()
  })

  it("lets nobody in without a login, and the owner with the link", async () => {
    await go("/orders")
    await page.getByTestId("login").waitFor()
    await accessible(page, "login")
    await page.getByTestId("login-key").fill("kg-owner-wrong")
    await page.getByTestId("login-submit").click()
    await page.getByTestId("login").getByRole("alert").waitFor()
    await page.goto(server.loginLink)
    await page.getByTestId("shell").waitFor()
    // The link is good once.
    const other = await (await browser.newContext()).newPage()
    await other.goto(server.loginLink)
    await other.getByText("This login link was used already").waitFor()
    await other.goto(server.url)
    await other.getByTestId("login-key").fill(ownerKey)
    await other.getByTestId("login-submit").click()
    await other.getByTestId("shell").waitFor()
    await other.context().close()
  })

  it("shows a market that moves, and that it is not a real one", async () => {
    await go("/")
    const before = await textOf(page, FIRST, (text) => /\d/.test(text))
    await attributeIs(page, "mode", "data-mode", "demo")
    await textOf(page, FIRST, (text) => text !== before)
    await textOf(page, "tick-rate", (text) => /[1-9]/.test(text))
  })

  it("draws candles", async () => {
    await go("/chart/NSE%3ARELIANCE")
    await page.getByTestId("chart-canvas").waitFor()
    await page.waitForFunction(() => {
      const count = document.querySelector("[data-testid=chart-canvas]")?.getAttribute("data-candles")
      return Number(count) >= 20
    })
    await page.getByTestId("chart-table").click()
    await accessible(page, "chart")
  })

  it("places an order that fills into a position", async () => {
    await page.getByTestId("buy").first().click()
    await page.getByTestId("ticket").waitFor()
    await page.getByTestId("ticket-lots").fill("7")
    await accessible(page, "ticket")
    await page.getByTestId("ticket-review").click()
    await page.getByTestId("ticket-confirm").waitFor()
    for (;;) {
      await page.getByTestId("ticket-place").click()
      // The price may have moved too far since the review: one press takes the new one, the next places.
      if (
        await page.getByTestId("ticket").waitFor({ state: "detached", timeout: 3_000 }).then(() => true, () => false)
      ) break
    }
    await go("/orders")
    await page.getByRole("button", { name: /^All/ }).click()
    await textOf(page, "order-status-O1", (text) => /complete/i.test(text))
    await accessible(page, "orders")
    await go("/")
    await page.getByTestId("positions").getByText("RELIANCE").first().waitFor()
    await textOf(page, "day-pnl-value", (text) => /[1-9]/.test(text))
    await accessible(page, "home")
  })

  it("starts a strategy, pauses it and lets it go on", async () => {
    await go("/strategies")
    await page.getByTestId("deploy").first().click()
    await page.getByTestId("deploy-sheet").waitFor()
    await page.getByTestId("deploy-id").fill("rocket")
    await page.getByTestId("deploy-filter").fill("INFY")
    await page.getByTestId("deploy-symbol-NSE:INFY").click()
    await accessible(page, "deploy")
    await page.getByTestId("deploy-start").click()
    await textOf(page, "deployment-state-rocket", (text) => /running|warming/i.test(text))
    await page.getByTestId("deployment-pause-rocket").click()
    await textOf(page, "deployment-state-rocket", (text) => /paused/i.test(text))
    await page.getByTestId("deployment-pause-rocket").click()
    await textOf(page, "deployment-state-rocket", (text) => /running|warming/i.test(text))
    await accessible(page, "strategies")
  })

  it("estimates what an order costs and binds before it is sent", async () => {
    await go("/chart/NSE%3ARELIANCE")
    await page.getByTestId("buy").first().click()
    await page.getByTestId("ticket-lots").fill("10")
    await textOf(page, "ticket-estimate", (text) => /charges ₹\d.*margin ₹\d/.test(text))
    await page.getByTestId("ticket-estimate").locator("summary").click()
    await textOf(page, "ticket-estimate", (text) => /Stamp duty/.test(text) && /20 % of the value/.test(text))
    await accessible(page, "estimate")
    await page.keyboard.press("Escape")
  })

  it("draws the exchange's days", async () => {
    await go("/calendar")
    await page.getByTestId("month-2026-11").waitFor()
    await page.getByTestId("month-2026-11").click()
    await textOf(page, "calendar-month", (text) => /Nov 2026, 20 trading days/.test(text))
    await page.locator("[data-date='2026-11-23']").click()
    await textOf(page, "calendar-expiries", (text) => /NIFTY monthly, NSE, moved from 24 Nov 2026/.test(text))
    await page.keyboard.press("ArrowRight")
    await textOf(page, "calendar-day", (text) => /Gurunanak Jayanti/.test(text))
    await accessible(page, "calendar")
    await page.getByLabel("Year after").click()
    await textOf(page, "calendar-refused", (text) => /not covered/.test(text))
  })

  it("says how to get an instrument master where there is none", async () => {
    await page.keyboard.press("Control+k")
    await page.getByTestId("palette-input").fill("nifty 25000 ce")
    await textOf(page, "palette-no-master", (text) => /instruments sync/.test(text))
    await page.keyboard.press("Escape")
  })

  it("shows the actors", async () => {
    await go("/actors")
    await page.getByTestId("actors").getByText("kernel").first().waitFor()
    await page.getByTestId("actors").getByText("partition-0").first().waitFor()
    await accessible(page, "actors")
  })

  it("finds its way back after the server was killed, with everything where it was", async () => {
    await go("/orders")
    await page.getByRole("button", { name: /^All/ }).click()
    await page.getByTestId("order-status-O1").waitFor()
    await server.kill()
    await page.waitForFunction(() =>
      document.querySelector("[data-testid=link]")?.getAttribute("data-state") !== "live"
    )
    server = await start(server.port)
    await page.waitForFunction(() =>
      document.querySelector("[data-testid=link]")?.getAttribute("data-state") === "live"
    )
    await textOf(page, "order-status-O1", (text) => /complete/i.test(text))
    await go("/")
    await page.getByTestId("positions").getByText("RELIANCE").first().waitFor()
    const before = await textOf(page, FIRST, (text) => /\d/.test(text))
    await textOf(page, FIRST, (text) => text !== before)
    await go("/strategies")
    await textOf(page, "deployment-state-rocket", (text) => /running|warming/i.test(text))
  })

  it("flattens everything with the kill switch, and allows entries again", async () => {
    await go("/")
    await page.getByTestId("kill").click()
    await page.getByTestId("kill-sheet").waitFor()
    await accessible(page, "kill switch")
    await page.getByTestId("kill-flatten").click()
    await textOf(page, "kill-state", (text) => /flatten/i.test(text))
    await textOf(page, "kill-positions", (text) => text.trim() === "0")
    await page.getByTestId("kill-resume").click()
    await page.keyboard.press("Escape")
    await go("/strategies")
    await textOf(page, "deployment-state-rocket", (text) => /stopped/i.test(text))
  })

  it("can be worked with the keyboard alone", async () => {
    await go("/")
    await textOf(page, FIRST, (text) => /\d/.test(text))
    await page.keyboard.press("Control+k")
    await page.getByTestId("palette-input").fill("tcs")
    await page.keyboard.press("Enter")
    await page.waitForURL(/chart/)
    await page.keyboard.press("Control+Shift+X")
    await page.getByTestId("kill-sheet").waitFor()
    await page.keyboard.press("Escape")
    await page.getByTestId("kill-sheet").waitFor({ state: "detached" })
  })

  it("is accessible on every page, in the dark and in the light", async () => {
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme })
      for (
        const path of [
          "/",
          "/market",
          "/chart/NSE%3ATCS",
          "/orders",
          "/calendar",
          "/strategies",
          "/actors",
          "/alerts",
          "/settings"
        ]
      ) {
        await go(path)
        await page.getByTestId("shell").waitFor()
        await textOf(page, "clock", (text) => /\d/.test(text))
        await accessible(page, `${path} ${colorScheme}`)
      }
    }
  })

  it("threw nothing and asked no other host for anything", () => {
    assert.deepStrictEqual(trouble, [])
  })
})
