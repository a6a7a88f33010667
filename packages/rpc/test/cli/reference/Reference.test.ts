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
      for (const asked of ["soon", "2026-13-01", "2026-02-30", "2026-13"]) {
        const ended = yield* keepgaining("calendar", asked)
        assert.strictEqual(ended.code, 2, ended.stderr)
        assert.match(ended.stderr, /^error: .*neither a date nor a month/)
      }
      const doubtful = yield* keepgaining("calendar", "2024-01-19")
      assert.match(doubtful.stdout, /MIDCPNIFTY weekly \(moved from 2024-01-22; not verified: /)
      const told = yield* answer("calendar", "2024-01-19")
      assert.include(told.expiries.map(({ doubt }: { doubt?: string }) => doubt === undefined), false)
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
        assert.deepInclude(known, { confidence: "B", warnings: [] })
        assert.deepInclude(known.rates.stt, { rate: 0.0015, confidence: "A", from: "2026-04-01" })
        assert.deepInclude(known.fees[0], { name: "auto-square-off", amount: 59, unit: "per-order" })
      })
  )

  it.live(
    "charges: what is only remembered, what is not covered, funds, BSE's groups, and what comes besides",
    () =>
      Effect.gen(function*() {
        const sale = ["charges", "--side", "sell", "--quantity", "100", "--price", "1560", "--product", "delivery"]
        const old = yield* keepgaining(...sale, "--date", "2021-02-01")
        assert.strictEqual(old.code, 0, old.stderr)
        assert.match(old.stdout, /STT +156\.0000 +156\.00 +D/)
        assert.match(old.stdout, /warning: The rate of the STT is not confirmed: /)
        const beyond = yield* keepgaining(...sale, "--date", "2035-01-01")
        assert.strictEqual(beyond.code, 2)
        assert.strictEqual(beyond.stdout, "")
        assert.match(beyond.stderr, /2035-01-01 is not covered: charges are known from .* to 2027-03-31\. Add /)
        const now = [...sale, "--date", "2026-06-01"]
        const untold = yield* keepgaining(...now)
        assert.match(untold.stdout, /besides, with GST: Depository's fee for the sale, ₹15\.34 a scrip and day/)
        assert.match(untold.stdout, /warning: Nobody told whether the equity is a share or a fund/)
        const fund = yield* answer(...now, "--security", "fund")
        assert.deepInclude(fund, { class: "fund", warnings: [] })
        assert.closeTo(fund.charges.stt, 1.56, 1e-9)
        const rare = yield* answer(...now, "--security", "share", "--exchange", "BSE", "--group", "xt")
        assert.closeTo(rare.charges.exchange, 156, 1e-9)
        assert.deepStrictEqual(rare.warnings, [])
        const guess = yield* answer(...now, "--security", "share", "--plan", "angel")
        assert.strictEqual(guess.confidence, "D")
        assert.strictEqual(guess.plan.confidence, "D")
        assert.match(guess.warnings.join("|"), /^The brokerage of the plan angel is not confirmed[^|]*$/)
      })
  )

  it.live(
    "contracts: one contract in everybody's spelling, and a lot that is only a guess",
    () =>
      Effect.gen(function*() {
        const contract = yield* answer("contracts", "NIFTY26D0124500CE")
        assert.deepInclude(contract, { kind: "weekly", lot: 65 })
        assert.strictEqual(contract.spellings.dhan, "NIFTY 01 DEC 24500 CALL")
        const weekly = yield* answer("contracts", "NIFTY2543021600PE")
        assert.deepInclude(weekly, { kind: "weekly", key: "NSE|NIFTY|2025-04-30|2160000|PE" })
        const monthly = yield* answer("contracts", "NIFTY25APR23300CE")
        assert.deepInclude(monthly, { kind: "monthly", key: "NSE|NIFTY|2025-04-24|2330000|CE" })
        const quarterly = ["contracts", "NIFTY25MAR24000CE", "--date"]
        assert.deepInclude(yield* answer(...quarterly, "2024-12-26"), { lot: 25, day: "2024-12-26" })
        assert.deepInclude(yield* answer(...quarterly, "2024-12-27"), { lot: 75 })
        assert.match((yield* keepgaining(...quarterly, "2024-13-27")).stderr, /^error: --date: "2024-13-27" is no date/)
        const old = yield* keepgaining("contracts", "BANKNIFTY22MARFUT")
        assert.include(old.stdout, "not confirmed")
        assert.strictEqual((yield* keepgaining("contracts", "NIFTY26D0224500CE")).code, 2)
      })
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
      for (const topic of ["charges", "brokerage plans", "broker fees"]) {
        assert.isTrue(
          clean.findings.some((found: { level: string; topic: string }) =>
            found.level === "guess" && found.topic === topic
          ),
          topic
        )
      }
      fs.mkdirSync(path.join(data, "rules"))
      // A year more: what expires in it is known, and contracts of the years before still are.
      fs.writeFileSync(
        path.join(data, "rules", "coverage.csv"),
        "topic,from,to,source,as_of,confidence\ntrading-days,2027-01-01,2027-12-31,mine,2026-12-20,A\n"
      )
      assert.deepInclude(yield* answer("contracts", "NIFTY27MAR25000CE"), { kind: "monthly" })
      assert.deepInclude(yield* answer("contracts", "NIFTY25APR23300CE"), { kind: "monthly" })
      fs.rmSync(path.join(data, "rules", "coverage.csv"))
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
