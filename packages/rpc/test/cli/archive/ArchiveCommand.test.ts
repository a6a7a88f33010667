/** `keepgaining archive`, and indicators over it, as processes of their own. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { parquetReadObjects } from "hyparquet"
import { compressors } from "hyparquet-compressors"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const program = path.join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts")

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const keepgaining = (...args: ReadonlyArray<string>) =>
  Effect.promise<Ended>(() =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...process.env, DATABASE_URL: undefined, NO_COLOR: "1", NODE_NO_WARNINGS: "1" },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      child.stdout.on("data", (chunk) => stdout += String(chunk))
      child.stderr.on("data", (chunk) => stderr += String(chunk))
      child.on("close", (code) => resolve({ code, stdout, stderr }))
    })
  )

const done = (...args: ReadonlyArray<string>) =>
  Effect.map(keepgaining(...args), ({ code, stderr, stdout }) => {
    assert.strictEqual(code, 0, stderr)
    return stdout
  })

/** A whole session of one minute candles of 8 June 2026, 09:15 to 15:29, without its 100th minute. */
const csv = (bump: number): string =>
  [
    "time,symbol,open,high,low,close,volume",
    ...Array.from({ length: 375 }, (_, i) => i).filter((i) => i !== 99).map((i) => {
      const minutes = 9 * 60 + 15 + i
      const time = `2026-06-08 ${String(Math.floor(minutes / 60)).padStart(2, "0")}:${
        String(minutes % 60).padStart(2, "0")
      }:00`
      const price = 1_000 + Math.round(Math.sin(i / 7) * 400) / 20
      const close = price + (i === 10 ? bump : 0.05)
      return `${time},NSE:WAVE,${price},${(close + 1).toFixed(2)},${(price - 1).toFixed(2)},${close.toFixed(2)},${
        i + 1
      }`
    })
  ].join("\n")

it.live(
  "takes candles in, answers for them, keeps what they replaced, and computes over them",
  () =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-archive-"))),
        (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
      )
      const at = (name: string): string => path.join(folder, name)
      const data = ["--data", at("data")]
      fs.writeFileSync(at("first.csv"), csv(0.05))
      fs.writeFileSync(at("official.csv"), csv(0.5))

      assert.match(yield* done("archive", "import", at("first.csv"), ...data), /374 new, 0 replaced/)
      assert.match(
        yield* done("archive", "import", at("official.csv"), ...data),
        /0 new, 1 replaced, 373 there already/
      )
      const [difference] = JSON.parse(yield* done("archive", "differences", "--json", ...data))
      assert.deepInclude(difference, { symbol: "NSE:WAVE", time: "2026-06-08T09:25:00+05:30" })
      assert.closeTo(difference.is.close - difference.was.close, 0.45, 1e-9)

      const quarters = JSON.parse(
        yield* done("archive", "query", "NSE:WAVE", "--interval", "15m", "--json", "--segment", "cash", ...data)
      )
      assert.lengthOf(quarters, 25)
      assert.deepInclude(quarters[0], { time: "2026-06-08T09:15:00+05:30", open: 1_000 })
      assert.strictEqual(
        quarters.reduce((sum: number, { volume }: { volume: number }) => sum + volume, 0),
        375 * 188 - 100
      )

      const gaps = yield* done(
        "archive",
        "gaps",
        "NSE:WAVE",
        "--from",
        "2026-06-08",
        "--to",
        "2026-06-09",
        "--json",
        ...data
      )
      assert.include(gaps, "2026-06-09")

      // Computed over the archive as over the file that was exported from it.
      yield* done("archive", "export", at("out.csv"), ...data)
      const overFile = (yield* done("indicators", "compute", "--input", at("out.csv"), "--indicator", "RSI")).split(
        "\n"
      )
      const over = ["indicators", "compute", "--symbol", "NSE:WAVE", ...data]
      const overArchive = (yield* done(...over, "--indicator", "RSI")).split("\n")
      const lastOf = (lines: ReadonlyArray<string>) => lines.filter(Boolean).map((line) => line.split(",").at(-1))
      assert.lengthOf(lastOf(overArchive), 375)
      assert.deepStrictEqual(lastOf(overArchive), lastOf(overFile))

      yield* done(...over, "--indicator", "all", "--output", at("all.parquet"))
      const bytes = fs.readFileSync(at("all.parquet"))
      const rows = yield* Effect.promise(() =>
        parquetReadObjects({
          file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
          compressors
        })
      )
      assert.lengthOf(rows, 374)
      assert.strictEqual(String(rows[373]?.["RSI_rsi"]), lastOf(overArchive)[374])
      assert.isNaN(rows[0]?.["RSI_rsi"])

      const unknown = yield* keepgaining(
        "indicators",
        "compute",
        "--symbol",
        "NSE:NOBODY",
        "--indicator",
        "RSI",
        ...data
      )
      assert.strictEqual(unknown.code, 2)
      assert.include(unknown.stderr, "archive info")
      const refused = yield* keepgaining(
        "archive",
        "query",
        "NSE:WAVE",
        "--from",
        "2026-06-09",
        "--to",
        "2026-06-08",
        ...data
      )
      assert.strictEqual(refused.code, 2)
      assert.include(refused.stderr, "--from 2026-06-09 is after --to 2026-06-08")
    }),
  120_000
)
