/** Accounts whose own numbers, in `capabilities.json`, differ from the documented ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { capabilitiesFile } from "../../src/brokers/AccountCapabilities.ts"
import { accountId, accountStage, customer, isWell, temporaryDirectory } from "./accountStage.ts"
import { patiently } from "./patiently.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")

const symbols = ["NSE:RELIANCE", "NSE:SBIN", "NSE:NIFTY 50"]

const stageWith = (file: unknown) =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    const write = (value: unknown) =>
      Effect.promise(() => fs.writeFile(capabilitiesFile(directory), JSON.stringify(value)))
    yield* write(file)
    const [own, other] = [customer("angel", "AB1234"), customer("angel", "CD5678")]
    const stage = yield* accountStage({ start: START, customers: [own, other], symbols, directory })
    const actor = (of: typeof own) => stage.brokers.actor(accountId(of))
    return { actor, other, own, stage, write }
  })

describe("an account's own numbers", () => {
  it.effect("hold for it, and not for another of the same broker", () =>
    Effect.gen(function*() {
      const { actor, other, own, stage } = yield* stageWith({
        accounts: { "angel-ab1234": { feedModes: { SnapQuote: { instruments: 2 } }, marginLegs: 60 } }
      })
      yield* patiently(stage, "both are well", () => stage.brokers.actors().every(isWell))
      assert.deepStrictEqual([own, other].map((of) => actor(of)?.status().feed.instruments), [2, 3])
      assert.deepStrictEqual([own, other].map((of) => actor(of)?.capabilities.marginLegs), [60, 50])
      // What finds no room is counted, and what has some stays.
      const known = stage.brokers.instruments("angel").all()
      assert.strictEqual(actor(own)?.subscribe(known, "full"), known.length - 2)
      assert.strictEqual(actor(own)?.subscribe(known.slice(0, 2), "price"), 0)
    }))

  it.effect("that cannot be keep the broker's accounts from running until the file is right", () =>
    Effect.gen(function*() {
      const { stage, write } = yield* stageWith({ brokers: { angel: { feedModes: { full: { instruments: 2 } } } } })
      assert.lengthOf(stage.brokers.actors(), 0)
      yield* write({ brokers: { angel: { feedModes: { SnapQuote: { instruments: 1 } } } } })
      yield* patiently(stage, "both run", () => stage.brokers.actors().length === 2)
    }))
})
