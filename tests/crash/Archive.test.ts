/**
 * The engine is killed (SIGKILL) while it records a simulated broker's feed, and goes on over the close of the day. The archive
 * has every minute that the recorded ticks make, as they make it; where the official candle took its place, ours is kept beside.
 */
import * as Random from "@keepgaining/core/random/Random.ts"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { keepgaining } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { seed } from "../support/killing.ts"
import { pause } from "../support/orderByHand.ts"
import { serve, type Served, until } from "../support/served.ts"

const folder = temporaryFolder()
const symbols = ["NSE:RELIANCE", "NSE:TCS", "NSE:NIFTY 50"]

/** Sum of a counter's series, 0 while there is none. */
const counter = async ({ url }: Served, name: string): Promise<number> => {
  const page = await (await fetch(`${url}/metrics`)).text()
  return page.split("\n").filter((line) => line.startsWith(name)).reduce(
    (sum, line) => sum + Number(line.split(" ").at(-1)),
    0
  )
}

interface Row {
  readonly symbol: string
  readonly time: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

const textOf = ({ close, high, low, open, volume }: Row): string =>
  [open, high, low, close].map((price) => price.toFixed(2)).join(" ") + ` × ${volume}`

const keyOf = ({ symbol, time }: Pick<Row, "symbol" | "time">): string => `${symbol} ${time.slice(0, 16)}`

const succeeded = async (args: ReadonlyArray<string>): Promise<string> => {
  const { code, stderr, stdout } = await keepgaining(args)
  assert.strictEqual(code, 0, stderr)
  return stdout
}

const stored = async (data: string): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>()
  for (const symbol of symbols) {
    const rows: ReadonlyArray<Row> = JSON.parse(await succeeded(["archive", "query", symbol, "--json", "--data", data]))
    for (const row of rows) found.set(keyOf(row), textOf(row))
  }
  return found
}

/** Closed minutes out of the recorded ticks. */
const built = async (data: string): Promise<ReadonlyMap<string, string>> => {
  const log = path.join(data, "sessions", "sim", "ticks")
  const [head = "", ...lines] = (await succeeded(["candles", "build", log, "--interval", "1m"])).trim().split("\n")
  const columns = head.split(",")
  return new Map(lines.map((line) => {
    const values = line.split(",")
    const of = (name: string): string => values[columns.indexOf(name)] ?? ""
    const [open, high, low, close, volume] = ["open", "high", "low", "close", "volume"].map((name) => Number(of(name)))
    const row = { symbol: of("symbol"), time: of("time"), open, high, low, close, volume } as Row
    return [keyOf(row), textOf(row)] as const
  }))
}

it("the archive holds what the recorded ticks make, through kills and over the close", async () => {
  const home = fs.mkdtempSync(path.join(folder, "data-"))
  const data = path.join(home, "sim")
  const random = Random.fromSeed(seed)
  const args = ["--profile", "sim", "--data", home, "--watch", symbols.join(","), "--at", "14:50", "--port", "0"]
  const begin = (pace: number) => serve([...args, "--pace", String(pace)])
  // Slow enough that all restarts, also on a busy machine, lie before the close; the way over it is hurried. Each life writes its
  // newest minute once more, and at least one of its own.
  let served = await begin(4)
  try {
    for (let kill = 0; kill < 3; kill++) {
      const engine = served
      await until(
        async () => await counter(engine, "keepgaining_candles_recorded_total") > symbols.length || undefined,
        "candles",
        120
      )
      await pause(500 + Random.integer(random, 6_000))
      await served.kill()
      served = await begin(4)
    }
    const engine = served
    await until(
      async () => await counter(engine, "keepgaining_candles_recorded_total") > symbols.length || undefined,
      "candles",
      120
    )
    assert.strictEqual(await served.stop(), 130, served.said())

    const before = await stored(data)
    const ticks = await built(data)
    assert.isAtLeast(before.size, 6)
    for (const [minute, candle] of before) assert.strictEqual(candle, ticks.get(minute), minute)
    // The newest minute may have closed just before the end.
    const newest = [...ticks.keys()].map((minute) => minute.slice(-16)).sort().at(-1)
    for (const minute of ticks.keys()) if (minute.slice(-16) !== newest) assert.isTrue(before.has(minute), minute)

    served = await begin(20)
    const last = served
    await until(async () => last.said().includes("Official candles of") || undefined, "the official candles", 240)
      .catch((error: unknown) => assert.fail(`${String(error)}: ${last.said()}`))
    assert.strictEqual(await served.stop(), 130, served.said())
    const official = await stored(data)
    const differences: ReadonlyArray<{ readonly symbol: string; readonly time: string; readonly was: Row }> = JSON
      .parse(
        await succeeded(["archive", "differences", "--limit", "10000", "--json", "--data", data])
      )
    const was = new Map(differences.map((each) => [keyOf(each), textOf(each.was)]))
    // Kept where another candle took its place, else there still.
    for (const [minute, candle] of await built(data)) {
      assert.strictEqual(was.get(minute) ?? official.get(minute), candle, minute)
    }
    // And the part of the day when nobody recorded is there too.
    assert.isTrue(official.has(`NSE:RELIANCE ${[...official.keys()].at(0)?.slice(-16, -5)}09:15`))
  } finally {
    await served.kill()
  }
}, 600_000)
