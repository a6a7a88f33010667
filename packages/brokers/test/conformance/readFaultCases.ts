/** Questions on a bad day. */
import { assert, describe } from "@effect/vitest"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { checkOf, failure, fault } from "./check.ts"
import { restingOrder, START } from "./stage.ts"

export const readFaultCases = (candidate: Candidate): void => {
  const { broker } = candidate
  const check = checkOf(candidate)

  describe("reads that go wrong", () => {
    const reads: ReadonlyArray<readonly [string, FaultRule, ReadonlyArray<BrokerError["_tag"]>]> = [
      ["too many calls", { fault: "rate-limit" }, ["RateLimited"]],
      ["a token that is refused", { fault: "unauthorised" }, ["Unauthorised"]],
      ["a reset", { fault: "reset" }, ["UnknownOutcome"]],
      ["an answer that is cut", { fault: "truncate" }, ["UnknownOutcome", "UnreadableAnswer"]],
      ["a page", { fault: "html-answer" }, ["UnreadableAnswer", "UnknownOutcome"]],
      ["HTTP 500", { fault: "server-error", status: 500 }, ["UnknownOutcome"]],
      ["no answer", { fault: "hang" }, ["UnknownOutcome"]]
    ]
    for (const [what, rule, tags] of reads) {
      check(`${what}: the order book says so and works again`, (on) =>
        Effect.gen(function*() {
          fault(on, { ...rule, operation: "book" })
          assert.include(tags, (yield* failure(on.session.orders.book, on))._tag)
          assert.deepStrictEqual(yield* on.session.orders.book, [])
        }))
    }
    check("quotes, candles, funds and positions fail as typed as the book", (on) =>
      Effect.gen(function*() {
        const calls = [
          ["quotes", on.session.marketData.quotes(["NSE:SBIN"])],
          ["candles", on.session.marketData.candles("NSE:SBIN", "1m", START - DAY_MS, START)],
          ["funds", on.session.portfolio.funds],
          ["positions", on.session.portfolio.positions]
        ] as const
        for (const [operation, call] of calls) {
          fault(on, { fault: "server-error-html", status: 503, operation })
          const error = yield* failure<unknown>(call, on)
          assert.strictEqual(error._tag, "UnknownOutcome", operation)
        }
      }))
    check("a broker that is not there was never reached", (on) =>
      Effect.gen(function*() {
        const gone = {
          ...on.simulation,
          servers: {
            ...on.simulation.servers,
            [broker]: {
              port: 9,
              url: "http://127.0.0.1:9",
              dropSockets: () => undefined
            }
          }
        }
        const session = candidate.account(gone, on.customer, 1_000).session(on.token)
        assert.strictEqual((yield* failure(session.orders.place(restingOrder(on)), on))._tag, "NotSent")
        assert.strictEqual((yield* failure(session.marketFeed.open(() => undefined), on))._tag, "NotSent")
      }))
  })
}
