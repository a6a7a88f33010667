import { assert, describe, it } from "@effect/vitest"
import { sessionHours } from "@keepgaining/core/candles/SessionHours.ts"
import { formatIst, parseIst } from "@keepgaining/core/market/IndianTime.ts"

const spanAt = (time: string): ReadonlyArray<string> | undefined => {
  const span = sessionHours(parseIst(time) ?? Number.NaN)
  return span === undefined ? undefined : [formatIst(span.open), formatIst(span.close)]
}

describe("session hours", () => {
  it("are 09:15 to 15:30 IST of the day that holds the instant", () => {
    const day = ["2021-06-09T09:15:00.000+05:30", "2021-06-09T15:30:00.000+05:30"]
    for (const time of ["00:00:00", "09:15:00", "23:59:59"]) assert.deepStrictEqual(spanAt(`2021-06-09 ${time}`), day)
    assert.notDeepEqual(spanAt("2021-06-10 00:00:00"), day)
  })
  it("are not known before the first rule", () => {
    assert.isUndefined(spanAt("2010-01-03 10:00:00"))
    assert.isDefined(spanAt("2010-01-04 10:00:00"))
  })
})
