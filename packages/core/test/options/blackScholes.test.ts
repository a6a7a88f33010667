import { assert, describe, it } from "@effect/vitest"
import { greeks, price } from "@keepgaining/core/options/blackScholes.ts"
import { erfc, normalCdf } from "@keepgaining/core/options/normal.ts"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"

describe("the normal distribution", () => {
  // From the C library's erfc.
  it.each([
    [0, 1.0],
    [0.1, 0.8875370839817152],
    [0.46875, 0.507386526782062],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2.5, 0.0004069520174449589],
    [4, 1.541725790028002e-08],
    [4.5, 1.9661604415428873e-10],
    [8, 1.1224297172982928e-29],
    [20, 5.3958656116079005e-176],
    [-1, 1.842700792949715],
    [-5, 1.9999999999984626]
  ])("erfc(%f) is %d to the last digits", (x, value) => {
    assert.closeTo(erfc(x) / value, 1, 4e-16 * 20)
  })

  it.prop(
    "is symmetric and grows",
    [Schema.Finite.check(Schema.isBetween({ minimum: -30, maximum: 30 }))],
    ([x]) => {
      assert.closeTo(normalCdf(x) + normalCdf(-x), 1, 1e-15)
      assert.isAtLeast(normalCdf(x + 0.01), normalCdf(x))
    },
    { arbitrary: { runs: 300 } }
  )
})

const Spot = Schema.Finite.check(Schema.isBetween({ minimum: 10, maximum: 60_000 }))
const Ratio = Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 2 }))
const Time = Schema.Finite.check(Schema.isBetween({ minimum: 0.001, maximum: 2 }))
const Volatility = Schema.Finite.check(Schema.isBetween({ minimum: 0.03, maximum: 1.5 }))
describe("options", () => {
  it.prop(
    "obey put-call parity and their bounds",
    [Spot, Ratio, Time, Volatility],
    ([spot, ratio, time, volatility]) => {
      const inputs = { spot, strike: spot * ratio, time, volatility, rate: 0.065 }
      const call = price({ ...inputs, right: "CE" })
      const put = price({ ...inputs, right: "PE" })
      const discounted = inputs.strike * Math.exp(-0.065 * time)
      assert.closeTo(call - put, spot - discounted, spot * 1e-12)
      assert.isAtLeast(call, Math.max(0, spot - discounted) - spot * 1e-12)
      assert.isAtMost(call, spot)
    },
    { arbitrary: { runs: 300 } }
  )

  it.prop(
    "have the Greeks that differences show",
    [Spot, Ratio, Time, Volatility],
    ([spot, ratio, time, volatility]) => {
      const inputs = {
        right: "PE" as const,
        spot,
        strike: spot * ratio,
        time: time + 0.05,
        volatility: volatility + 0.05,
        rate: 0.065
      }
      const { delta, rho, theta, vega } = greeks(inputs)
      const slope = (key: "spot" | "time" | "volatility" | "rate", step: number): number =>
        (price({ ...inputs, [key]: inputs[key] + step }) - price({ ...inputs, [key]: inputs[key] - step })) / (2 * step)
      assert.closeTo(delta, slope("spot", spot * 1e-4), 2e-5)
      assert.closeTo(vega / spot, slope("volatility", 1e-4) / spot, 1e-5)
      assert.closeTo(theta / spot, -slope("time", 1e-5) / spot, 1e-4)
      assert.closeTo(rho / spot, slope("rate", 1e-4) / spot, 1e-5)
    },
    { arbitrary: { runs: 200 } }
  )

  it("at expiry are worth what exercise gives", () => {
    const inputs = { right: "CE" as const, spot: 25_100, strike: 25_000, time: 0, volatility: 0.15, rate: 0.065 }
    assert.strictEqual(price(inputs), 100)
    assert.deepStrictEqual(greeks(inputs), { delta: 1, gamma: 0, theta: -0.065 * 25_000, vega: 0, rho: 0 })
  })

  const file = path.resolve(import.meta.dirname, "../../../../../shared/data/options/bs-goldens.json")
  it.skipIf(!fs.existsSync(file))("equal the golden prices and Greeks (skipped where ../shared/data is absent)", () => {
    const { columns, data } = JSON.parse(fs.readFileSync(file, "utf8")) as {
      readonly columns: ReadonlyArray<string>
      readonly data: ReadonlyArray<ReadonlyArray<number>>
    }
    for (const row of data) {
      const at = (name: string): number => row[columns.indexOf(name)]!
      for (const right of ["CE", "PE"] as const) {
        const inputs = { right, spot: at("S"), strike: at("K"), time: at("t"), volatility: at("v"), rate: at("R") }
        const side = right === "CE" ? "C" : "P"
        const { delta, gamma, rho, theta, vega } = greeks(inputs)
        // The file rounds to nine or ten digits.
        const close = (actual: number, name: string): void =>
          assert.closeTo(
            actual,
            at(name),
            1e-6 * Math.max(1, Math.abs(at(name))),
            `${name} of ${JSON.stringify(inputs)}`
          )
        close(price(inputs), right === "CE" ? "bs_call" : "bs_put")
        close(delta, `${side}D`)
        close(gamma, `${side}G`)
        close(theta, `${side}T`)
        close(vega, `${side}V`)
        close(rho, `${side}R`)
      }
    }
  })
})
