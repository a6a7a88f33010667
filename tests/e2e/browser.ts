/// <reference lib="dom" />
/** A real Chromium, when there is one: `KEEPGAINING_TEST_CHROMIUM` names it, and `bun run test` sees to that. */
import * as fs from "node:fs"
import { createRequire } from "node:module"
import { type Browser, chromium, type Page } from "playwright-core"
import { assert } from "vitest"

export const executable = process.env["KEEPGAINING_TEST_CHROMIUM"]
export const withoutBrowser = executable === undefined || !fs.existsSync(executable)

/** How long a page is waited for, ms: it ends what hangs, and says nothing of what is slow. */
const PATIENCE = 120_000
const LOOKS_A_SECOND = 20

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: executable ?? "", args: ["--no-sandbox", "--disable-gpu"] })

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string }>
}

/** Fails with every violation that axe-core finds on the page. */
export const accessible = async (page: Page, what: string): Promise<void> => {
  await page.evaluate(axe)
  const found = await page.evaluate<ReadonlyArray<Violation>>(
    "axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)"
  )
  // It may have held up the page for so long that the connection counts as stalled for a moment.
  await page.waitForFunction(() => {
    const link = document.querySelector("[data-testid=link]")
    return link === null || link.getAttribute("data-state") === "live"
  })
  assert.deepStrictEqual(found.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0]?.html.slice(0, 200)}`), [])
}

/** A page that fails the test when it throws, logs an error, or asks any other host for anything. */
export const openPage = async (browser: Browser, trouble: Array<string>): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } })
  page.setDefaultTimeout(PATIENCE)
  page.on("pageerror", (error) => trouble.push(`threw ${error.message}`))
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol !== "data:" && protocol !== "blob:" && hostname !== "localhost") trouble.push(`asked ${request.url()}`)
  })
  return page
}

/** Waits until the text of an element satisfies the test. */
export const textOf = async (page: Page, testId: string, is: (text: string) => boolean): Promise<string> => {
  const element = page.getByTestId(testId).first()
  await element.waitFor()
  for (let tries = 0; tries < PATIENCE / 1_000 * LOOKS_A_SECOND; tries++) {
    const text = await element.innerText().catch(() => "")
    if (is(text)) return text
    await page.waitForTimeout(1_000 / LOOKS_A_SECOND)
  }
  throw new Error(`${testId} says ${JSON.stringify(await element.innerText())} and does not change`)
}

/** Waits until an attribute of an element has the value: what comes over the connection comes after the page. */
export const attributeIs = async (page: Page, testId: string, name: string, value: string): Promise<void> => {
  const element = page.getByTestId(testId).first()
  for (let tries = 0; tries < PATIENCE / 1_000 * LOOKS_A_SECOND; tries++) {
    if (await element.getAttribute(name) === value) return
    await page.waitForTimeout(1_000 / LOOKS_A_SECOND)
  }
  assert.strictEqual(await element.getAttribute(name), value, `${name} of ${testId}`)
}
