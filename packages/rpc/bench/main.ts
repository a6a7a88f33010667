/**
 * `bun run bench`: everything that is claimed about speed, as ratios against yardsticks of the same run. Figures of
 * different runs or machines are not to be compared; the ratios are.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import { candles } from "../../engine/bench/candles.ts"
import type { Figure } from "../../engine/bench/Figure.ts"
import { fullPath } from "../../engine/bench/fullPath.ts"
import { generate } from "../../engine/bench/market.ts"
import { memory } from "../../engine/bench/memory.ts"
import { orderLatency } from "../../engine/bench/orderLatency.ts"
import { replayDay } from "../../engine/bench/replayDay.ts"
import { startUp } from "./startUp.ts"
import { streaming } from "./streaming.ts"

const print = ({ goal, measured, met, ratio, what, yardstick }: Figure): void => {
  const verdict = met === undefined ? "" : met ? " ✓" : " ✗"
  console.log(`| ${what} | ${measured} | ${yardstick} | ${ratio} | ${goal}${verdict} |`)
}

const skip = (what: string, why: string): void => console.log(`| ${what} | not measured: ${why} | | | |`)

const [cpu] = os.cpus()
console.log(`${cpu?.model ?? "unknown CPU"}, ${os.cpus().length} cores, Node ${process.version}\n`)
console.log("| what | measured | yardstick | ratio | goal |\n|---|---|---|---|---|")

// First, while nothing else is in memory.
for (const figure of memory()) print(figure)
const market = generate(2_000_000)
print(await fullPath(market))
print(candles(market))
print(orderLatency())
const day = process.env["KEEPGAINING_BENCH_DAY"]
if (day !== undefined && fs.existsSync(day)) { for (const figure of await replayDay(day)) print(figure) }
else skip("Import and replay of a recorded day", "KEEPGAINING_BENCH_DAY names no CSV file of ticks")
print(await streaming())
const browser = process.env["KEEPGAINING_TEST_CHROMIUM"]
if (browser !== undefined && fs.existsSync(browser)) print(await startUp(browser))
else skip("Start to first price on screen", "KEEPGAINING_TEST_CHROMIUM names no browser")
