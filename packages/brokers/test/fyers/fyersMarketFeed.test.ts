import { assert, describe, it } from "@effect/vitest"
import { HsmMode } from "@keepgaining/brokers/fyers/HsmTopic.ts"
import type { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import * as Effect from "effect/Effect"
import { eventually } from "../conformance/stage.ts"
import { feedStage } from "./feedStage.ts"

interface Row {
  readonly instrument: number
  readonly mode: number
  readonly bids: number
}

const rowsOf = (batch: FeedBatch): ReadonlyArray<Row> =>
  Array.from({ length: batch.length }, (_, row) => ({
    // Rows below the length are within the columns.
    instrument: batch.ticks.instrument[row]!,
    mode: batch.mode[row]!,
    bids: batch.depth.bids[row]!
  }))

describe("Fyers' data socket", () => {
  it.live("with numbered frames goes on as long as they are acknowledged", () =>
    Effect.scoped(Effect.gen(function*() {
      const on = yield* feedStage({ ackCount: 2 })
      const rows: Array<Row> = []
      const feed = yield* on.session.marketFeed.open((batch) => rows.push(...rowsOf(batch)))
      feed.subscribe([on.instrument("NSE:SBIN"), on.instrument("NSE:NIFTY 50")], "quote")
      // The simulator sends no more than eight that nobody acknowledged.
      yield* eventually("thirty frames", () => feed.counters.frames > 30 || undefined)
      assert.strictEqual(feed.counters.malformed, 0)
      assert.isTrue(rows.some(({ mode }) => mode === HsmMode.index))
    })))

  it.live(
    "gives more of an instrument when more is asked for, and less again",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const on = yield* feedStage({ ackCount: 0 })
        const sbin = on.instrument("NSE:SBIN")
        const rows: Array<Row> = []
        const feed = yield* on.session.marketFeed.open((batch) => rows.push(...rowsOf(batch)))
        feed.subscribe([sbin], "price")
        yield* eventually("last prices alone", () => rows.find(({ mode }) => mode === HsmMode.lite))
        feed.subscribe([sbin], "full")
        const deep = yield* eventually("depth", () => rows.find(({ mode }) => mode === HsmMode.depth))
        assert.deepInclude(deep, { instrument: sbin.index, bids: 5 })
        yield* eventually("quotes", () => rows.find(({ mode }) => mode === HsmMode.symbol))
        feed.subscribe([sbin], "price")
        yield* Effect.sleep(100)
        rows.length = 0
        yield* eventually("last prices", () => rows.filter(({ mode }) => mode === HsmMode.lite).at(3))
        assert.isFalse(rows.some(({ mode }) => mode === HsmMode.depth))
      })),
    30_000
  )

  it.live(
    "that stops giving prices while its connection lives ends as silent",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const on = yield* feedStage({ ackCount: 0, silentAfter: 1_000 })
        let frames = 0
        const feed = yield* on.session.marketFeed.open(() => frames++)
        feed.subscribe([on.instrument("NSE:SBIN")], "quote")
        // Eighty a second at most, for longer than the silence that is borne.
        yield* eventually("a lively feed", () => frames > 200 || undefined)
        on.faults.add({ fault: "stale", broker: "fyers", account: on.customer.userId, operation: "market-feed" })
        const end = yield* feed.ended
        assert.strictEqual(end.cause, "silent")
        assert.include(end.reason, "no prices")
      })),
    30_000
  )

  it.live("without anything subscribed stays open", () =>
    Effect.scoped(Effect.gen(function*() {
      const on = yield* feedStage({ ackCount: 0, silentAfter: 400 })
      const feed = yield* on.session.marketFeed.open(() => undefined)
      const end = yield* Effect.timeoutOption(feed.ended, 1_500)
      assert.strictEqual(end._tag, "None")
    })))

  it.live(
    "of somebody whose token has no key for it is refused with what to do",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const on = yield* feedStage({ ackCount: 0 })
        const { feed: _, ...without } = on.token
        const error = yield* Effect.flip(on.account.session(without).marketFeed.open(() => undefined))
        assert.strictEqual(error._tag, "Refused")
        if (error._tag === "Refused") assert.isDefined(error.remedy)
      })),
    30_000
  )
})
