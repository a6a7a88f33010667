/** One log and one set of parameters lead to one digest, through whichever door the engine is asked. */
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { answer } from "../support/commandLine.ts"
import { tokenFor, watch } from "../support/connection.ts"
import { temporaryFolder } from "../support/folder.ts"
import { csvOf, marketRows, shuffledWithinInstants } from "../support/market.ts"
import { eagerStrategy } from "../support/orderByHand.ts"
import { serve, until } from "../support/served.ts"

const folder = temporaryFolder()
const log = path.join(folder, "log")
const rows = marketRows({ seed: 11, stocks: 9, seconds: 9_000 })
const replayed = (...flags: ReadonlyArray<string>) =>
  answer(["ticks", "replay", log, "--json", ...eagerStrategy, ...flags])
let expected: Record<string, unknown> = {}

const importRows = async (name: string, imported: ReadonlyArray<string>): Promise<string> => {
  const file = path.join(folder, `${name}.csv`)
  fs.writeFileSync(file, csvOf(imported))
  const out = path.join(folder, name)
  await answer(["ticks", "import", file, "--out", out, "--json"])
  return out
}

beforeAll(async () => {
  await importRows("log", rows)
  expected = await replayed()
})

/** What does not depend on how long it took. */
const without = (report: Record<string, unknown>): Record<string, unknown> => ({ ...report, seconds: undefined })

describe("a replay", () => {
  it("trades in this market", () => {
    assert.isAbove(Number(expected["fills"]), 50)
    assert.match(String(expected["digest"]), /^[0-9a-f]{16}$/)
  })

  it("gives the same once more, and in 1, 2 or 7 partitions", async () => {
    for (const flags of [[], ["--partitions", "1"], ["--partitions", "2"], ["--partitions", "7"]]) {
      assert.deepStrictEqual(without(await replayed(...flags)), without(expected))
    }
  })

  it("gives something else with other parameters", async () => {
    const parameters = await answer(["ticks", "replay", log, "--json", "--strategy", "VolumeRocket"])
    assert.notStrictEqual(parameters["digest"], expected["digest"])
  })

  it("gives the same from a file whose rows of equal times stand in another order", async () => {
    for (const seed of [1, 2]) {
      const shuffled = shuffledWithinInstants(rows, seed)
      assert.notDeepEqual(shuffled, rows)
      const other = await importRows(`shuffled-${seed}`, shuffled)
      assert.deepStrictEqual(
        without(await answer(["ticks", "replay", other, "--json", ...eagerStrategy])),
        without(expected)
      )
    }
  })

  it.each(["max", "3000"])("gives the same when it is served at speed %s", async (speed) => {
    const data = path.join(folder, `data-${speed}`)
    const token = await tokenFor(data)
    const served = await serve(["--replay", log, "--speed", speed, "--data", data, "--port", "0", ...eagerStrategy])
    const watching = await watch(served.url, token)
    try {
      await until(async () => (await watching.replay()).finished || undefined, "the end of the replay")
      const health = await watching.health()
      assert.strictEqual(health.digest, expected["digest"])
      assert.strictEqual(health.ticks, expected["ticks"])
      await until(() => watching.events.at(-1)?.number === watching.events.length || undefined, "the events")
    } finally {
      await watching.close()
      await served.kill()
    }
  })
})
