import { assert, describe, it } from "@effect/vitest"
import { continuedHours } from "@keepgaining/core/candles/continuedHours.ts"
import { type HoursRules, plainHours } from "@keepgaining/core/candles/TradingHours.ts"
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"

const at = (text: string): number => parseIst(text)!
const kept: HoursRules = { ...plainHours, name: "kept", weekends: false, closed: ["2026-12-25"] }

describe("the hours a session goes on by", () => {
  it("are the new ones when they say the same of every recorded day", () => {
    const announced = { ...kept, name: "announced", closed: ["2026-12-25", "2027-01-26"] }
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-12-31 15:30:00")), announced)
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-11-02 09:15:00")), announced)
  })
  it("stay the old ones when the new ones would change a day that was recorded, the last one too", () => {
    const announced = { ...kept, name: "announced", closed: ["2026-12-25", "2026-12-31"] }
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-12-31 09:00:00")), kept)
    assert.strictEqual(continuedHours(kept, announced, at("2026-11-02 09:15:00"), at("2026-12-30 15:30:00")), announced)
  })
})
