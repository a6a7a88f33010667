import { assert, describe, it } from "@effect/vitest"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { paise, paiseFromRupees, roundToTick, rupeesFromPaise } from "@keepgaining/core/market/Money.ts"
import { MISSING, TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Schema from "effect/Schema"
import { share } from "../strategies/runStrategy.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const SomeTick = Schema.Struct({
  instrument: between(0, 4_294_967_295),
  eventTime: between(0, 4e12),
  receiveTime: between(0, 4e12),
  price: between(0, 2_147_483_647),
  volume: between(0, 9e15),
  lastQuantity: between(0, 2_147_483_647),
  openInterest: between(0, 9e15),
  bid: between(0, 2_147_483_647),
  ask: between(0, 2_147_483_647),
  bidQuantity: between(0, 2_147_483_647),
  askQuantity: between(0, 2_147_483_647)
})

describe("a batch of ticks", () => {
  it.prop("gives back what was put in, and how far time has come", [Schema.Array(SomeTick)], ([some]) => {
    const ticks = some.map((tick) => ({
      ...tick,
      price: paise(tick.price),
      bid: paise(tick.bid),
      ask: paise(tick.ask)
    }))
    const batch = TickBatch.fromTicks(ticks)
    assert.strictEqual(batch.length, ticks.length)
    assert.isTrue(batch.isFull)
    assert.deepStrictEqual(ticks.map((_, row) => batch.tick(row)), ticks)
    assert.strictEqual(batch.now, Math.max(0, ...ticks.map(({ eventTime }) => eventTime)))
  })
  it("has stand-ins for what a feed does not give", () => {
    const batch = TickBatch.fromTicks([{ instrument: 3, eventTime: 5, price: paise(100), volume: 7 }])
    assert.deepStrictEqual(batch.tick(0), {
      instrument: 3,
      eventTime: 5,
      receiveTime: 5,
      price: paise(100),
      lastQuantity: MISSING,
      volume: 7,
      openInterest: MISSING,
      bid: paise(MISSING),
      ask: paise(MISSING),
      bidQuantity: MISSING,
      askQuantity: MISSING
    })
  })
  it("refuses rows beyond its end", () => {
    const batch = TickBatch.fromTicks([{ instrument: 3, eventTime: 5, price: paise(100), volume: 7 }])
    assert.throws(() => batch.push(batch.tick(0)), /full/)
    for (const row of [-1, 1]) assert.throws(() => batch.tick(row), RangeError)
  })
  it("without rows is a timer", () => {
    const timer = TickBatch.timer(42)
    assert.deepStrictEqual([timer.length, timer.now], [0, 42])
  })
})

describe("an instrument table", () => {
  it("gives each symbol one index for ever", () => {
    const table = InstrumentTable.from([share, { ...share, symbol: "NSE:OTHER" }])
    assert.strictEqual(table.add({ ...share, tickSize: 1 }), 0)
    assert.strictEqual(table.at(0).tickSize, 5)
    assert.strictEqual(table.indexOf("NSE:OTHER"), 1)
    assert.isUndefined(table.indexOf("NSE:NONE"))
    assert.strictEqual(table.size, 2)
    assert.throws(() => table.at(2), /No instrument at index 2/)
  })
})

describe("money", () => {
  const amount = between(-1_000_000_000, 1_000_000_000)
  it.prop("survives the way through rupees", [amount], ([value]) => {
    assert.strictEqual(paiseFromRupees(rupeesFromPaise(paise(value))) + 0, value)
  })
  it.prop("rounds to the nearest tick", [amount, between(1, 500)], ([value, tick]) => {
    const rounded = roundToTick(value, tick)
    assert.strictEqual(Math.abs(rounded % tick), 0)
    assert.isAtMost(Math.abs(rounded - value), tick / 2)
  })
})
