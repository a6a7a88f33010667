import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { OfficialDay } from "../../src/archive/OfficialDays.ts"
import { checkDays } from "../../src/history/checkDays.ts"
import { daysChecksum } from "../../src/history/dayAnswers.ts"
import { dayRow } from "./answers.ts"

/** Monday to Wednesday; the Tuesday is a holiday. */
const wanted = {
  from: "2025-01-06",
  to: "2025-01-08",
  days: ["2025-01-06", "2025-01-08"],
  isTradingDay: (date: string) => date !== "2025-01-07"
}

const proper = wanted.days.map(dayRow)

const checked = (answer: ReadonlyArray<OfficialDay>) => Result.getOrThrow(checkDays(answer, wanted))

const refusal = (answer: ReadonlyArray<OfficialDay>): string => {
  const result = checkDays(answer, wanted)
  return Result.isFailure(result) ? result.failure : "taken"
}

describe("an answer of official days", () => {
  it("is taken as it is when nothing is wrong", () => {
    assert.deepStrictEqual(checked(proper), { candles: proper, repairs: { unsorted: 0, repeated: 0, outside: 0 } })
    assert.deepStrictEqual(checked([]).candles, [])
  })

  it("loses what was not asked for, also a holiday's candle beside the range", () => {
    const outside = { ...wanted, isTradingDay: (date: string) => date !== "2025-01-07" && date !== "2025-01-09" }
    const { candles, repairs } = Result.getOrThrow(
      checkDays([dayRow("2025-01-03"), ...proper, dayRow("2025-01-09")], outside)
    )
    assert.deepStrictEqual(candles, proper)
    assert.deepStrictEqual(repairs, { unsorted: 0, repeated: 0, outside: 2 })
  })

  it("is refused when a day has two candles that differ", () => {
    const again = { ...dayRow("2025-01-08"), close: 99_900 }
    assert.match(refusal([...proper, again]), /two candles of one day differ: 2025-01-08 open .* and 2025-01-08 open/)
    assert.match(refusal([...proper, { ...dayRow("2025-01-08"), openInterest: 0 }]), /two candles of one day differ/)
  })

  it("is refused when a candle cannot be", () => {
    const day = dayRow("2025-01-08")
    assert.match(refusal([{ ...day, high: day.low - 5 }]), /high and low do not hold the rest: 2025-01-08/)
    assert.match(refusal([{ ...day, open: day.high + 5 }]), /high and low/)
    assert.match(refusal([{ ...day, low: 0 }]), /not positive/)
    assert.match(refusal([{ ...day, close: 0 }]), /not positive/)
  })

  it("may close outside of its range, where an auction made the price", () => {
    const day = { ...dayRow("2025-01-08"), close: dayRow("2025-01-08").high + 500 }
    assert.deepStrictEqual(checked([day]).candles, [day])
  })

  it("is refused when it trades on a day without trading", () => {
    assert.match(refusal([...proper, dayRow("2025-01-07")]), /nothing trades on 2025-01-07/)
  })

  it.prop(
    "is the same after any shuffle and any repetition",
    { order: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1 }))) },
    ({ order }) => {
      const answer = [...order.flatMap((at) => proper[at] ?? []), ...proper.toReversed()]
      const { candles, repairs } = checked(answer)
      assert.deepStrictEqual(candles, proper)
      assert.strictEqual(repairs.repeated, order.length)
    }
  )
})

describe("a fingerprint of days", () => {
  it("tells every field apart, and none from nothing", () => {
    const day = { ...dayRow("2025-01-08"), openInterest: 0 }
    const changes: ReadonlyArray<Partial<OfficialDay>> = [
      {},
      { date: "2025-01-09" },
      { open: day.open + 5 },
      { high: day.high + 5 },
      { low: day.low + 5 },
      { close: day.close + 5 },
      { volume: day.volume + 1 },
      { openInterest: 75 },
      { openInterest: null }
    ]
    const sums = changes.map((change) => daysChecksum([{ ...day, ...change }]))
    assert.strictEqual(new Set([...sums, daysChecksum([])]).size, changes.length + 1)
  })
})
