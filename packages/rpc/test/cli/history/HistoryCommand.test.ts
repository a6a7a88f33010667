/** `keepgaining history` as a process of its own, against a history server of this process. */
import { assert, it } from "@effect/vitest"
import { historyServer } from "@keepgaining/engine/history/simulator/HistoryServer.ts"
import { inOrder } from "@keepgaining/engine/history/simulator/Misbehaviour.ts"
import { loadCalendar } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
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

const history = (...args: ReadonlyArray<string>) =>
  Effect.promise<Ended>(() =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [program, "history", ...args], {
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

const assertSays = ({ code, stderr }: Ended, expected: number, ...parts: ReadonlyArray<string>): void => {
  assert.strictEqual(code, expected, stderr)
  for (const part of parts) assert.include(stderr, part)
  assert.notInclude(stderr, "    at ")
}

it.live(
  "downloads, says what is missing, asks again for it, and takes it as it is when told",
  () =>
    Effect.gen(function*() {
      const data = yield* Effect.acquireRelease(
        Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-history-"))),
        (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
      )
      const calendar = yield* loadCalendar()
      const { url } = yield* historyServer({
        market: { seed: 3, density: () => 1 },
        calendar,
        behaviour: inOrder(["server-error", "unsorted", "html"]),
        lacks: (symbol, date) => symbol === "NSE:HOLE" && date === "2025-03-05"
      })
      const file = path.join(data, "symbols.txt")
      fs.writeFileSync(file, "NSE:HOLE,NSE:WHOLE\n")
      const at = ["--url", url, "--data", data]
      const range = ["--from", "2025-03-03", "--to", "2025-03-21"]

      const first = yield* history("download", "--symbols-file", file, ...range, ...at)
      const id = first.stdout.slice(0, 12)
      assertSays(first, 1, "1 ranges are not complete", `history retry ${id}`)
      assert.include(first.stdout, "1 of 2 done, 1 incomplete")

      const shown = yield* history("status", id, "--data", data)
      assert.include(
        shown.stdout,
        "NSE:HOLE 2025-03-03 to 2025-03-21 incomplete: the server has no candles of these days"
      )
      assert.include(shown.stdout, "2025-03-05")
      assertSays(yield* history("retry", id, ...at), 1, "1 ranges are not complete")

      const accepted = yield* history("retry", id, "--accept", "--json", ...at)
      assertSays(accepted, 0)
      // 14 trading days (2025-03-14 is a holiday), one of them missing of one instrument.
      assert.deepInclude(JSON.parse(accepted.stdout), { id, chunks: 2, done: 2, candles: 27 * 375 })

      assertSays(yield* history("download", "--symbol", "HOLE", ...range, ...at), 2, "\"HOLE\" is no symbol")
      const future = yield* history(
        "download",
        "--symbol",
        "NSE:A",
        "--from",
        "2025-03-03",
        "--to",
        "2099-01-01",
        ...at
      )
      assertSays(future, 2, "no range of days that are over")
      assertSays(yield* history("retry", "nothing", ...at), 2, "no download nothing")
      assertSays(yield* history("status", "nothing", "--data", data), 2, "no download nothing")
    }).pipe(Effect.scoped),
  120_000
)
