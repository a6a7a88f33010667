import { assert, describe, it } from "@effect/vitest"
import {
  DAY_MS,
  formatIst,
  formatIstDate,
  formatIstTime,
  formatTimeOfDay,
  istDay,
  istTimeOfDay,
  parseIst,
  startOfIstDay,
  timeOfDay
} from "@keepgaining/core/market/IndianTime.ts"
import * as Schema from "effect/Schema"

/** From 1931 to 2096. */
const instant = Schema.Int.check(Schema.isBetween({ minimum: -1.2e12, maximum: 4e12 }))

describe("Indian time", () => {
  it("is five and a half hours ahead of UTC", () => {
    assert.strictEqual(formatIst(Date.UTC(2021, 5, 9, 3, 45)), "2021-06-09T09:15:00.000+05:30")
    assert.strictEqual(formatIst(Date.UTC(2021, 5, 8, 18, 30)), "2021-06-09T00:00:00.000+05:30")
    assert.strictEqual(formatIstDate(Date.UTC(2021, 5, 8, 18, 29, 59)), "2021-06-08")
    assert.strictEqual(formatIstTime(Date.UTC(2021, 5, 9, 3, 45, 0, 7), true), "09:15:00.007")
    assert.strictEqual(formatTimeOfDay(timeOfDay(15, 30, 5)), "15:30:05")
  })
  it.prop("is read back as it was written", [instant], ([at]) => {
    assert.strictEqual(parseIst(formatIst(at)), at)
    assert.strictEqual(parseIst(new Date(at).toISOString()), at)
    assert.strictEqual(parseIst(formatIst(at).slice(0, 23).replace("T", " ")), at)
  })
  it.prop("has days of 24 hours that begin at midnight", [instant], ([at]) => {
    const day = istDay(at)
    assert.isAtMost(startOfIstDay(day), at)
    assert.isAbove(startOfIstDay(day + 1), at)
    assert.strictEqual(startOfIstDay(day) + istTimeOfDay(at), at)
    assert.strictEqual(startOfIstDay(day + 1) - startOfIstDay(day), DAY_MS)
    assert.strictEqual(formatIstTime(startOfIstDay(day)), "00:00:00")
  })
  it("refuses times that do not exist", () => {
    for (
      const text of [
        "2021-02-29 09:15:00",
        "2021-13-01 09:15:00",
        "2021-06-31 09:15:00",
        "2021-06-09 24:00:00",
        "2021-06-09 09:60:00",
        "2021-06-09 09:15:60",
        "2021-06-09",
        "2021-06-09 09:15",
        "2021-6-9 09:15:00",
        " 2021-06-09 09:15:00",
        "09/06/2021 09:15:00",
        "2021-06-09 09:15:00+25:00x",
        ""
      ]
    ) assert.isUndefined(parseIst(text), text)
    assert.isDefined(parseIst("2020-02-29 09:15:00"))
  })
  it("honours a zone and a fraction", () => {
    const nineFifteen = parseIst("2021-06-09 09:15:00")
    for (
      const text of [
        "2021-06-09T03:45:00Z",
        "2021-06-09T09:15:00+05:30",
        "2021-06-09T09:15:00+0530",
        "2021-06-08 22:45:00-05:00"
      ]
    ) assert.strictEqual(parseIst(text), nineFifteen, text)
    assert.strictEqual(parseIst("2021-06-09 09:15:00.5"), nineFifteen! + 500)
    assert.strictEqual(parseIst("2021-06-09 09:15:00.001"), nineFifteen! + 1)
    assert.strictEqual(parseIst("2021-06-09 09:15:00.123999"), nineFifteen! + 123)
  })
  it("keeps every millisecond of a fraction", () => {
    for (let millis = 0; millis < 1_000; millis++) {
      const text = `2021-06-09 09:15:00.${String(millis).padStart(3, "0")}`
      assert.strictEqual(parseIst(text), parseIst("2021-06-09 09:15:00")! + millis, text)
    }
  })
})
