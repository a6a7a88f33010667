import { assert, describe, it } from "@effect/vitest"
import {
  absent,
  answered,
  failed,
  GIVE_UP_MS,
  nextLook,
  recovered,
  seen,
  sending,
  SETTLE_MS
} from "@keepgaining/brokers/orders/Placement.ts"
import { RateLimited, UnknownOutcome } from "@keepgaining/brokers/port/BrokerError.ts"

const where = { broker: "kite", account: "asha", operation: "place order" } as const
const lost = new UnknownOutcome({ ...where, reason: "ECONNRESET", tag: "t" })
const unknown = failed(sending("t", 0), lost)

describe("a placement", () => {
  it("is placed by its answer, and by being seen", () => {
    assert.deepStrictEqual(answered(sending("t", 0), ["1"]), { _tag: "Placed", tag: "t", orderIds: ["1"] })
    assert.deepStrictEqual(seen(unknown, ["1"]), { _tag: "Placed", tag: "t", orderIds: ["1"] })
  })

  it("that was seen is not undone by its late failure, nor counted twice by its late answer", () => {
    const found = seen(sending("t", 0), ["1"])
    assert.strictEqual(failed(found, lost), found)
    assert.strictEqual(answered(found, ["1"]), found)
    assert.deepStrictEqual(seen(found, ["2", "1"]), { _tag: "Placed", tag: "t", orderIds: ["1", "2"] })
  })

  it("that was refused or throttled was not placed", () => {
    assert.strictEqual(failed(sending("t", 0), new RateLimited(where))._tag, "NotPlaced")
  })

  it("that was on its way when the engine stopped is unknown", () => {
    assert.strictEqual(recovered(sending("t", 0))._tag, "Unknown")
  })

  it("is given up after two late looks, never before", () => {
    assert.strictEqual(absent(absent(unknown, 1_000), 2_000)._tag, "Unknown", "early looks prove nothing")
    const once = absent(unknown, GIVE_UP_MS)
    assert.strictEqual(once._tag, "Unknown", "one look is not enough")
    assert.strictEqual(absent(once, GIVE_UP_MS + 1)._tag, "NotPlaced")
    const early = absent(absent(unknown, SETTLE_MS), SETTLE_MS + 1)
    assert.strictEqual(early._tag, "Unknown", "two looks, but too soon")
  })

  it("is looked for less and less often", () => {
    const waits: Array<number> = []
    let placement = unknown
    let at = 0
    for (let i = 0; i < 6; i++) {
      const next = nextLook(placement, at)
      assert.isDefined(next)
      waits.push(next - at)
      at = next
      placement = absent(placement, 0)
    }
    assert.deepStrictEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000])
    assert.isUndefined(nextLook(seen(unknown, ["1"]), 0))
  })
})
