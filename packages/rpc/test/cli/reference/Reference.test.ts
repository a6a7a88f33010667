/** `keepgaining calendar`, `charges`, `contracts` and `rules` as processes of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const program = path.join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts")
const data = fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-reference-"))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const keepgaining = (...args: ReadonlyArray<string>) =>
  Effect.promise<Ended>(() =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [program, ...args, "--data", data], {
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

const answer = (...args: ReadonlyArray<string>) =>
  Effect.map(keepgaining(...args, "--json"), ({ code, stderr, stdout }) => {
    assert.strictEqual(code, 0, stderr)
    return JSON.parse(stdout)
  })

describe("the commands about the market", () => {
  it.live("calendar: a moved expiry, a year's days, and a date that nobody knows", () =>
    Effect.gen(function*() {
      const day = yield* answer("calendar", "2026-11-23")
      assert.deepInclude(day, { trading: true, settlement: "2026-11-25", next: "2026-11-25" })
      assert.deepInclude(day.expiries[0], { family: "NIFTY", kind: "monthly", scheduled: "2026-11-24" })
      const month = yield* answer("calendar", "2025-11")
      assert.lengthOf(month, 30)
      const beyond = yield* keepgaining("calendar", "2031-01-01")
      assert.strictEqual(beyond.code, 2)
      assert.include(beyond.stderr, "2031-01-01 is not covered")
      assert.include((yield* keepgaining("calendar", "soon")).stderr, "neither a date nor a month")
    }))

  it.live(
    "charges: the worked example, a plan of the user's own, and a date without rates",
    () =>
      Effect.gen(function*() {
        const sale = ["charges", "--side", "sell", "--quantity", "65", "--price", "150", "--kind", "option"]
        const known = yield* answer(...sale, "--date", "2026-06-01")
        assert.closeTo(known.charges.total, 42.3242, 5e-5)
        assert.strictEqual(known.contractNote.stt, 15)
        const unknown = yield* keepgaining(...sale, "--date", "1999-01-04")
        assert.strictEqual(unknown.code, 2)
        const noPlan = yield* keepgaining(...sale, "--date", "2026-06-01", "--plan", "mine")
        assert.include(noPlan.stderr, "no plan \"mine\"")
      }),
    30_000
  )

  it.live(
    "contracts: one contract in everybody's spelling, and a lot that is only a guess",
    () =>
      Effect.gen(function*() {
        const contract = yield* answer("contracts", "NIFTY26D0124500CE")
        assert.deepInclude(contract, { kind: "weekly", lot: 65 })
        assert.strictEqual(contract.spellings.dhan, "NIFTY 01 DEC 24500 CALL")
        const old = yield* keepgaining("contracts", "BANKNIFTY22MARFUT")
        assert.include(old.stdout, "not confirmed")
        assert.strictEqual((yield* keepgaining("contracts", "NIFTY26D0224500CE")).code, 2)
      }),
    30_000
  )

  it.live("rules check: guesses and what is stale, and 1 when a row contradicts another", () =>
    Effect.gen(function*() {
      const clean = yield* answer("rules", "check")
      assert.isTrue(clean.ok)
      assert.isTrue(clean.findings.some(({ topic }: { topic: string }) => topic === "instrument masters"))
      assert.isTrue(
        clean.findings.some(({ level, topic }: { level: string; topic: string }) =>
          level === "guess" && topic === "lots"
        )
      )
      fs.mkdirSync(path.join(data, "rules"))
      fs.writeFileSync(
        path.join(data, "rules", "holidays.csv"),
        "date,name,kind,source,as_of,confidence\n2026-11-28,A Saturday,planned,mine,2026-11-24,A\n"
      )
      const wrong = yield* keepgaining("rules", "check")
      assert.strictEqual(wrong.code, 1, wrong.stderr)
      assert.include(wrong.stdout, "A Saturday is on a weekend")
      fs.writeFileSync(
        path.join(data, "rules", "holidays.csv"),
        "date,name,source,as_of,confidence\nsoon,X,y,2026-11-24,A\n"
      )
      const broken = yield* keepgaining("rules", "check")
      assert.strictEqual(broken.code, 2)
      assert.match(broken.stderr, /holidays\.csv:2: /)
      fs.rmSync(data, { recursive: true, force: true })
    }))
})
