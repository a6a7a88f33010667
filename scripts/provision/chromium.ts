import { existsSync } from "node:fs"
import { join } from "node:path"
import { capture, firstExisting, node, root, run, say, SetupFailed } from "./command.ts"
import { installPackages } from "./debian.ts"

const usual = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium"
]

/** Where Playwright keeps, or would keep, the browser that it downloads itself. */
const playwrightsOwn = (): string | undefined => {
  const script = `process.stdout.write(require("playwright-core").chromium.executablePath())`
  const answer = capture(node, ["--eval", script])
  return answer.ok && existsSync(answer.output) ? answer.output : undefined
}

/** Path of a Chromium to drive in tests: given, found, installed from Debian, or downloaded by Playwright. */
export const ensureChromium = async (): Promise<string> => {
  const given = process.env["KEEPGAINING_TEST_CHROMIUM"] ?? process.env["PLAYWRIGHT_CHROMIUM"]
  if (given !== undefined && given !== "") {
    if (existsSync(given)) return given
    throw new SetupFailed(`There is no browser at ${given} (from KEEPGAINING_TEST_CHROMIUM or PLAYWRIGHT_CHROMIUM).`)
  }
  const found = firstExisting(usual) ?? playwrightsOwn()
  if (found !== undefined) return found
  if (installPackages(["chromium"])) {
    const installed = firstExisting(usual)
    if (installed !== undefined) return installed
  }
  say("downloading Chromium with Playwright")
  await run(node, [join(root, "node_modules", "playwright-core", "cli.js"), "install", "chromium"])
  const downloaded = playwrightsOwn()
  if (downloaded !== undefined) return downloaded
  throw new SetupFailed(
    "The browser tests need Chromium and none could be found, installed or downloaded. Install one (Debian: `apt-get " +
      "install chromium`) or point PLAYWRIGHT_CHROMIUM to its binary; `--without-chromium` skips these tests."
  )
}
