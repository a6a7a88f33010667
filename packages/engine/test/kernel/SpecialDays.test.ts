/** Days on which the exchange keeps other hours than usual, or of which nobody knows whether it trades. */
import { assert, describe, it } from "@effect/vitest"
import { calendarHours } from "@keepgaining/core/candles/calendarHours.ts"
import { TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Tick } from "@keepgaining/core/market/TickBatch.ts"
import { dumpKernel, loadKernel } from "@keepgaining/engine/kernel/KernelSnapshot.ts"
import { loadCalendar } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { batches, decisionsOf, deployRestless, kernelOf, marketTicks, open, stocks } from "./scenario.ts"

const hours = new TradingHours(calendarHours(Effect.runSync(loadCalendar()), { holidays: true }))
const instruments = stocks(4)
const at = (text: string): number => parseIst(text)!

/** A market that begins at the instant. */
const marketAt = (start: number, seed: number, seconds: number): ReadonlyArray<Tick> =>
  marketTicks(seed, instruments.size, seconds).map((tick) => ({ ...tick, eventTime: tick.eventTime + start - open }))

const order = {
  _tag: "PlaceOrder",
  request: {
    clientTag: "mine",
    instrument: 0,
    side: "buy",
    quantity: 1,
    type: "market",
    validity: "DAY",
    product: "delivery",
    purpose: "manual",
    reduceOnly: false
  }
} as const

describe("a day that the calendar does not cover", () => {
  it.each(["2027-01-04 09:15:00", "2027-01-26 11:00:00"])(
    "has no candles, no orders and no strategies: %s",
    (start) => {
      const kernel = kernelOf(instruments, { hours })
      deployRestless(kernel)
      kernel.takeDecisions()
      for (const batch of batches(marketAt(at(start), 3, 300), [50], at(start) + 300_000)) kernel.batch(batch)
      assert.strictEqual(kernel.candles(), 0)
      const outcome = kernel.command("by hand", order)
      assert.include(outcome._tag === "Refused" ? outcome.reason : "", "session")
      assert.deepStrictEqual(decisionsOf(kernel).filter((text) => /"OrderChanged"|"Filled"/.test(text)), [])
    }
  )

  it("is as any other where the market is generated", () => {
    const kernel = kernelOf(instruments)
    const start = at("2027-01-26 11:00:00")
    for (const batch of batches(marketAt(start, 3, 300), [50], start + 300_000)) kernel.batch(batch)
    assert.isAbove(kernel.candles(), 100)
    assert.strictEqual(kernel.command("by hand", order)._tag, "Done")
  })
})

describe("a calendar that ends soon", () => {
  const alarms = (kernel: ReturnType<typeof kernelOf>) =>
    kernel.takeDecisions().flatMap(({ decision }) =>
      decision._tag === "Alarm" && decision.kind === "calendar" ? [[decision.raised, decision.detail] as const] : []
    )
  const take = (kernel: ReturnType<typeof kernelOf>, day: string, until: string | null) => {
    kernel.command(`calendar ${day} ${until}`, { _tag: "TakeCoverage", until, at: at(`${day} 08:00:00`) })
    return alarms(kernel)
  }

  it("raises an alarm, once a day, which ends when it reaches further", () => {
    const kernel = kernelOf(instruments, { hours })
    assert.deepStrictEqual(take(kernel, "2026-11-30", "2026-12-31"), [])
    const [[raised, detail] = []] = take(kernel, "2026-12-01", "2026-12-31")
    assert.isTrue(raised)
    assert.include(detail, "ends on 2026-12-31")
    assert.lengthOf(take(kernel, "2026-12-01", "2026-12-31"), 0)
    const again = kernelOf(instruments, { hours })
    assert.isTrue(Result.isSuccess(loadKernel(again, dumpKernel(kernel))))
    for (const each of [kernel, again]) {
      const [[unknown, why] = []] = take(each, "2027-01-04", null)
      assert.isTrue(unknown)
      assert.include(why, "does not cover 2027-01-04")
      assert.deepStrictEqual(take(each, "2027-01-04", "2027-12-31").map(([on]) => on), [false])
      assert.deepStrictEqual(take(each, "2027-01-05", "2027-12-31"), [])
    }
  })
})

describe("the evening of Muhurat", () => {
  const start = at("2024-11-01 18:45:00")
  const run = (seed: number, sizes: ReadonlyArray<number>, partitions: number) => {
    const kernel = kernelOf(instruments, { hours, partitions })
    deployRestless(kernel, "Holder")
    for (const batch of batches(marketAt(start, seed, 890), sizes, at("2024-11-01 19:05:00"))) kernel.batch(batch)
    return { decisions: decisionsOf(kernel), kernel }
  }

  it.prop(
    "has intraday trades until five minutes before its end, and leaves none open; however it is framed",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
      Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 400 }))),
      Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 5 }))
    ],
    ([seed, sizes, partitions]) => {
      const one = run(seed, [64], 1)
      assert.deepStrictEqual(run(seed, sizes, partitions).decisions, one.decisions)
      const orders = one.decisions.map((text) => JSON.parse(text)).filter((each) => each._tag === "OrderChanged")
        .map((each) => each.order)
      const entries = orders.filter(({ purpose }) => purpose === "entry")
      assert.isAbove(entries.filter(({ status }) => status === "complete").length, 0)
      for (const { createdAt } of entries) assert.isBelow(createdAt, at("2024-11-01 18:55:00"))
      assert.isTrue(one.decisions.some((text) => text.includes("\"purpose\":\"square-off\"")))
      assert.strictEqual(one.kernel.desk.openPositions(), 0)
      assert.isTrue(one.kernel.sessionEnded)
    },
    { arbitrary: { runs: 10, size: 10 } }
  )
})
