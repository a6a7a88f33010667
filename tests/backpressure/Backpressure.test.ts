/**
 * A torrent of decisions meets parties that do not take part: clients that stall or crawl, a database that stops. Memory
 * stays bounded (the engine runs in a heap that would not hold what piles up otherwise), what is state is conflated, and
 * every event arrives in order in the end.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { answer } from "../support/commandLine.ts"
import { tokenFor, watch, type Watching } from "../support/connection.ts"
import { createDatabase, postgresServer } from "../support/databases.ts"
import { temporaryFolder } from "../support/folder.ts"
import { csvOf, marketRows } from "../support/market.ts"
import { pause } from "../support/orderByHand.ts"
import { serve, type Served, until } from "../support/served.ts"
import { metrics, uncooperativeClient, wayTo } from "../support/stalling.ts"

const folder = temporaryFolder()
const log = path.join(folder, "log")
/** A strategy that decides something at nearly every second of every stock. */
const torrent = [
  "--strategy",
  "VolumeRocket",
  "--params",
  JSON.stringify({
    interval: "1s",
    fast: 1,
    slow: 2,
    openFor: 50,
    volumeRatio: 0,
    rsiStrong: 0,
    rsiExhausted: 100,
    validFor: 3_600,
    stopAtr: 0.3,
    rewardRisk: 0.5,
    multiplier: 0.5,
    atrPeriod: 1
  })
]
/** MB of heap that the engine may have. */
const HEAP = 320
let expected: Record<string, unknown> = {}
let decisions = 0

beforeAll(async () => {
  const file = path.join(folder, "day.csv")
  fs.writeFileSync(file, csvOf(marketRows({ seed: 21, stocks: 12, seconds: 9_000 })))
  await answer(["ticks", "import", file, "--out", log, "--json"])
  const made = path.join(folder, "decisions")
  expected = await answer(["ticks", "replay", log, "--json", "--decisions", made, ...torrent])
  decisions = fs.readFileSync(made, "utf8").split("\n").length - 1
  assert.isAbove(decisions, 80_000)
})

const serveTorrent = (data: string, databaseUrl?: string): Promise<Served> =>
  serve(["--replay", log, "--speed", "max", "--data", data, "--port", "0", ...torrent], {
    DATABASE_URL: databaseUrl,
    NODE_OPTIONS: `--max-old-space-size=${HEAP}`
  })

/** Asks for a sample every little while; answers the highest that was seen. */
const highest = (served: Served, name: string) => {
  const over = new AbortController()
  let top = -Infinity
  const sampling = (async () => {
    while (!over.signal.aborted) {
      top = Math.max(top, (await metrics(served.url).catch(() => undefined))?.get(name) ?? -Infinity)
      await pause(200)
    }
    return top
  })()
  return () => {
    over.abort()
    return sampling
  }
}

const assertInOrder = (watching: Watching): void => {
  assert.strictEqual(watching.events.length, decisions)
  watching.events.forEach(({ number }, i) => assert.strictEqual(number, i + 1))
}

const finish = async (watching: Watching): Promise<void> => {
  await until(async () => (await watching.replay()).finished || undefined, "the end of the replay")
  await until(() => watching.events.length >= decisions || undefined, "all events")
  const { digest } = await watching.health()
  assert.strictEqual(digest, expected["digest"])
}

describe("clients that do not keep up", () => {
  it("cost a bounded amount of memory, and hold up nobody else", async () => {
    const data = path.join(folder, "clients")
    const token = await tokenFor(data)
    const served = await serveTorrent(data)
    const heap = highest(served, "keepgaining_heap_megabytes")
    const stalled = [
      await uncooperativeClient(served.port, token, "never acknowledges"),
      await uncooperativeClient(served.port, token, "never acknowledges"),
      await uncooperativeClient(served.port, token, "stops reading"),
      await uncooperativeClient(served.port, token, "stops reading")
    ]
    const quick = await watch(served.url, token)
    const crawling = await watch(served.url, token)
    try {
      const seen: Array<number> = []
      // Crawls through the first thousands, then takes the rest as it comes.
      const slow = Effect.runPromise(
        crawling.client.events(0).pipe(
          Stream.take(decisions),
          Stream.runForEach((event) =>
            Effect.suspend(() => {
              seen.push(event.number)
              return seen.length < 4_000 && seen.length % 10 === 0 ? Effect.sleep(5) : Effect.void
            })
          )
        )
      )
      await finish(quick)
      await slow
      assert.deepStrictEqual(seen, Array.from({ length: decisions }, (_, i) => i + 1))
      assertInOrder(quick)
      // One chunk of each subscription, and not one more.
      for (const client of stalled) assert.isAtMost(client.frames(), 5)
      assert.strictEqual((await metrics(served.url)).get("keepgaining_rpc_connections"), 6)
      const top = await heap()
      assert.isAbove(top, 0)
      assert.isBelow(top, HEAP)
      assert.isNull(served.process.exitCode, served.said())
    } finally {
      for (const client of stalled) client.close()
      await quick.close()
      await crawling.close()
      await served.kill()
    }
  })
})

describe.skipIf(postgresServer === undefined)(
  "a database that stalls (needs a server's URL in KEEPGAINING_TEST_POSTGRES)",
  () => {
    it("holds the engine up, visibly and within bounds; then everything arrives", async () => {
      const database = await createDatabase(postgresServer ?? "")
      const url = new URL(database.url)
      const way = await wayTo(url.hostname, Number(url.port))
      url.port = String(way.port)
      const data = path.join(folder, "database")
      const token = await tokenFor(data)
      const served = await serveTorrent(data, url.href)
      const watching = await watch(served.url, token)
      const heap = highest(served, "keepgaining_heap_megabytes")
      try {
        await until(() => watching.events.length > 500 || undefined, "the first events")
        way.stall()
        // What was durable before is still on its way.
        let before = 0
        while (watching.events.length > before) {
          before = watching.events.length
          await pause(1_500)
        }
        await pause(3_000)
        // Nothing is shown that is not durable, and the kernel waits instead of piling it up.
        assert.strictEqual(watching.events.length, before)
        const stalled = await metrics(served.url)
        assert.isAbove(stalled.get("keepgaining_unflushed_decisions") ?? 0, 1_000)
        assert.isBelow(stalled.get("keepgaining_unflushed_decisions") ?? Infinity, 80_000)
        assert.strictEqual(
          stalled.get("keepgaining_mailbox_depth{mailbox=\"journal\",overflow=\"block\"}") ??
            stalled.get("keepgaining_mailbox_depth{overflow=\"block\",mailbox=\"journal\"}"),
          stalled.get("keepgaining_unflushed_decisions")
        )
        assert.isFalse((await watching.replay()).finished)
        way.release()
        await finish(watching)
        assertInOrder(watching)
        assert.isBelow(await heap(), HEAP)
      } finally {
        await watching.close()
        await served.kill()
        way.close()
        await database.drop()
      }
    })
  }
)
