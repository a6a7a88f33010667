/**
 * The engine is killed (SIGKILL) again and again while it trades on paper on a live feed. What its session recorded, ticks
 * and commands, leads to exactly what it did: nothing that anybody saw was lost, nothing was done twice.
 */
import * as Random from "@keepgaining/core/random/Random.ts"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { assertOnce, assertUndisturbed, shown } from "../support/comparison.ts"
import { tokenFor, watch } from "../support/connection.ts"
import { onEachDatabase } from "../support/databases.ts"
import { temporaryFolder } from "../support/folder.ts"
import { killAndRestart, kills, seed } from "../support/killing.ts"
import { eagerStrategy, orderByHand, pause } from "../support/orderByHand.ts"
import { journalOf, sessionFolder, undisturbed } from "../support/recorded.ts"
import { serve, until } from "../support/served.ts"

const folder = temporaryFolder()

onEachDatabase("a paper session that is killed", (create) => {
  it(`has done what its recording leads to, after ${kills} kills`, async () => {
    const database = await create()
    const data = fs.mkdtempSync(path.join(folder, "data-"))
    const token = await tokenFor(data)
    const market = ["--profile", "paper", "--data", data, "--head-start", "30", "--seed", String(seed)]
    const args = [...market, ...eagerStrategy, "--pace", String(480 / kills)]
    const env = { DATABASE_URL: database.url }
    let served = await serve([...args, "--port", "0"], env)
    const port = ["--port", String(served.port)]
    const watching = await watch(served.url, token)
    const byHand = orderByHand(watching, [10, 11, 12, 13, 14, 15], seed)
    try {
      served = await killAndRestart(served, [...args, ...port], env, Random.fromSeed(seed + 1))
      await until(() => byHand.given() > 20 || undefined, "twenty orders")
      const orders = await byHand.stop()
      await served.kill()
      // A market that stands still can be compared.
      served = await serve([...market, ...port, "--pace", "0"], env)
      let before = ""
      const health = await until(async () => {
        await pause(1_100)
        const seen = await watching.health()
        const isStill = seen.digest === before && seen.unflushed === 0
        before = seen.digest
        return isStill ? seen : undefined
      }, "a market that stands still")
      const seen = await shown(watching, health.digest)
      await watching.close()
      assert.strictEqual(await served.stop(), 130, served.said())

      const journalled = await journalOf(data, database.url)
      const clean = await undisturbed(path.join(sessionFolder(data), "ticks"), journalled)
      assertUndisturbed({ shown: seen, journalled, events: watching.events }, clean)
      assertOnce(journalled, orders)
    } finally {
      await served.kill()
      await watching.close()
      await database.drop()
    }
  }, 240_000)
})
