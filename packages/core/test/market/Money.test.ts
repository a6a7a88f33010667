import { assert, describe, it } from "@effect/vitest"
import { rupeesText } from "@keepgaining/core/market/Money.ts"
import * as Schema from "effect/Schema"

describe("rupees as text", () => {
  it.each(
    [
      [0, "₹0.00"],
      [5, "₹0.05"],
      [99_999, "₹999.99"],
      [100_000, "₹1,000.00"],
      [10_00_000_00, "₹10,00,000.00"],
      [123_45_67_890_12, "₹1,23,45,67,890.12"],
      [-1_23_456_78, "-₹1,23,456.78"]
    ] as const
  )("%i paise are %s", (amount, text) => assert.strictEqual(rupeesText(amount), text))

  it.prop(
    "groups as the locale of India does",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e15 }))],
    ([amount]) => {
      const format = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
      assert.strictEqual(rupeesText(amount), `₹${format.format(Number((amount / 100).toFixed(2)))}`)
    }
  )
})
