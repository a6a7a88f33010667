/** The stream of ticks, and how it ends. */
import { assert, describe } from "@effect/vitest"
import type { FeedEnd } from "@keepgaining/brokers/port/BrokerAccount.ts"
import { MAX_CLOCK_LEAD_MS } from "@keepgaining/brokers/wire/DecodeCounters.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import { checkOf, failure, fault } from "./check.ts"
import { details, eventually } from "./stage.ts"
import { throughDamage } from "./throughDamage.ts"
import { ticks, within } from "./watch.ts"

export const marketFeedCases = (candidate: Candidate): void => {
  const check = checkOf(candidate)

  describe("market feed", () => {
    for (const detail of details) {
      check(`ticks in ${detail}, equal to the market's own prices`, (on) =>
        Effect.gen(function*() {
          const { instruments, rows } = yield* ticks(on, ["NSE:RELIANCE", "NSE:SBIN"], detail)
          yield* eventually("ticks of both", () =>
            instruments.every(({ index }) => rows.filter((row) => row.instrument === index).length > 3) || undefined)
          on.simulation.clock.setSpeed(0)
          const now = on.simulation.catchUp()
          const settled = rows.length
          yield* Effect.sleep(150)
          assert.isAtLeast(rows.length, settled)
          for (const { index } of instruments) {
            const last = rows.findLast((row) =>
              row.instrument === index
            )
            const quote = on.simulation.market.quote(on.simulation.market.at(index), on.simulation.exchange.now)
            assert.isDefined(last)
            assert.strictEqual(last.price, quote.price, `${detail} at ${now}`)
            if (detail !== "price") assert.strictEqual(last.volume, quote.volume)
            if (detail === "full") assert.strictEqual(last.bid, quote.bid)
          }
        }))
    }
    check("an index, a future and an option; open interest of what has it", (on) =>
      Effect.gen(function*() {
        const { instruments, rows } = yield* ticks(on, ["NSE:NIFTY 50", on.future, on.option], "full")
        yield* eventually("ticks of all", () =>
          instruments.every(({ index }) =>
            rows.some((row) => row.instrument === index && row.price > 0)
          ) || undefined)
        const future = instruments[1]?.index
        yield* eventually("open interest", () =>
          rows.some((row) =>
            row.instrument === future && row.openInterest > 0
          ) || undefined)
      }))
    check("what is unsubscribed is heard no more", (on) =>
      Effect.gen(function*() {
        const { feed, instruments, rows } = yield* ticks(on, ["NSE:RELIANCE", "NSE:SBIN"], "quote")
        yield* eventually("first ticks", () => rows.length > 4 || undefined)
        feed.unsubscribe(instruments.slice(0, 1))
        yield* Effect.sleep(200)
        rows.length = 0
        yield* eventually("ticks of the other", () => rows.length > 3 || undefined)
        assert.isFalse(rows.some(({ instrument }) => instrument === instruments[0]?.index))
      }))
    check("frames are handed out undecoded to whoever records them", (on) =>
      Effect.gen(function*() {
        const { frames } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        yield* eventually("frames", () => frames.length > 2 || undefined)
      }))
    check("a frame that cannot be read is counted, and the feed goes on", (on) =>
      Effect.gen(function*() {
        const { feed, rows } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        yield* eventually("first ticks", () => rows.length > 0 || undefined)
        fault(on, { fault: "bad-payload", operation: "market-feed" })
        yield* eventually("a count", () => feed.counters.malformed > 0 || undefined)
        const before = rows.length
        yield* eventually("more ticks", () => rows.length > before + 2 || undefined)
      }))
    check(
      "frames that are cut, changed or without meaning are counted; none throws, and the feed goes on or ends",
      (on) =>
        Effect.gen(function*() {
          const { relay, session, thrown } = yield* throughDamage(candidate, on)
          const { feed, rows } = yield* ticks({ ...on, session }, ["NSE:RELIANCE", "NSE:SBIN", "NSE:NIFTY 50"], "full")
          const ends: Array<FeedEnd> = []
          yield* Effect.forkScoped(Effect.map(feed.ended, (end) => ends.push(end)))
          yield* eventually("first ticks", () => rows.length > 3 || undefined)
          relay.damaging = true
          yield* eventually("damage", () => relay.sent >= 400 || ends.length > 0 || undefined)
          relay.damaging = false
          // Changed frames often make sense still.
          yield* eventually(
            "a count, or an end",
            () => feed.counters.malformed * 4 > relay.sent || ends.length > 0 || undefined
          )
          const before = rows.length
          yield* eventually("more ticks, or an end", () => rows.length > before + 2 || ends.length > 0 || undefined)
          assert.deepStrictEqual(thrown, [])
        })
    )
    check("a tick without a price is none", (on) =>
      Effect.gen(function*() {
        const { rows } = yield* ticks(on, ["NSE:RELIANCE", "NSE:NIFTY 50"], "full")
        yield* eventually("first ticks", () => rows.length > 1 || undefined)
        fault(on, { fault: "no-price", operation: "market-feed", count: 4 })
        yield* eventually("them", () => on.simulation.faults.rules.length === 0 || undefined)
        const before = rows.length
        yield* eventually("more ticks", () => rows.length > before + 2 || undefined)
        assert.deepStrictEqual(rows.filter(({ price }) => price <= 0), [])
      }))
    for (const kind of ["duplicate", "reorder", "miss"] as const) {
      check(`frames that come ${kind}: nothing ends`, (on) =>
        Effect.gen(function*() {
          const { rows } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          fault(on, { fault: kind, operation: "market-feed", count: 3 })
          yield* eventually("ticks", () => rows.length > 8 || undefined)
        }))
    }
    check("thousands of frames at once are all read, and the feed goes on", (on) =>
      Effect.gen(function*() {
        const { feed, rows } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
        yield* eventually("first ticks", () => rows.length > 0 || undefined)
        fault(on, { fault: "burst", operation: "market-feed", parts: 8_000 })
        yield* eventually("the burst", () => rows.length > 8_000 || undefined)
        assert.strictEqual(feed.counters.malformed, 0)
        const before = rows.length
        yield* eventually("more ticks", () => rows.length > before + 2 || undefined)
      }))
    for (const minutes of [-20, 20]) {
      check(
        `a broker's clock that is ${minutes} minutes off carries no tick into the future`,
        (on) =>
          Effect.gen(function*() {
            const live = yield* Clock.currentTimeMillis
            on.simulation.clock.setSpeed(1)
            const lead = on.simulation.clock.now - live
            fault(on, { fault: "clock-skew", delay: minutes * MINUTE_MS })
            const times: Array<{ readonly event: number; readonly received: number }> = []
            const feed = yield* on.session.marketFeed.open(({ ticks: { eventTime, length, receiveTime } }) => {
              // Rows below the length are within the columns.
              for (let row = 0; row < length; row++) times.push({ event: eventTime[row]!, received: receiveTime[row]! })
            })
            feed.subscribe(on.instruments(["NSE:RELIANCE"]), "full")
            yield* eventually("ticks", () => times.length > 6 || undefined)
            for (const { event, received } of times) {
              assert.isAtMost(event, received + MAX_CLOCK_LEAD_MS)
              // Behind by what the clock is off, or by nothing where frames carry no time.
              assert.isAtLeast(event, received + Math.min(0, minutes * MINUTE_MS + lead) - 5_000)
            }
          })
      )
    }
    for (const kind of ["disconnect", "reset", "cut-frame", "bad-opcode"] as const) {
      check(`${kind}: ends, and says why`, (on) =>
        Effect.gen(function*() {
          const { feed } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          fault(on, { fault: kind, operation: "market-feed" })
          const end = yield* within(feed.ended)
          assert.strictEqual(end.cause, "closed")
          assert.isAbove(end.reason.length, 0)
        }))
    }
    for (const kind of ["silent", "half-open"] as const) {
      check(`${kind}: is noticed by the watchdog`, (on) =>
        Effect.gen(function*() {
          const { feed } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          fault(on, { fault: kind, operation: "market-feed" })
          const end = yield* within(feed.ended)
          assert.include(["silent", "closed"], end.cause)
        }))
    }
    check(
      "stale: nothing of it is ever heard again, a new connection is well, and no end is made up",
      (on) =>
        Effect.gen(function*() {
          const { feed, rows } = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          const ends: Array<FeedEnd> = []
          yield* Effect.forkScoped(Effect.map(feed.ended, (end) => ends.push(end)))
          yield* eventually("first ticks", () => rows.length > 0 || undefined)
          fault(on, { fault: "stale", operation: "market-feed" })
          yield* eventually("it", () => on.simulation.faults.rules.length === 0 || undefined)
          yield* Effect.sleep(100)
          const before = rows.length
          // Longer than silence is tolerated: pings go on, so the connection lives unless the adapter looks for ticks.
          yield* Effect.sleep(4_000)
          assert.strictEqual(rows.length, before)
          for (const { cause } of ends) assert.strictEqual(cause, "silent")
          const again = yield* ticks(on, ["NSE:RELIANCE"], "quote")
          yield* eventually("ticks of the new one", () => again.rows.length > 2 || undefined)
          assert.strictEqual(rows.length, before)
        })
    )
    check("an upgrade that is refused: token, throttle, trouble", (on) =>
      Effect.gen(function*() {
        const open = on.session.marketFeed.open(() => undefined)
        fault(on, { fault: "refuse-upgrade", operation: "market-feed", status: 401 })
        assert.strictEqual((yield* failure(open, on))._tag, "Unauthorised")
        fault(on, { fault: "refuse-upgrade", operation: "market-feed", status: 429 })
        assert.strictEqual((yield* failure(open, on))._tag, "RateLimited")
        fault(on, { fault: "refuse-upgrade", operation: "market-feed", status: 503 })
        assert.strictEqual((yield* failure(open, on))._tag, "NotSent")
        yield* open
      }))
    check("closes with its scope", (on) =>
      Effect.gen(function*() {
        const open = () =>
          on.simulation.journal.since(0).filter(({ detail, kind }) => kind === "socket" && detail === "open").length
        const closed = () =>
          on.simulation.journal.since(0).filter(({ detail, kind }) => kind === "socket" && detail === "closed").length
        yield* Effect.scoped(ticks(on, ["NSE:RELIANCE"], "quote"))
        yield* eventually("the close", () => open() > 0 && open() === closed() || undefined)
      }))
  })
}
