/** Commands about the archive and downloads while an engine owns the data directory: they are done by it. */
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { type Ended, keepgaining } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { serve } from "../support/served.ts"

const folder = temporaryFolder()

/** Of a share with derivatives, whose continuous session ends at 15:15 since 2026-08-03. */
const MINUTES = 360

const assertSays = ({ code, stderr }: Ended, expected: number, ...parts: ReadonlyArray<string>): void => {
  assert.strictEqual(code, expected, stderr)
  for (const part of parts) assert.include(stderr, part)
  assert.notInclude(stderr, "    at ")
}

it("the running engine downloads, and answers for its archive", async () => {
  const home = fs.mkdtempSync(path.join(folder, "data-"))
  const data = path.join(home, "sim")
  const served = await serve(["--profile", "sim", "--data", home, "--port", "0", "--watch", "NSE:RELIANCE,NSE:TCS"])
  const run = (...args: ReadonlyArray<string>) => keepgaining([...args, "--data", data])
  try {
    const week = ["--from", "2026-11-16", "--to", "2026-11-20"]
    const download = ["history", "download", "--account", "kite-sim", ...week]
    assertSays(await run(...download, "--symbol", "NSE:NOBODY"), 2, "does not list NSE:NOBODY")
    assertSays(await run("history", "download", ...week), 2, "--account NAME")
    // What the session watches, when nothing is named.
    const whole = await run(...download, "--json")
    assertSays(whole, 0)
    const { id } = JSON.parse(whole.stdout)
    assert.deepInclude(JSON.parse(whole.stdout), {
      source: "kite:kite-sim",
      chunks: 2,
      done: 2,
      candles: 2 * 5 * MINUTES
    })
    const shown = await run("history", "status", id, "--json")
    assert.deepInclude(JSON.parse(shown.stdout), { id, running: false, problems: [] })
    assert.include((await run("history", "cancel", id)).stdout, "was not running")

    const days = await run(...download, "--interval", "1d", "--json")
    assertSays(days, 0)
    assert.deepInclude(JSON.parse(days.stdout), { intervals: ["1d"], chunks: 2, done: 2, candles: 2 * 5 })

    const info = JSON.parse((await run("archive", "info", "--json")).stdout)
    assert.deepInclude(info, { instruments: 2, candles: 2 * 5 * MINUTES })
    assert.deepStrictEqual(info.official, { instruments: 2, days: 10, from: "2026-11-16", to: "2026-11-20" })
    const query = ["archive", "query", "NSE:RELIANCE", ...week, "--json"]
    const throughEngine = await run(...query)
    assert.lengthOf(JSON.parse(throughEngine.stdout), 5 * MINUTES)
    assert.lengthOf(JSON.parse((await run(...query, "--interval", "1d")).stdout), 5)
    assert.lengthOf(JSON.parse((await run("archive", "query", "--day", "2026-11-18", "--json")).stdout), 2 * MINUTES)
    const [gaps] = JSON.parse((await run("archive", "gaps", "NSE:RELIANCE", ...week, "--json")).stdout)
    assert.deepStrictEqual(gaps, { symbol: "NSE:RELIANCE", tradingDays: 5, missing: [], thin: [] })
    assert.include((await run("archive", "differences")).stdout, "No minute was ever replaced")
    // What needs the database itself says who has it.
    assertSays(await run("archive", "settle"), 1, "has it open")
    // Each command's token ended with it.
    assert.include((await run("tokens", "list")).stdout, "No tokens")

    const official = [...query, "--interval", "1d", "--official"]
    const officialDays = await run(...official)
    assert.deepStrictEqual(
      JSON.parse(officialDays.stdout).map(({ day, source }: Record<string, string>) => `${day} ${source}`),
      ["16", "17", "18", "19", "20"].map((day) => `2026-11-${day} kite:kite-sim`)
    )

    // An engine that was killed is not looked for.
    await served.kill()
    const direct = await run(...query)
    assertSays(direct, 0)
    assert.strictEqual(direct.stdout, throughEngine.stdout)
    assert.strictEqual((await run(...official)).stdout, officialDays.stdout)
  } finally {
    await served.kill()
  }
}, 300_000)
