import { assert, describe, it } from "vitest"
import * as numbers from "../../src/format/numbers.ts"

describe("prices and money", () => {
  it("groups the Indian way, with two decimals", () => {
    assert.strictEqual(numbers.price(12_345_605), "1,23,456.05")
    assert.strictEqual(numbers.price(5), "0.05")
  })
  it("shows a price that nobody gave as missing, never as zero", () => {
    assert.strictEqual(numbers.price(0), "–")
    assert.strictEqual(numbers.price(Number.NaN), "–")
  })
  it("always signs money, with a real minus", () => {
    assert.strictEqual(numbers.money(1_842_650), "+18,426.50")
    assert.strictEqual(numbers.money(-934_000), "−9,340.00")
    assert.strictEqual(numbers.money(0), "0.00")
  })
  it("has no sign on what rounds to zero", () => {
    assert.strictEqual(numbers.money(-0.3), "0.00")
    assert.strictEqual(numbers.percent(-0.00001), "0.00%")
  })
  it("says amounts in words for screen readers", () => {
    assert.strictEqual(numbers.spokenMoney(-108_000), "loss 1,080.00 rupees")
    assert.strictEqual(numbers.spokenMoney(5_000), "profit 50.00 rupees")
    assert.strictEqual(numbers.spokenMoney(0), "zero")
  })
})

describe("large numbers", () => {
  it("turns to lakh and crore at 1,00,000 and 1,00,00,000", () => {
    assert.strictEqual(numbers.large(99_999), "99,999")
    assert.strictEqual(numbers.large(642_000), "6.42 L")
    assert.strictEqual(numbers.large(10_700_000), "1.07 Cr")
    assert.strictEqual(numbers.large(-250_000), "−2.50 L")
  })
  it("shows a volume of zero as missing where the feed gives none", () => {
    assert.strictEqual(numbers.largeOrMissing(0), "–")
  })
})

describe("percent and latency", () => {
  it("signs and rounds", () => {
    assert.strictEqual(numbers.percent(-0.0041), "−0.41%")
    assert.strictEqual(numbers.percent(0.5), "+50.00%")
    assert.strictEqual(numbers.percent(Number.NaN), "–")
    assert.strictEqual(numbers.latency(0.42), "0.42 ms")
    assert.strictEqual(numbers.latency(14.4), "14 ms")
  })
})

describe("what people type", () => {
  it("reads rupees to the paisa", () => {
    assert.strictEqual(numbers.parseRupees("1,234.5"), 123_450)
    assert.strictEqual(numbers.parseRupees(" 0.05 "), 5)
    assert.strictEqual(numbers.parseRupees("8.29"), 829)
  })
  it("refuses everything else", () => {
    for (const text of ["", "abc", "1.234", "1e3", "1 2", "₹5"]) {
      assert.isUndefined(numbers.parseRupees(text), text)
    }
  })
})
