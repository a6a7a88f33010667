import { quoteFields, type QuoteFrame } from "@keepgaining/rpc/contract/Market.ts"
import { createRoot } from "solid-js"
import { assert, describe, it } from "vitest"
import { QuoteStore } from "../../src/state/QuoteStore.ts"

const frame = (
  sequence: number,
  quotes: Readonly<Record<number, Partial<Record<(typeof quoteFields)[number], number>>>>
): QuoteFrame => ({
  sequence,
  now: 1_000 + sequence,
  ids: Object.keys(quotes).map(Number),
  values: Object.values(quotes).flatMap((quote) => quoteFields.map((field) => quote[field] ?? 0))
})

describe("QuoteStore", () => {
  it("knows nothing before the first frame", () => {
    const store = new QuoteStore(2)
    assert.isNaN(store.value(0, "last"))
    assert.isNaN(store.now())
  })

  it("keeps each field of each instrument apart", () => {
    const store = new QuoteStore(3)
    store.apply(frame(1, { 0: { last: 100, time: 7 }, 2: { last: 300, bid: 299, askQuantity: 12 } }))
    assert.strictEqual(store.value(0, "last"), 100)
    assert.strictEqual(store.value(0, "time"), 7)
    assert.isNaN(store.value(1, "last"))
    assert.strictEqual(store.value(2, "bid"), 299)
    assert.strictEqual(store.value(2, "askQuantity"), 12)
    assert.strictEqual(store.now(), 1_001)
    assert.strictEqual(store.sequence, 1)
  })

  it("grows when an instrument is listed during the session", () => {
    const store = new QuoteStore(1)
    store.apply(frame(1, { 0: { last: 100 } }))
    store.apply(frame(2, { 5: { last: 500 } }))
    assert.strictEqual(store.value(0, "last"), 100)
    assert.strictEqual(store.value(5, "last"), 500)
  })

  it("shows watched cells the newest value, and has signals for no other", () => {
    const store = new QuoteStore(100)
    createRoot((dispose) => {
      const last = store.watch(7, "last")
      const again = store.watch(7, "last")
      assert.strictEqual(store.watched, 1)
      store.apply(frame(1, { 7: { last: 100, bid: 99 }, 8: { last: 5 } }))
      assert.strictEqual(last(), 100)
      assert.strictEqual(again(), 100)
      assert.strictEqual(store.watched, 1)
      dispose()
    })
    assert.strictEqual(store.watched, 0)
  })

  it("stands still while frozen and then shows what is current", () => {
    const store = new QuoteStore(1)
    createRoot((dispose) => {
      const last = store.watch(0, "last")
      store.apply(frame(1, { 0: { last: 100 } }))
      store.freeze(true)
      store.apply(frame(2, { 0: { last: 200 } }))
      assert.strictEqual(last(), 100)
      assert.strictEqual(store.value(0, "last"), 200)
      store.freeze(false)
      assert.strictEqual(last(), 200)
      dispose()
    })
  })

  it("forgets everything on reset", () => {
    const store = new QuoteStore(1)
    createRoot((dispose) => {
      const last = store.watch(0, "last")
      store.apply(frame(1, { 0: { last: 100 } }))
      store.reset(1)
      assert.isNaN(last())
      assert.isNaN(store.value(0, "last"))
      assert.isNaN(store.now())
      dispose()
    })
  })
})
