import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { checkMinutes } from "../../src/history/checkMinutes.ts"
import { minuteAnswers } from "../../src/history/minuteAnswers.ts"
import { columnsOf, type Row, row, rows } from "./answers.ts"

/** Monday to Wednesday; the Tuesday is a holiday. */
const wanted = {
  from: "2025-01-06",
  to: "2025-01-08",
  days: ["2025-01-06", "2025-01-08"],
  isTradingDay: (date: string) => date !== "2025-01-07"
}

const proper = [...rows("2025-01-06", 0, 20), ...rows("2025-01-08", 3, 9)]

const checked = (answer: ReadonlyArray<Row>) => Result.getOrThrow(checkMinutes(columnsOf(answer), wanted))

const refusal = (answer: ReadonlyArray<Row>): string => {
  const result = checkMinutes(columnsOf(answer), wanted)
  return Result.isFailure(result) ? result.failure : "taken"
}

describe("an answer of minutes", () => {
  it("is taken as it is when nothing is wrong", () => {
    const { candles, repairs } = checked(proper)
    assert.isTrue(minuteAnswers.same(candles, columnsOf(proper)))
    assert.deepStrictEqual(repairs, { unsorted: 0, repeated: 0, outside: 0 })
    assert.strictEqual(checked([]).candles.length, 0)
  })

  it("loses what was not asked for", () => {
    const { candles, repairs } = checked([...rows("2025-01-03", 370, 375), ...proper, row("2025-01-09", 0)])
    assert.isTrue(minuteAnswers.same(candles, columnsOf(proper)))
    assert.deepStrictEqual(repairs, { unsorted: 0, repeated: 0, outside: 6 })
  })

  it("is refused when a minute has two candles that differ", () => {
    const first = row("2025-01-06", 0)
    assert.match(
      refusal([...proper, { ...first, close: first.close + 5 }]),
      /two candles of one minute differ: 2025-01-06 09:15/
    )
  })

  it("is refused when a candle cannot be", () => {
    const at = row("2025-01-08", 100)
    assert.match(
      refusal([...proper, { ...at, high: at.low - 5 }]),
      /high and low do not hold the rest: 2025-01-08 10:55/
    )
    assert.match(refusal([...proper, { ...at, close: at.high + 5 }]), /high and low/)
    assert.match(refusal([...proper, { ...at, low: 0, open: 0 }]), /not positive/)
  })

  it("is refused when it trades on a day without trading", () => {
    assert.match(refusal([...proper, row("2025-01-07", 0)]), /nothing trades on 2025-01-07/)
  })

  it.prop(
    "is the same after any shuffle and any repetition",
    {
      order: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: proper.length - 1 })))
    },
    ({ order }) => {
      // All of them, some again, in an order that the numbers make.
      const answer = [...order.flatMap((at) => proper[at] ?? []), ...proper.toReversed()]
      const { candles, repairs } = checked(answer)
      assert.isTrue(minuteAnswers.same(candles, columnsOf(proper)))
      assert.strictEqual(repairs.repeated, order.length)
    }
  )
})
