import { assert, describe, it } from "@effect/vitest"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { DeskAtWork } from "../desk/DeskAtWork.ts"

/** Two market orders of ten shares, filled. */
const bought = (time: string): DeskAtWork => {
  const work = new DeskAtWork()
  // Every time below is one.
  work.now = parseIst(time)!
  work.desk.onSessionStart(work.now)
  for (let order = 0; order < 2; order++) {
    work.tick(10_000)
    work.request()
    work.tick(10_000)
  }
  assert.strictEqual(work.held("manual"), 20)
  return work
}

const charged = (work: DeskAtWork): number => work.of("Filled").reduce((sum, { charges }) => sum + charges.total, 0)
const alarms = (work: DeskAtWork) => work.of("Alarm").filter(({ kind }) => kind === "charges")

describe("a desk beyond the dates that charges are known for", () => {
  it("goes on, charges the last known rates, and says so once", () => {
    const beyond = bought("2035-06-01 09:15:00")
    const covered = bought("2026-06-01 09:15:00")
    assert.isAbove(charged(covered), 0)
    assert.strictEqual(charged(beyond), charged(covered))
    assert.deepStrictEqual(alarms(covered), [])
    assert.strictEqual(alarms(beyond).length, 1)
    assert.match(
      alarms(beyond)[0]?.detail ?? "",
      /^Fills of 2035-06-01 are charged by the last known rates: they are known from 2020-07-01 to 2027-03-31\. Add /
    )
  })

  it("still books a fill without charges where no rate was ever known", () => {
    const early = bought("2019-06-03 09:15:00")
    assert.strictEqual(charged(early), 0)
    assert.strictEqual(alarms(early)[0]?.raised, true)
  })
})
