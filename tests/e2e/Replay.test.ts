/// <reference lib="dom" />
/** A recorded day under the hands of a person: play, pause, step, speed, scrub forwards and back. */
import * as path from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { answer } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { serve, type Served } from "../support/served.ts"
import { accessible, attributeIs, launch, openPage, textOf, withoutBrowser } from "./browser.ts"

/** India has no summer time. */
const IST_OFFSET = 5.5 * 3_600_000

describe.skipIf(withoutBrowser)("a replay (skipped when KEEPGAINING_TEST_CHROMIUM names no browser)", () => {
  const folder = temporaryFolder()
  const log = path.join(folder, "recorded")
  const trouble: Array<string> = []
  let browser: Browser
  let server: Served
  let page: Page

  /** Shown time, seconds since midnight. */
  const shown = async (): Promise<number> => {
    const text = await textOf(page, "replay-time", (value) => /\d\d:\d\d:\d\d/.test(value))
    const [hours, minutes, seconds] = (/(\d\d):(\d\d):(\d\d)/.exec(text) ?? []).slice(1).map(Number)
    return (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0)
  }

  const settled = async (is: (seconds: number) => boolean): Promise<number> => {
    for (let tries = 0; tries < 400; tries++) {
      const now = await shown()
      if (is(now)) return now
      await page.waitForTimeout(50)
    }
    throw new Error(`the replay stays at ${await shown()}`)
  }

  /** Drags the scrubber to that share of the recording, and waits until the replay stands there. */
  const scrub = async (share: number): Promise<void> => {
    const to = await page.getByTestId("replay-scrub").evaluate((element, part) => {
      // The element is the range input that the test id names.
      const input = element as HTMLInputElement
      input.value = String(Number(input.min) + (Number(input.max) - Number(input.min)) * part)
      input.dispatchEvent(new Event("input", { bubbles: true }))
      input.dispatchEvent(new Event("change", { bubbles: true }))
      return Number(input.value)
    }, share)
    // The time shown is the slider's own until the replay has arrived.
    await page.locator("[data-testid=replay-scrub][aria-busy=false]").waitFor()
    const secondOfDay = Math.floor((to + IST_OFFSET) / 1_000) % 86_400
    await settled((now) => Math.abs(now - secondOfDay) <= 1)
  }

  beforeAll(async () => {
    await answer(["ticks", "record", log, "--pace", "300", "--duration", "4", "--json"])
    browser = await launch()
    server = await serve(["--data", path.join(folder, "data"), "--port", "0", "--replay", log, "--paused"])
    page = await openPage(browser, trouble)
    await page.goto(server.loginLink)
    await page.getByTestId("replay-bar").waitFor()
  })

  afterAll(async () => {
    await browser.close()
    await server.stop()
  })

  it("waits until somebody plays it, and says what it is", async () => {
    await attributeIs(page, "mode", "data-mode", "replay")
    const before = await shown()
    await page.waitForTimeout(500)
    assert.strictEqual(await shown(), before)
    await accessible(page, "replay")
  })

  it("plays, and pauses where it is", async () => {
    const before = await shown()
    await page.getByTestId("replay-speed-10").click()
    await page.getByTestId("replay-play").click()
    await settled((now) => now > before + 5)
    await page.getByTestId("replay-play").click()
    await page.getByTestId("replay-play").getByText("Play").waitFor()
    const paused = await shown()
    await page.waitForTimeout(500)
    assert.isAtMost(await shown() - paused, 1)
  })

  it("steps", async () => {
    const before = await shown()
    const step = page.locator("[data-testid^=replay-step-]").first()
    const millis = Number((await step.getAttribute("data-testid"))?.replace("replay-step-", ""))
    await step.click()
    await settled((now) => Math.abs(now - before - millis / 1_000) <= 1)
  })

  it("goes forward and back by the scrubber, keeping what was done before", async () => {
    await page.goto(new URL("/strategies", server.url).href)
    await page.getByTestId("deploy").first().click()
    await page.getByTestId("deploy-id").fill("early")
    await page.getByTestId("deploy-filter").fill("TCS")
    await page.getByTestId("deploy-symbol-NSE:TCS").click()
    await page.getByTestId("deploy-start").click()
    await textOf(page, "deployment-state-early", (text) => /running|warming/i.test(text))
    await scrub(0.8)
    const session = await page.getByTestId("shell").getAttribute("data-session")
    await scrub(0.5)
    await page.waitForFunction(
      (old) => document.querySelector("[data-testid=shell]")?.getAttribute("data-session") !== old,
      session
    )
    await textOf(page, "deployment-state-early", (text) => /running|warming/i.test(text))
    await scrub(0)
    await page.waitForFunction(() => document.querySelector("[data-testid=deployment-state-early]") === null)
  })

  it("runs to its end", async () => {
    await page.getByTestId("replay-speed-0").click()
    await page.getByTestId("replay-play").click()
    await page.waitForFunction(() =>
      document.querySelector("[data-testid=feed]")?.getAttribute("data-feed") === "finished"
    )
    assert.deepStrictEqual(trouble, [])
  })
})
