/** A broker account as a history server: what it is asked, and what becomes of what it answers. */
import { assert, describe, it } from "@effect/vitest"
import {
  type BrokerError,
  NotSent,
  RateLimited,
  Refused,
  Unauthorised,
  UnknownOutcome,
  UnreadableAnswer
} from "@keepgaining/brokers/port/BrokerError.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import type { BrokerCandle } from "@keepgaining/brokers/port/MarketQuote.ts"
import { MINUTE_MS, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import { accountHistory, type HistoryAccount } from "../../src/history/accountHistory.ts"
import { documentedCapabilities } from "../../src/history/documentedCapabilities.ts"

const where = { broker: "kite", account: "asha", operation: "read candles" } as const
const query = { symbol: "NSE:TCS", interval: "1m", from: "2026-06-08", to: "2026-06-09" } as const

const account = (candles: Effect.Effect<ReadonlyArray<BrokerCandle>, BrokerError>): HistoryAccount => ({
  account: "asha",
  broker: "kite",
  marketData: () => ({ candles: () => candles })
})

const candle = (change: Partial<BrokerCandle> = {}): BrokerCandle => ({
  at: 29_700_000 * MINUTE_MS,
  open: paise(10_000),
  high: paise(10_100),
  low: paise(9_900),
  close: paise(10_050),
  volume: 12,
  ...change
})

describe("a broker account as a history server", () => {
  it.effect("asks for whole Indian days and gives columns", () =>
    Effect.gen(function*() {
      const asked: Array<ReadonlyArray<unknown>> = []
      const port = accountHistory({
        ...account(Effect.succeed([])),
        marketData: () => ({
          candles: (...question) => {
            asked.push(question)
            return Effect.succeed([candle(), candle({ at: 29_700_001 * MINUTE_MS, openInterest: 5 })])
          }
        })
      })
      const columns = yield* port.candles(query)
      assert.deepStrictEqual(asked, [
        ["NSE:TCS", "1m", parseIst("2026-06-08 00:00:00"), parseIst("2026-06-10 00:00:00")! - 1]
      ])
      assert.deepStrictEqual(Array.from(columns.minute), [29_700_000, 29_700_001])
      assert.deepStrictEqual(Array.from(columns.openInterest), [0, 5])
      assert.strictEqual(port.source, "kite:asha")
      assert.strictEqual(port.capabilities.longestSpan["1m"], documentedCapabilities.kite.longestSpan["1m"])
    }))

  it.effect("gives official days by the day that trades, however the broker stamps them", () =>
    Effect.gen(function*() {
      const asked: Array<ReadonlyArray<unknown>> = []
      // Midnight in India, midnight UTC, the open, the close.
      const stamps = ["2026-06-08T00:00:00+05:30", "2026-06-09T00:00:00Z", "2026-06-10T09:15:00+05:30"]
      const rows = [...stamps, "2026-06-11T15:30:00+05:30"].map((text) => candle({ at: Date.parse(text) }))
      const port = accountHistory({
        ...account(Effect.succeed([])),
        marketData: () => ({
          candles: (...question) => {
            asked.push(question)
            return Effect.succeed([...rows, candle({ at: rows[0]!.at, volume: 2 ** 33, openInterest: 0 })])
          }
        })
      })
      const days = yield* port.days({ ...query, interval: "1d" })
      assert.deepStrictEqual(asked, [
        ["NSE:TCS", "1d", parseIst("2026-06-08 00:00:00"), parseIst("2026-06-10 00:00:00")! - 1]
      ])
      const values = { open: 10_000, high: 10_100, low: 9_900, close: 10_050, volume: 12, openInterest: null }
      assert.deepStrictEqual(days, [
        ...["2026-06-08", "2026-06-09", "2026-06-10", "2026-06-11"].map((date) => ({ date, ...values })),
        { date: "2026-06-08", ...values, volume: 2 ** 33, openInterest: 0 }
      ])
      for (const change of [{ high: paise(2 ** 31) }, { volume: -1 }, { volume: 2 ** 53 }, { openInterest: 0.5 }]) {
        const wrong = accountHistory(account(Effect.succeed([candle(change)]))).days({ ...query, interval: "1d" })
        assert.strictEqual((yield* Effect.flip(wrong))._tag, "HistoryMalformed", JSON.stringify(change))
      }
    }))

  it("leaves rates up to a minute to the account's gate", () => {
    const { limits } = accountHistory({ ...account(Effect.succeed([])), broker: "angel" }).capabilities
    assert.deepStrictEqual(limits, [{ requests: 5_000, window: 3_600_000 }])
  })

  it("asks by the account's own numbers where it has some", () => {
    const own = {
      candleRates: [{ calls: 10, window: 1_000 }, { calls: 20_000, window: 3_600_000 }],
      candleSpans: { "1m": 45 }
    }
    const of = { ...account(Effect.succeed([])), broker: "angel" } as const
    const { limits, longestSpan } = accountHistory({ ...of, capabilities: own }).capabilities
    assert.deepStrictEqual(limits, [{ requests: 20_000, window: 3_600_000 }])
    assert.deepStrictEqual(longestSpan, { ...documentedCapabilities.angel.longestSpan, "1m": 45 })
    assert.deepStrictEqual(
      accountHistory({ ...of, capabilities: capabilities.angel }).capabilities,
      accountHistory(of).capabilities
    )
  })

  it.effect("tells failures apart by what the download does next", () =>
    Effect.gen(function*() {
      const failed = (error: BrokerError) => Effect.flip(accountHistory(account(Effect.fail(error))).candles(query))
      assert.deepInclude(yield* failed(new RateLimited({ ...where, retryAfter: 700 })), {
        _tag: "HistoryRateLimited",
        retryAfter: 700
      })
      assert.strictEqual((yield* failed(new Unauthorised(where)))._tag, "HistoryUnauthorised")
      assert.strictEqual((yield* failed(new Refused({ ...where, code: "400", reason: "no" })))._tag, "HistoryRefused")
      assert.strictEqual((yield* failed(new UnknownOutcome({ ...where, reason: "cut" })))._tag, "HistoryUnavailable")
      assert.strictEqual((yield* failed(new NotSent({ ...where, reason: "no way" })))._tag, "HistoryUnavailable")
      assert.strictEqual(
        (yield* failed(new UnreadableAnswer({ ...where, problem: "html" })))._tag,
        "HistoryMalformed"
      )
      const loggedOut = accountHistory({ account: "asha", broker: "kite", marketData: () => undefined })
      assert.strictEqual((yield* Effect.flip(loggedOut.candles(query)))._tag, "HistoryUnauthorised")
    }))

  it.effect("takes nothing that the archive could not hold", () =>
    Effect.gen(function*() {
      const strange = [{ at: 29_700_000 * MINUTE_MS + 1 }, { high: paise(2 ** 31) }, { volume: -1 }, {
        volume: 2 ** 32
      }]
      for (const change of strange) {
        const error = yield* Effect.flip(accountHistory(account(Effect.succeed([candle(change)]))).candles(query))
        assert.strictEqual(error._tag, "HistoryMalformed", JSON.stringify(change))
      }
      const seconds = accountHistory(account(Effect.succeed([]))).candles({ ...query, interval: "1s" })
      assert.strictEqual((yield* Effect.flip(seconds))._tag, "HistoryRefused")
    }))
})
