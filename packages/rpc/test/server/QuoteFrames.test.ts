import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { QuoteBoard } from "@keepgaining/engine/kernel/QuoteBoard.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { quoteFields } from "../../src/contract/Market.ts"
import { QuoteFrames } from "../../src/server/QuoteFrames.ts"

const size = 5

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** A tick, a look of the subscriber, or the start of a new day. */
const Step = Schema.Union([
  Schema.Struct({ instrument: between(0, size - 1), price: between(1, 1_000_000) }),
  Schema.Literals(["look", "new day"])
])

describe("QuoteFrames", () => {
  it.effect.prop(
    "however often the subscriber looks, in the end it holds what the board holds",
    [Schema.Array(Step)],
    ([steps]) =>
      Effect.sync(() => {
        const board = new QuoteBoard(size)
        const frames = new QuoteFrames([])
        const held = new Map<number, ReadonlyArray<number>>()
        const look = () => {
          const { ids, values } = frames.next(board)
          assert.strictEqual(new Set(ids).size, ids.length)
          ids.forEach((id, row) => held.set(id, values.slice(row * quoteFields.length, (row + 1) * quoteFields.length)))
        }
        let now = 0
        for (const step of steps) {
          if (step === "look") look()
          else if (step === "new day") board.rollDay()
          else {
            now += 1
            const tick = { instrument: step.instrument, price: paise(step.price), eventTime: now, volume: now }
            board.update(TickBatch.fromTicks([tick]), 0)
          }
        }
        look()
        for (let i = 0; i < size; i++) {
          if (board.changes[i] === 0) continue
          assert.deepStrictEqual(held.get(i), quoteFields.map((field) => board[field][i] ?? NaN))
        }
        assert.deepStrictEqual(frames.next(board), { ids: [], values: [] })
      })
  )

  it("sends everything again when the board is another one", () => {
    const tick = TickBatch.fromTicks([{ instrument: 1, price: paise(100), eventTime: 5, volume: 1 }])
    const before = new QuoteBoard(2)
    before.update(tick, 0)
    const frames = new QuoteFrames([])
    assert.deepStrictEqual(frames.next(before).ids, [1])
    const after = new QuoteBoard(2)
    after.update(tick, 0)
    assert.deepStrictEqual(frames.next(after).ids, [1])
  })

  it("gives the wanted ones only, and survives indices that do not exist", () => {
    const board = new QuoteBoard(3)
    for (const instrument of [0, 1, 2]) {
      board.update(TickBatch.fromTicks([{ instrument, price: paise(100), eventTime: 5, volume: 1 }]), 0)
    }
    assert.deepStrictEqual(new QuoteFrames([2, 2, -1, 99]).next(board).ids, [2])
  })
})
