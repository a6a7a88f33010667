import { assert, describe, it } from "@effect/vitest"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { ImportOptions } from "@keepgaining/engine/import/ImportTicks.ts"
import { importTicks } from "@keepgaining/engine/import/ImportTicks.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { openTickLogSync } from "@keepgaining/engine/ticklog/TickLogReader.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as zlib from "node:zlib"

const temporary = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-import-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const run = (options: ImportOptions) => Effect.provide(importTicks(options), NodeDurableFiles)

/** Imports one text as a file of that name. */
const importText = (text: string | Uint8Array, options: Partial<ImportOptions> = {}, name = "day.csv") =>
  Effect.gen(function*() {
    const folder = yield* temporary
    const file = path.join(folder, name)
    fs.writeFileSync(file, text)
    const log = path.join(folder, "log")
    const report = yield* run({ files: [file], folder: log, existing: "refuse", ...options })
    return { report, log, rows: rowsOf(log) }
  })

const rowsOf = (log: string) => {
  using cursor = openTickLogSync(log)
  const symbols = cursor.instruments.all().map(({ symbol }) => symbol)
  const rows: Array<string> = []
  for (const batch of cursor) {
    for (let row = 0; row < batch.length; row++) {
      const { eventTime, instrument, price, volume } = batch.tick(row)
      rows.push(`${new Date(eventTime).toISOString().slice(11, 19)} ${symbols[instrument]} ${price} ${volume}`)
    }
  }
  return rows
}

const bytesOf = (log: string) =>
  fs.readdirSync(log).filter((name) => name.endsWith(".arrow")).map((name) =>
    fs.readFileSync(path.join(log, name), "hex")
  )

const header = "timestamp,symbol,ltp,volume"
const csv = (...rows: ReadonlyArray<string>): string => `${[header, ...rows].join("\n")}\n`

describe("an import", () => {
  it.effect("accounts for every row by its reason", () =>
    Effect.gen(function*() {
      const { report, rows } = yield* importText(csv(
        "2021-06-09 09:14:59,RELIANCE,2186.25,10",
        "2021-06-09 09:15:00,RELIANCE,2186.25,20",
        "2021-06-09 09:15:01,RELIANCE,-1,30",
        "2021-06-09 09:15:01,RELIANCE,abc,30",
        "nonsense",
        "2021-06-09 09:15:02,RELIANCE,2186.30,40",
        "2021-06-09 09:15:03,RELIANCE,2186.35,35",
        "2021-06-09 09:15:20,RELIANCE,2186.40,50",
        "2021-06-09 09:15:04,RELIANCE,2186.40,45",
        "2021-06-09 15:30:00,RELIANCE,2190.00,60"
      ))
      assert.deepStrictEqual(report.rejected, {
        malformed: 3,
        "before-open": 1,
        "after-close": 1,
        "out-of-order": 1,
        "volume-went-back": 1
      })
      assert.strictEqual(report.rows, 10)
      assert.strictEqual(report.accepted, 3)
      assert.deepStrictEqual(rows, [
        "03:45:00 NSE:RELIANCE 218625 20",
        "03:45:02 NSE:RELIANCE 218630 40",
        "03:45:20 NSE:RELIANCE 218640 50"
      ])
      const [first] = report.examples.filter(({ reason }) => reason === "malformed")
      assert.strictEqual(first?.line, 4)
    }))

  it.effect("ends each day at its close, so that the last candles can", () =>
    Effect.gen(function*() {
      const { log } = yield* importText(csv("2021-06-09 09:15:00,A,1,1", "2021-06-10 10:00:00,A,1,1"))
      using cursor = openTickLogSync(log)
      const timers = Array.from(cursor, ({ length, now }) => length === 0 ? now : 0).filter((now) => now > 0)
      assert.includeMembers(timers, [parseIst("2021-06-09 15:30:00")!, parseIst("2021-06-10 15:30:00")!])
    }))

  it.effect.prop(
    "gives the same bytes whatever the order of rows within an instant",
    [
      Schema.Array(Schema.Tuple([
        Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })),
        Schema.Literals(["A", "B", "C"]),
        Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500 })),
        Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 }))
      ])),
      Schema.Int
    ],
    ([ticks, seed]) =>
      Effect.gen(function*() {
        const rows = ticks.map(([second, symbol, price, more]) => ({
          second,
          text: `2021-06-09 09:16:${String(second).padStart(2, "0")},${symbol},${price},${second * 100 + more}`
        }))
        const inOrder = rows.toSorted((a, b) => a.second - b.second)
        const shuffled = rows.map((row, i) => ({ ...row, key: Math.imul(i + 1, seed | 1) >>> 0 }))
          .toSorted((a, b) => a.second - b.second || a.key - b.key)
        const one = yield* importText(csv(...inOrder.map(({ text }) => text)))
        const other = yield* importText(csv(...shuffled.map(({ text }) => text)))
        assert.deepStrictEqual(bytesOf(other.log), bytesOf(one.log))
        assert.strictEqual(one.report.accepted + sum(one.report.rejected), one.report.rows)
      }),
    { arbitrary: { runs: 25, size: 30 } }
  )

  it.effect("reads gzip, a byte order mark, CRLF, quotes, other columns and other names", () =>
    Effect.gen(function*() {
      const plain = yield* importText(csv("2021-06-09 09:15:00,A,1.05,5"))
      const odd = "\ufeffignored,\"volume_traded\",when,last_price,symbol\r\nx,5,\"2021-06-09 09:15:00\",1.05,A\r\n"
      const mapping = { timestamp: "when", ltp: "last_price", volume: "volume_traded" }
      const other = yield* importText(zlib.gzipSync(odd), { mapping }, "odd.csv.gz")
      assert.deepStrictEqual(other.rows, plain.rows)
    }))

  it.effect("takes several files in the order of their times, and appends later days", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const [first, second, third] = ["09", "10", "11"].map((day) => {
        const file = path.join(folder, `${day}.csv`)
        fs.writeFileSync(file, csv(`2021-06-${day} 09:15:00,A,1,1`))
        return file
      })
      const log = path.join(folder, "log")
      const two = yield* run({ files: [second!, first!], folder: log, existing: "refuse" })
      assert.deepStrictEqual(two.dates, ["2021-06-09", "2021-06-10"])
      yield* run({ files: [third!], folder: log, existing: "append" })
      assert.strictEqual(rowsOf(log).length, 3)
      const again = yield* Effect.flip(run({ files: [first!], folder: log, existing: "append" }))
      assert.match(again.message, /2021-06-/)
      assert.strictEqual(rowsOf(log).length, 3)
    }))
})

describe("a bad file", () => {
  const cases: ReadonlyArray<readonly [string, string | Uint8Array, RegExp, string?]> = [
    ["that is empty", "", /empty|no header/i],
    ["without the columns", "a,b,c\n1,2,3\n", /column/i],
    ["of binary junk", new Uint8Array(5_000).map((_, i) => (i * 151) % 256), /column|header|text|line/i],
    ["that is text although it is called gzip", "plain text", /column/i, "day.csv.gz"],
    [
      "whose gzip ends too soon",
      zlib.gzipSync(csv("2021-06-09 09:15:00,A,1,1").repeat(500)).subarray(0, 60),
      /reading stopped/i,
      "day.csv.gz"
    ],
    ["with an endless line", `${header}\n${"x".repeat(3_000_000)}`, /./]
  ]

  it.effect.each(cases)(
    "%s is refused with its name, and leaves nothing behind",
    ([, content, message, name]) =>
      Effect.gen(function*() {
        const folder = yield* temporary
        const file = path.join(folder, name ?? "day.csv")
        fs.writeFileSync(file, content)
        const log = path.join(folder, "log")
        const outcome = yield* Effect.result(run({ files: [file], folder: log, existing: "refuse" }))
        if (outcome._tag === "Failure") {
          assert.match(outcome.failure.message, message)
          assert.include(outcome.failure.message, file)
          assert.isFalse(fs.existsSync(log))
        } else {
          assert.strictEqual(outcome.success.accepted, 0)
          assert.strictEqual(outcome.success.rows, sum(outcome.success.rejected))
        }
      })
  )

  it.effect("leaves an existing log as it was", () =>
    Effect.gen(function*() {
      const { log } = yield* importText(csv("2021-06-09 09:15:00,A,1,1"))
      const before = bytesOf(log)
      const file = path.join(path.dirname(log), "bad.csv")
      fs.writeFileSync(file, "a,b\n1,2\n")
      yield* Effect.flip(run({ files: [file], folder: log, existing: "overwrite" }))
      assert.deepStrictEqual(bytesOf(log), before)
    }))
})

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

const data = path.resolve(import.meta.dirname, "../../../../../shared/data")

describe("the recorded days", () => {
  const days: ReadonlyArray<readonly [string, number, number]> = [
    ["nse-ticks-2021-06-09.csv.gz", 920_990, 24_369],
    ["nse-ticks-2021-06-10.csv.gz", 477_315, 24_693]
  ]

  for (const [name, rows, afterClose] of days) {
    const file = path.join(data, name)
    it.effect.skipIf(!fs.existsSync(file))(
      `${name} goes in whole (skipped where ../shared/data is absent)`,
      () =>
        Effect.gen(function*() {
          const folder = yield* temporary
          const report = yield* run({ files: [file], folder: path.join(folder, "log"), existing: "refuse" })
          assert.strictEqual(report.rows, rows)
          assert.strictEqual(report.accepted, rows - afterClose)
          // Every step back of a volume stands between rows of one second; in the order of the tie rule there is none.
          assert.deepStrictEqual(report.rejected, {
            malformed: 0,
            "before-open": 0,
            "after-close": afterClose,
            "out-of-order": 0,
            "volume-went-back": 0
          })
          assert.strictEqual(report.instruments, 62)
        })
    )
  }
})
