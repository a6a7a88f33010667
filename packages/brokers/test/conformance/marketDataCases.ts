/** Market data that is asked for: quotes, candles, chains, margins. */
import { assert, describe } from "@effect/vitest"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import type { CandleInterval } from "@keepgaining/brokers/port/MarketQuote.ts"
import { DAY_MS, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { checkOf, failure } from "./check.ts"
import { START } from "./stage.ts"

export const marketDataCases = (candidate: Candidate): void => {
  const check = checkOf(candidate)

  describe("market data", () => {
    check("quotes of shares, indices and contracts; unknown ones are missing", (on) =>
      Effect.gen(function*() {
        const symbols = ["NSE:RELIANCE", "NSE:NIFTY 50", on.option, on.future]
        on.simulation.clock.setSpeed(0)
        on.simulation.catchUp()
        const quotes = yield* on.session.marketData.quotes([...symbols, "NSE:NOSUCH"])
        assert.deepStrictEqual(quotes.map(({ symbol }) => symbol).sort(), [...symbols].sort())
        for (const quote of quotes) {
          const of = on.simulation.market.ofSymbol(quote.symbol)
          assert.isDefined(of)
          assert.strictEqual(quote.price, on.simulation.market.price(of, on.simulation.exchange.now), quote.symbol)
          const { lowerCircuit, upperCircuit } = on.simulation.exchange.quote(of)
          const isTold = capabilities[candidate.broker].circuits.quotes && of.instrument.kind !== "index"
          assert.deepStrictEqual(
            [quote.lowerCircuit, quote.upperCircuit],
            isTold ? [lowerCircuit, upperCircuit] : [undefined, undefined],
            quote.symbol
          )
        }
      }))
    for (
      const [interval, minutes] of [["1m", 1], ["5m", 5], ["15m", 15], ["30m", 30], ["1h", 60], [
        "1d",
        1_440
      ]] as ReadonlyArray<readonly [CandleInterval, number]>
    ) {
      check(`candles of ${interval}`, (on) =>
        Effect.gen(function*() {
          const from = Date.parse("2026-11-19T00:00:00+05:30")
          const to = Date.parse("2026-11-20T23:59:00+05:30")
          const of = on.simulation.market.ofSymbol("NSE:SBIN")
          assert.isDefined(of)
          const wanted = on.simulation.market.candles(of, from, to, minutes)
          const candles = yield* on.session.marketData.candles("NSE:SBIN", interval, from, to)
          assert.isAbove(wanted.length, 0)
          assert.deepStrictEqual(
            candles.map(({ at, close, high, low, open, volume }) => ({ at, open, high, low, close, volume })),
            wanted.map(({ at, close, high, low, open, volume }) => ({ at, open, high, low, close, volume }))
          )
        }))
    }
    check("candles of today end now", (on) =>
      Effect.gen(function*() {
        const candles = yield* on.session.marketData.candles(
          "NSE:SBIN",
          "1m",
          START - 45 * MINUTE_MS,
          START + 10 * MINUTE_MS
        )
        assert.isAtLeast(candles.length, 45)
      }))
    check("candles of an unknown instrument are refused", (on) =>
      Effect.gen(function*() {
        const error = yield* failure(on.session.marketData.candles("NSE:NOSUCH", "1m", START - DAY_MS, START), on)
        assert.strictEqual(error._tag, "Refused")
      }))
    check("margin of a short option", (on) =>
      Effect.gen(function*() {
        const margin = yield* on.session.margins.of([
          { symbol: on.option, side: "sell", quantity: 65, product: "carry", price: paise(10_000) }
        ])
        assert.isAbove(margin.total, 65 * 10_000)
      }))
    if (!candidate.without.includes("chain")) {
      check("option chain with Greeks", (on) =>
        Effect.gen(function*() {
          const option = on.simulation.market.ofSymbol(on.option)
          assert.isDefined(option?.instrument.expiry)
          const chain =
            yield* (on.session.marketData.chain?.("NSE:NIFTY 50", option.instrument.expiry) ?? Effect.succeed([]))
          const row = chain.find(({ symbol }) => symbol === on.option)
          assert.isDefined(row)
          assert.strictEqual(row.strike, option.instrument.strike)
          assert.strictEqual(row.right, option.instrument.right)
          assert.isAbove(row.price, 0)
          if (row.greeks === undefined) return
          assert.isBelow(Math.abs(row.greeks.delta), 1.01)
          assert.closeTo(row.greeks.impliedVolatility, option.volatility, 0.02)
        }))
    }
  })
}
