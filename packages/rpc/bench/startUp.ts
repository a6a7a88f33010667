/** From starting the program to the first live price on the screen of a real browser. */
import { chromium } from "playwright-core"
import type { Figure } from "../../engine/bench/Figure.ts"
import { startServer } from "./server.ts"

export const startUp = async (executablePath: string): Promise<Figure> => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
  try {
    const blank = await browser.newPage()
    const blankStarted = performance.now()
    await blank.goto("data:text/html,<p>1</p>")
    await blank.getByText("1").waitFor()
    const yardstick = performance.now() - blankStarted
    const started = performance.now()
    await using server = await startServer([])
    const page = await browser.newPage()
    await page.goto(server.loginLink)
    await page.getByTestId("quote-NSE:ADANIENT-last").filter({ hasText: /\d/ }).first().waitFor()
    const millis = performance.now() - started
    return {
      what: "Start of a new demo to the first price on screen",
      measured: `${(millis / 1_000).toFixed(2)} s (server ready after ${(server.startMillis / 1_000).toFixed(2)} s)`,
      yardstick: `a blank page: ${(yardstick / 1_000).toFixed(2)} s`,
      ratio: (millis / yardstick).toFixed(1),
      goal: "",
      met: undefined
    }
  } finally {
    await browser.close()
  }
}
