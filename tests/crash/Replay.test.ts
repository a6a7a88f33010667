/**
 * The engine is killed (SIGKILL) again and again while it replays a day, trades a strategy and takes orders by hand; in the
 * end everything is as if nobody had touched it. `KEEPGAINING_TEST_KILLS` asks for more kills than the usual eight.
 */
import * as Random from "@keepgaining/core/random/Random.ts"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, beforeAll, it } from "vitest"
import { answer } from "../support/commandLine.ts"
import { assertOnce, assertUndisturbed, shown } from "../support/comparison.ts"
import { tokenFor, watch } from "../support/connection.ts"
import { onEachDatabase } from "../support/databases.ts"
import { temporaryFolder } from "../support/folder.ts"
import { killAndRestart, kills, seed } from "../support/killing.ts"
import { csvOf, marketRows } from "../support/market.ts"
import { eagerStrategy, orderByHand } from "../support/orderByHand.ts"
import { journalOf, undisturbed } from "../support/recorded.ts"
import { serve, until } from "../support/served.ts"

const folder = temporaryFolder()
const log = path.join(folder, "log")
const stocks = 10

beforeAll(async () => {
  const file = path.join(folder, "day.csv")
  fs.writeFileSync(file, csvOf(marketRows({ seed, stocks, seconds: 22_500, activity: 0.3 })))
  await answer(["ticks", "import", file, "--out", log, "--json"])
})

onEachDatabase("a replay that is killed", (create) => {
  it(`ends like one that was not, after ${kills} kills`, async () => {
    const database = await create()
    const data = fs.mkdtempSync(path.join(folder, "data-"))
    const token = await tokenFor(data)
    // So that the day is not over before the last kill.
    const args = ["--replay", log, "--speed", String(12_000 / kills), "--data", data, ...eagerStrategy]
    const env = { DATABASE_URL: database.url }
    let served = await serve([...args, "--port", "0"], env)
    const watching = await watch(served.url, token)
    const byHand = orderByHand(watching, Array.from({ length: stocks }, (_, i) => i), seed)
    try {
      served = await killAndRestart(served, [...args, "--port", String(served.port)], env, Random.fromSeed(seed))
      await until(() => byHand.given() > 20 || undefined, "twenty orders")
      const orders = await byHand.stop()
      assert.isFalse((await watching.replay()).finished)
      await watching.control({ _tag: "Speed", speed: 0 })
      await until(async () => (await watching.replay()).finished || undefined, "the end of the replay")
      const health = await until(async () => {
        const seen = await watching.health()
        return seen.unflushed === 0 ? seen : undefined
      }, "a durable end")
      const seen = await shown(watching, health.digest)
      await watching.close()
      assert.strictEqual(await served.stop(), 130, served.said())

      const journalled = await journalOf(data, database.url)
      const { events } = watching
      assert.isAbove(events.length, journalled.decisions.length / 2)
      assertUndisturbed({ shown: seen, journalled, events }, await undisturbed(log, journalled))
      assertOnce(journalled, orders)
    } finally {
      await served.kill()
      await watching.close()
      await database.drop()
    }
  }, 240_000)
})
