/**
 * `bun run bench [NAME...]`: everything that is claimed about speed, as ratios against yardsticks of the same run. Figures
 * of different runs or machines are not to be compared; the ratios are.
 *
 * Each benchmark runs in a process of its own, as the product does: what one leaves in memory, or teaches the compiler,
 * must not show in the next.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import { decode } from "../../brokers/bench/decode.ts"
import { indicators } from "../../core/bench/indicators.ts"
import { archive } from "../../engine/bench/archive.ts"
import { archiveCold } from "../../engine/bench/archiveCold.ts"
import { candles } from "../../engine/bench/candles.ts"
import type { Figure } from "../../engine/bench/Figure.ts"
import { fullPath } from "../../engine/bench/fullPath.ts"
import { generate } from "../../engine/bench/market.ts"
import { memory } from "../../engine/bench/memory.ts"
import { orderLatency } from "../../engine/bench/orderLatency.ts"
import { replayDay } from "../../engine/bench/replayDay.ts"
import { startUp } from "./startUp.ts"
import { streaming } from "./streaming.ts"

const TICKS = 2_000_000
/** Of the archive: a year of a tenth of the market. All of it in four years are 340,000,000 candles over 1,000 days. */
const CANDLES = Number(process.env["KEEPGAINING_BENCH_CANDLES"] ?? 34_000_000)
const DAYS = Number(process.env["KEEPGAINING_BENCH_DAYS"] ?? 250)

const skipped = (what: string, why: string): ReadonlyArray<Figure> => [
  { what, measured: `not measured: ${why}`, yardstick: "", ratio: "", goal: "", met: undefined }
]

/** A file that an environment variable names; `undefined` when there is none. */
const fileIn = (variable: string): string | undefined => {
  const file = process.env[variable]
  return file !== undefined && fs.existsSync(file) ? file : undefined
}

const day = fileIn("KEEPGAINING_BENCH_DAY")
const browser = fileIn("KEEPGAINING_TEST_CHROMIUM")

const benchmarks: Readonly<Record<string, () => Promise<ReadonlyArray<Figure>>>> = {
  "full-path": async () => [await fullPath(generate(TICKS))],
  candles: async () => [candles(generate(TICKS))],
  "order-latency": async () => [orderLatency()],
  "replay-day": async () =>
    day === undefined
      ? skipped("Import and replay of a recorded day", "KEEPGAINING_BENCH_DAY names no CSV file of ticks")
      : await replayDay(day),
  decode: async () => decode(),
  indicators,
  archive: () => archive(CANDLES, DAYS),
  "archive-cold": async () => [await archiveCold()],
  memory: async () => memory(),
  streaming: async () => [await streaming()],
  "start-up": async () =>
    browser === undefined
      ? skipped("Start to first price on screen", "KEEPGAINING_TEST_CHROMIUM names no browser")
      : [await startUp(browser)]
}

const CHILD = "--child"

const print = ({ goal, measured, met, ratio, what, yardstick }: Figure): void => {
  const verdict = met === undefined ? "" : met ? " ✓" : " ✗"
  console.log(`| ${what} | ${measured} | ${yardstick} | ${ratio} | ${goal}${verdict} |`)
}

const [first, ...rest] = process.argv.slice(2)
if (first === CHILD) {
  console.log(JSON.stringify(await benchmarks[rest[0] ?? ""]?.()))
} else {
  const names = process.argv.slice(2)
  const unknown = names.find((name) => benchmarks[name] === undefined)
  if (unknown !== undefined) {
    console.error(`error: no benchmark ${JSON.stringify(unknown)}; there is ${Object.keys(benchmarks).join(", ")}`)
    process.exit(2)
  }
  const [cpu] = os.cpus()
  console.log(`${cpu?.model ?? "unknown CPU"}, ${os.cpus().length} cores, Node ${process.version}\n`)
  console.log("| what | measured | yardstick | ratio | goal |\n|---|---|---|---|---|")
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    const answer = execFileSync(process.execPath, [import.meta.filename, CHILD, name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"]
    })
    // The child is this very file.
    for (const figure of JSON.parse(answer) as ReadonlyArray<Figure>) print(figure)
  }
}
