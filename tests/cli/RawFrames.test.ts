/** What brokers' feeds send is kept undecoded by a session, survives its kill, and decodes to the ticks that it recorded. */
import { openTickLogSync } from "@keepgaining/engine/ticklog/TickLogReader.ts"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { answer, keepgaining } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { serve, until } from "../support/served.ts"

const folder = temporaryFolder()

/** Each tick once, whatever batch it came in. */
const ticksOf = (log: string): ReadonlySet<string> => {
  const cursor = openTickLogSync(log)
  const ticks = new Set<string>()
  for (let batch = cursor.next(); batch !== undefined; batch = cursor.next()) {
    for (let row = 0; row < batch.length; row++) {
      const { eventTime, instrument, price, receiveTime, volume } = batch.tick(row)
      ticks.add([cursor.instruments.at(instrument).symbol, eventTime, receiveTime, price, volume].join(" "))
    }
  }
  cursor.close()
  return ticks
}

it("serve --record-raw, ticks raw info, ticks raw decode", async () => {
  const home = fs.mkdtempSync(path.join(folder, "data-"))
  const session = path.join(home, "sim", "sessions", "sim")
  const raw = path.join(session, "raw")
  const args = ["--profile", "sim", "--data", home, "--port", "0", "--pace", "4", "--at", "11:00"]
  const served = await serve([
    ...args,
    "--feed",
    "kite-sim,fyers-sim",
    "--watch",
    "NSE:RELIANCE,NSE:NIFTY 50",
    "--record-raw"
  ])
  const info = async (): Promise<ReadonlyArray<Record<string, unknown>>> => {
    const { code, stdout } = await keepgaining(["ticks", "raw", "info", raw, "--json"])
    return code === 0 ? JSON.parse(stdout) : []
  }
  try {
    await until(async () => {
      const days = await info()
      return days.length === 2 && days.every(({ frames }) => Number(frames) > 40) || undefined
    }, "frames of both accounts")
  } finally {
    await served.kill()
  }
  const days = await info()
  for (const broker of ["fyers", "kite"]) {
    const day = days.find((each) => each["broker"] === broker)
    assert.isDefined(day)
    assert.deepInclude(day, { account: `${broker}-sim`, connections: 1, instruments: 2, shed: 0, damages: [] })
  }

  const refused = await keepgaining(["ticks", "raw", "decode", raw, "--out", path.join(folder, "both")])
  assert.strictEqual(refused.code, 2)
  assert.include(refused.stderr, "several accounts")

  const log = path.join(folder, "decoded")
  const kite = path.join(raw, "kite-sim")
  const decoded = await answer(["ticks", "raw", "decode", kite, "--out", log, "--json"])
  assert.deepInclude(decoded, { broker: "kite", instruments: 2, malformed: 0, shed: 0, damagedBytes: 0 })
  const inspected = await answer(["ticks", "inspect", log, "--json"])
  assert.deepInclude(inspected, { rows: decoded["rows"], corruptions: 0, instruments: 2 })

  // The session listened to Kite: whatever it recorded before the last moments is there again.
  const recorded = [...ticksOf(path.join(session, "ticks"))]
  const again = ticksOf(log)
  const shared = recorded.filter((tick) => again.has(tick))
  assert.isAbove(recorded.length, 40)
  const last = recorded.findLastIndex((tick) => again.has(tick))
  assert.deepStrictEqual(recorded.slice(0, last + 1), shared)
  assert.isAbove(shared.length, recorded.length / 2)

  const csv = path.join(folder, "day.csv")
  const table = await keepgaining(["ticks", "raw", "decode", kite, "--out", csv])
  assert.strictEqual(table.code, 0, table.stderr)
  assert.lengthOf(fs.readFileSync(csv, "utf8").trimEnd().split("\n"), Number(decoded["rows"]) + 1)

  const misuse = await keepgaining(["serve", "--replay", log, "--record-raw", "--data", home])
  assert.strictEqual(misuse.code, 2)
  assert.include(misuse.stderr, "--record-raw")
}, 180_000)
