import { assert, describe, it } from "vitest"
import { csv, csvPrice, csvRupees } from "../../src/format/csv.ts"

describe("CSV", () => {
  it("quotes what would break a row", () => {
    assert.strictEqual(
      csv(["a", "b"], [["x,y", "say \"no\""], ["two\nlines", undefined]]),
      "a,b\r\n\"x,y\",\"say \"\"no\"\"\"\r\n\"two\nlines\",\r\n"
    )
  })

  it("runs nothing in a spreadsheet, and leaves numbers numbers", () => {
    assert.strictEqual(
      csv(["a"], [["=HYPERLINK(\"x\")"], ["-1+2"], ["@x"], [-12.5], [Number.NaN]]),
      "a\r\n\"'=HYPERLINK(\"\"x\"\")\"\r\n'-1+2\r\n'@x\r\n-12.5\r\n\r\n"
    )
  })

  it("writes rupees without grouping, and nothing for what is not known", () => {
    assert.strictEqual(csvRupees(12_345_678.4), 123_456.78)
    assert.strictEqual(csvRupees(0), 0)
    assert.isUndefined(csvPrice(0))
    assert.isUndefined(csvPrice(Number.NaN))
    assert.isUndefined(csvRupees(undefined))
  })
})
