import { assert, describe, it } from "@effect/vitest"
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { type CapabilityChanges, changeCapabilities } from "@keepgaining/brokers/port/CapabilityChanges.ts"
import * as Result from "effect/Result"

const changed = (broker: Broker, changes: CapabilityChanges) =>
  Result.getOrThrow(changeCapabilities(broker, capabilities[broker], changes))

describe("an account's own numbers", () => {
  it("take the place of the documented ones, and leave the others", () => {
    const rates = [{ calls: 100, seconds: 1 }, { calls: 900, seconds: 60 }] as const
    const own = changed("upstox", {
      readRates: rates,
      candleRates: rates,
      feedModes: { full_d30: { instruments: 1_500, combined: 1_500 } },
      marginLegs: 40,
      candleSpans: { "1m": 31 }
    })
    const asRates = [{ calls: 100, window: 1_000 }, { calls: 900, window: 60_000 }]
    assert.deepInclude(own, { readRates: asRates, candleRates: asRates, marginLegs: 40, candleSpans: { "1m": 31 } })
    assert.deepInclude(own.feedModes.find(({ name }) => name === "full_d30"), {
      instruments: 1_500,
      combined: 1_500,
      depth: 30
    })
    const { feedModes } = own
    assert.deepInclude(own, {
      orderRates: capabilities.upstox.orderRates,
      quoteRates: capabilities.upstox.quoteRates,
      tokenEnd: capabilities.upstox.tokenEnd
    })
    assert.deepStrictEqual(feedModes.slice(0, 3), capabilities.upstox.feedModes.slice(0, 3))
  })
  it("replace both limits of a mode", () => {
    const own = changed("upstox", { feedModes: { full: { instruments: 3_000 } } })
    const full = own.feedModes.find(({ name }) => name === "full")
    assert.strictEqual(full?.instruments, 3_000)
    assert.isUndefined(full?.combined)
  })
  it("change nothing when there are none", () => {
    for (const broker of Broker.literals) assert.deepStrictEqual(changed(broker, {}), capabilities[broker])
  })
  it("are refused where the broker has nothing of the kind", () => {
    const fault = (broker: Broker, changes: CapabilityChanges) => {
      const result = changeCapabilities(broker, capabilities[broker], changes)
      assert.isTrue(Result.isFailure(result))
      return Result.isFailure(result) ? result.failure : undefined
    }
    assert.deepInclude(fault("kite", { messageNumbers: "always" }), { field: "messageNumbers" })
    assert.deepInclude(fault("kite", { marginLegs: 10 }), { field: "marginLegs" })
    assert.deepInclude(fault("angel", { feedModes: { full: { instruments: 1 } } }), {
      field: "feedModes.full",
      reason: "the modes of angel are LTP, Quote, SnapQuote, Depth20"
    })
  })
})
