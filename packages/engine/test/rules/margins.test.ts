import { assert, describe, it } from "@effect/vitest"
import { marginRatesOn } from "@keepgaining/core/margins/MarginRates.ts"
import { loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

const rows = Effect.runSync(loadMarginRates())

describe("margin rates", () => {
  it("are those of the date", () => {
    const now = Result.getOrThrow(marginRatesOn(rows, "2026-11-24"))
    assert.deepInclude(now, { expiryDay: 0.02, cashIntraday: 0.2, priceScan: { index: 0.093, stock: 0.142 } })
    assert.strictEqual(Result.getOrThrow(marginRatesOn(rows, "2024-11-19")).expiryDay, 0)
    assert.deepInclude(now, {
      calendarSpread: { index: 0.0175, stock: 0.022 },
      expirySpread: { index: false, stock: false }
    })
    const spreads = (date: string) => Result.getOrThrow(marginRatesOn(rows, date)).expirySpread
    assert.deepStrictEqual(spreads("2025-02-09"), { index: true, stock: true })
    assert.deepStrictEqual(spreads("2025-02-10"), { index: false, stock: true })
    assert.deepStrictEqual(spreads("2026-05-03"), { index: false, stock: true })
    assert.deepStrictEqual(spreads("2026-05-04"), { index: false, stock: false })
    assert.include(now.source, "NSE Clearing SPAN page")
  })

  it("are refused where nobody wrote them down", () => {
    const before = marginRatesOn(rows, "2021-06-09")
    assert.match(Result.isFailure(before) ? before.failure.message : "", /price-scan-index is not known for 2021-06-09/)
  })
})
