import { assert, describe, it } from "@effect/vitest"
import type { CandleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Schema from "effect/Schema"
import type { OfficialDay } from "../../src/archive/OfficialDays.ts"
import type { AnswerForm } from "../../src/history/AnswerForm.ts"
import { dayAnswers } from "../../src/history/dayAnswers.ts"
import { minuteAnswers } from "../../src/history/minuteAnswers.ts"
import { beginDays, nextGroup, type Settlement, settlementOf, takeAnswer } from "../../src/history/settleDays.ts"
import { columnsOf, dayRow, type Row, rows } from "./answers.ts"

const FULL = 20
const days = Array.from({ length: 10 }, (_, i) => `2025-01-${String(i + 6).padStart(2, "0")}`)

interface Asked<A> extends Settlement<A> {
  readonly asked: ReadonlyArray<string>
}

/** Asks a server that answers a request, numbered from 0, for days. */
const settleIn = <A>(
  form: AnswerForm<A>,
  full: number,
  serve: (days: ReadonlyArray<string>, request: number) => A,
  longest = 0
): Asked<A> => {
  const state = beginDays(form, days, () => full, { longest })
  const asked: Array<string> = []
  for (let group = nextGroup(state); group !== undefined; group = nextGroup(state)) {
    asked.push(`${group[0]?.slice(-2)}-${group.at(-1)?.slice(-2)}`)
    const answer = serve(group, asked.length - 1)
    takeAnswer(state, answer, form.length(answer))
    if (asked.length > 1_000) throw new Error("asks without end")
  }
  return { ...settlementOf(state), asked }
}

const settle = (serve: (days: ReadonlyArray<string>, request: number) => ReadonlyArray<Row>, longest = 0) =>
  settleIn(minuteAnswers, FULL, (group, request) => columnsOf(serve(group, request)), longest)

const settleOfficial = (serve: (days: ReadonlyArray<string>, request: number) => ReadonlyArray<OfficialDay>) =>
  settleIn(dayAnswers, 1, serve)

const all = (group: ReadonlyArray<string>): ReadonlyArray<Row> => group.flatMap((date) => rows(date, 0, FULL))

const counts = (candles: CandleColumns): ReadonlyArray<number> =>
  days.map((date) => minuteAnswers.ofDay(candles, date).length)

describe("days of a chunk", () => {
  it("are settled by one answer that has all the calendar allows", () => {
    const { asked, candles, empty, liquid, unsettled } = settle(all)
    assert.deepStrictEqual(asked, ["06-15"])
    assert.strictEqual(candles.length, 10 * FULL)
    assert.deepStrictEqual({ empty, liquid, unsettled }, { empty: [], liquid: true, unsettled: [] })
  })

  it("of an instrument that trades seldom are settled when the server says the same twice", () => {
    const seldom = (group: ReadonlyArray<string>) => group.flatMap((date) => rows(date, 3, 6))
    const { asked, candles, liquid } = settle(seldom, 100)
    assert.deepStrictEqual(asked, ["06-15", "06-15"])
    assert.strictEqual(candles.length, 30)
    assert.isFalse(liquid)
    // Of a server that was never seen to give more rows, the first and the last day are asked for alone.
    assert.deepStrictEqual(settle(seldom).asked, ["06-15", "06-15", "06-06", "15-15"])
  })

  it("are asked for again in the narrowest range, when an answer was cut", () => {
    const { asked, candles } = settle((group, request) =>
      request === 0 ? all(group).slice(0, 7 * FULL + 3) : all(group)
    )
    assert.deepStrictEqual(asked, ["06-15", "13-15"])
    assert.deepStrictEqual(counts(candles), days.map(() => FULL))
  })

  it("are all there in the end, however few rows a server gives at a time, from either end", () => {
    for (const most of [FULL, FULL + 1, 2 * FULL + 7, 9 * FULL + 19]) {
      assert.deepStrictEqual(counts(settle((group) => all(group).slice(0, most)).candles), days.map(() => FULL))
      assert.deepStrictEqual(counts(settle((group) => all(group).slice(-most)).candles), days.map(() => FULL))
    }
  })

  it("without candles are reported once the server has said so three times, with nothing around them", () => {
    const gap = "2025-01-10"
    const { asked, candles, empty, liquid } = settle((group) => all(group.filter((date) => date !== gap)))
    assert.deepStrictEqual(asked, ["06-15", "10-10", "10-10"])
    assert.deepStrictEqual(empty, [gap])
    assert.isTrue(liquid)
    assert.strictEqual(candles.length, 9 * FULL)
    const nothing = settle(() => [])
    assert.deepStrictEqual([nothing.asked.length, nothing.empty, nothing.liquid], [3, days, undefined])
  })

  it("stay unsettled when the answers never agree, and the server is not asked for ever", () => {
    const { asked, candles, unsettled } = settle((group, request) =>
      group.flatMap((date) => date === "2025-01-08" ? rows(date, 0, 1 + request) : rows(date, 0, FULL))
    )
    assert.isBelow(asked.length, 20)
    assert.deepStrictEqual(unsettled, ["2025-01-08"])
    assert.strictEqual(candles.length, 9 * FULL)
  })

  const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: FULL }))

  it.prop(
    "are exactly the server's, whatever it has of each and however few rows it gives at a time",
    {
      of: Schema.Array(Count).check(Schema.isMinLength(10), Schema.isMaxLength(10)),
      most: Schema.Int.check(Schema.isBetween({ minimum: FULL, maximum: 12 * FULL }))
    },
    ({ most, of }) => {
      const has = (date: string): ReadonlyArray<Row> => rows(date, 0, of[days.indexOf(date)] ?? 0)
      const { candles, empty, unsettled } = settle((group) => group.flatMap(has).slice(0, most))
      assert.deepStrictEqual(unsettled, [])
      assert.deepStrictEqual(counts(candles), of)
      assert.deepStrictEqual(empty, days.filter((_, i) => of[i] === 0))
    }
  )

  it("of the exchange are settled by one answer, and those that lack are asked for alone", () => {
    const whole = settleOfficial((group) => group.map(dayRow))
    assert.deepStrictEqual([whole.asked, whole.candles, whole.empty], [["06-15"], days.map(dayRow), []])
    const gap = "2025-01-10"
    const holed = settleOfficial((group) => group.filter((date) => date !== gap).map(dayRow))
    assert.deepStrictEqual(holed.asked, ["06-15", "10-10", "10-10"])
    assert.deepStrictEqual([holed.empty, holed.candles.length], [[gap], 9])
  })

  it.prop(
    "of the exchange are exactly the server's, whichever it has and however few it gives at a time",
    {
      has: Schema.Array(Schema.Boolean).check(Schema.isMinLength(10), Schema.isMaxLength(10)),
      most: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 }))
    },
    ({ has, most }) => {
      const there = days.filter((_, i) => has[i] === true)
      const { candles, empty, unsettled } = settleOfficial((group) =>
        group.filter((date) => there.includes(date)).slice(0, most).map(dayRow)
      )
      assert.deepStrictEqual(unsettled, [])
      assert.deepStrictEqual(candles, there.map(dayRow))
      assert.deepStrictEqual(empty, days.filter((date) => !there.includes(date)))
    }
  )

  it("without hours lack nothing", () => {
    const state = beginDays(dayAnswers, days, (date) => date === days[3] ? 0 : 1, { longest: 0 })
    takeAnswer(state, days.filter((date) => date !== days[3]).map(dayRow), 9)
    assert.isUndefined(nextGroup(state))
    assert.deepStrictEqual(settlementOf(state).empty, [])
  })
})
