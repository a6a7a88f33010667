import { assert, describe, it } from "@effect/vitest"
import { formatOmsTime, parseOmsTime } from "@keepgaining/brokers/wire/omsTime.ts"
import * as Schema from "effect/Schema"

describe("times of order management systems", () => {
  it("are IST", () => {
    assert.strictEqual(parseOmsTime("09-Mar-2023 09:34:38"), Date.parse("2023-03-09T09:34:38+05:30"))
    assert.strictEqual(formatOmsTime(Date.parse("2026-12-31T23:59:01+05:30")), "31-Dec-2026 23:59:01")
  })
  it.prop(
    "come back as they were written",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4e9 }))],
    ([at]) => {
      assert.strictEqual(parseOmsTime(formatOmsTime(at * 1_000)), at * 1_000)
    }
  )
  it("that are none are none", () => {
    for (const text of ["", "2023-03-09 09:34:38", "09-Mrz-2023 09:34:38", "31-Feb-2023 09:00:00", 5, null]) {
      assert.isUndefined(parseOmsTime(text))
    }
  })
})
