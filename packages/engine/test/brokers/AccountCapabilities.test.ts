import { assert, describe, it } from "@effect/vitest"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import {
  AccountCapabilities,
  capabilitiesFile,
  type CapabilitiesRefused,
  layer
} from "../../src/brokers/AccountCapabilities.ts"
import { temporaryDirectory } from "./accountStage.ts"

const kite = { id: "zerodha", broker: "kite" } as const
const fyers = { id: "fy", broker: "fyers" } as const

/** What an account has with that file, or without one. */
const withFile = (
  text: string | undefined,
  account: { readonly id: string; readonly broker: "kite" | "fyers" } = kite
) =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    if (text !== undefined) yield* Effect.promise(() => fs.writeFile(capabilitiesFile(directory), text))
    return yield* Effect.flatMap(AccountCapabilities, ({ of }) => of(account)).pipe(Effect.provide(layer(directory)))
  })

const refusal = (value: unknown) =>
  Effect.map(
    Effect.flip(withFile(typeof value === "string" ? value : JSON.stringify(value))),
    (error: CapabilitiesRefused) => {
      assert.include(error.message, "capabilities.json")
      return error
    }
  )

describe("capabilities.json", () => {
  it.effect("need not be there: the documented numbers hold", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* withFile(undefined), capabilities.kite)
      assert.strictEqual(yield* Effect.flatMap(AccountCapabilities, ({ of }) => of(kite)), capabilities.kite)
    }))
  it.effect("gives numbers to a broker, and others to one of its accounts", () =>
    Effect.gen(function*() {
      const text = JSON.stringify({
        brokers: {
          kite: { quoteRates: [{ calls: 2, seconds: 1 }], candleSpans: { "1m": 90 } },
          fyers: { messageNumbers: "always" }
        },
        accounts: { zerodha: { quoteRates: [{ calls: 5, seconds: 2 }] } }
      })
      assert.deepInclude(yield* withFile(text), {
        quoteRates: [{ calls: 5, window: 2_000 }],
        candleSpans: { "1m": 90 },
        readRates: capabilities.kite.readRates
      })
      const other = yield* withFile(text, { id: "kite-asha", broker: "kite" })
      assert.deepStrictEqual(other.quoteRates, [{ calls: 2, window: 1_000 }])
      assert.strictEqual((yield* withFile(text, fyers)).messageNumbers, "always")
    }))
  it.effect("is refused whole with the field and what to do, when something in it cannot be", () =>
    Effect.gen(function*() {
      for (
        const [value, field, reason] of [
          ["{", "", /no JSON/],
          [{ brokers: { kite: { orderRates: [{ calls: 0, seconds: 1 }] } } }, "brokers.kite.orderRates.0.calls", /0/],
          [{ brokers: { kite: { orderRates: [] } } }, "brokers.kite.orderRates.0", /Missing/],
          [{ brokers: { kite: { orderRate: [] } } }, "brokers.kite.orderRate", /excess/],
          [{ brokers: { zerodha: {} } }, "brokers.zerodha", /excess/],
          [{ accounts: { zerodha: { marginLegs: 5 } } }, "accounts.zerodha.marginLegs", /kite has no such number/],
          [
            { accounts: { zerodha: { feedModes: { ltpc: { instruments: 1 } } } } },
            "accounts.zerodha.feedModes.ltpc",
            /ltp,/
          ],
          [{ accounts: { zerodha: { candleSpans: { "2m": 5 } } } }, "accounts.zerodha.candleSpans.2m", /excess/]
        ] as const
      ) {
        const error = yield* refusal(value)
        assert.strictEqual(error.field, field)
        assert.match(error.reason, reason)
        assert.match(error.remedy, /^Correct .*docs\/brokers.md/)
      }
    }))
})
