/**
 * Thirty days of the market's own calendar without a hand on the keyboard: tokens end at each broker's hour, brokers fail for
 * a morning, an hour and a whole day, there are weekends, holidays and a Muhurat Sunday; and at every open each account whose
 * broker is up is live with both streams.
 *
 * Time leaps by half an hour where nothing is to be seen and goes by the second where tokens end, logins are due and the
 * market opens.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { dateOf, dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import {
  DAY_MS,
  formatIst,
  formatIstDate,
  istTimeOfDay,
  MINUTE_MS,
  SECOND_MS,
  startOfIstDay,
  timeOfDay
} from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AccountActor } from "../../src/brokers/AccountActor.ts"
import type { AccountPhase, AccountStatus } from "../../src/brokers/AccountStatus.ts"
import { LAST_LOGIN_AT, LOGIN_AT } from "../../src/brokers/loginSchedule.ts"
import { type AccountStage, accountStage, customer, registered } from "./accountStage.ts"

const FIRST = "2026-10-19"
const DAYS = 30

/** When each broker's tokens end: what its documents say, written down here a second time on purpose. */
const tokenEnds: Readonly<Record<Broker, number>> = {
  upstox: timeOfDay(3, 30),
  kite: timeOfDay(6, 0),
  angel: timeOfDay(0, 0),
  // A minute before what is in the token: the simulator writes 06:00 into it.
  fyers: timeOfDay(5, 59)
}

interface Outage {
  readonly from: number
  readonly to: number
  readonly how: "down" | "5xx"
}

/** A broker that takes no connection, or answers everything with an error. */
const breakDown = ({ faults, servers }: Simulation, broker: Broker, how: Outage["how"]): () => void => {
  const rules = [
    how === "down"
      ? faults.add({ fault: "reset", broker })
      : faults.add({ fault: "server-error", broker, status: 503 }),
    faults.add({ fault: "refuse-upgrade", broker, status: 503 })
  ]
  servers[broker]?.dropSockets()
  return () => rules.forEach((id) => faults.remove(id))
}

/** By then every broker that had a bad morning or hour is back for long enough. */
const LATER = timeOfDay(11, 50)

interface Snapshot {
  readonly at: number
  readonly actor: AccountActor
  readonly status: AccountStatus
}

interface Seen {
  readonly at: number
  readonly phase: AccountPhase
}

/** Runs the days, and notes what each account did when. */
const live = (stage: AccountStage, outages: ReadonlyMap<Broker, ReadonlyArray<Outage>>) =>
  Effect.gen(function*() {
    const { brokers, calendar, clock, simulation } = stage
    const phases = new Map<string, Array<Seen>>(brokers.actors().map(({ record }) => [record.id, []]))
    const snapshots: Array<Snapshot> = []
    const snap = Effect.sync(() => {
      for (const actor of brokers.actors()) snapshots.push({ at: clock.now, actor, status: actor.status() })
    })
    const repairs = new Map<string, () => void>()

    const look = Effect.sync(() => {
      for (const actor of brokers.actors()) {
        const seen = phases.get(actor.record.id)
        const phase = actor.phase
        if (seen !== undefined && seen.at(-1)?.phase !== phase) seen.push({ at: clock.now, phase })
      }
      for (const [broker, all] of outages) {
        for (const [i, { from, how, to }] of all.entries()) {
          const key = `${broker} ${i}`
          const isOn = clock.now >= from && clock.now < to
          if (isOn && !repairs.has(key)) repairs.set(key, breakDown(simulation, broker, how))
          if (!isOn && repairs.has(key)) {
            repairs.get(key)?.()
            repairs.delete(key)
          }
        }
      }
    })
    const passTo = (to: number, step: number) =>
      Effect.gen(function*() {
        while (clock.now < to) {
          yield* clock.leap(Math.min(to, clock.now + step))
          yield* look
        }
      })
    /** By the second around a moment, so that what happens then is seen when it happens. */
    const near = (moment: number, after: number) =>
      Effect.andThen(passTo(moment - SECOND_MS, 30 * MINUTE_MS), passTo(moment + after, SECOND_MS))

    const ends = [...new Set(Object.values(tokenEnds))].sort((a, b) => a - b)
    for (let day = dayOf(FIRST); day < dayOf(FIRST) + DAYS; day++) {
      const midnight = startOfIstDay(day)
      for (const end of ends) yield* near(midnight + end, 3 * SECOND_MS)
      const isTradingDay = Result.getOrThrow(calendar.isTradingDay(dateOf(day)))
      if (!isTradingDay) {
        yield* passTo(midnight + DAY_MS - MINUTE_MS, 30 * MINUTE_MS)
        continue
      }
      yield* near(midnight + LOGIN_AT, 15 * SECOND_MS)
      yield* passTo(midnight + timeOfDay(9, 14, 45), 5 * MINUTE_MS)
      yield* passTo(midnight + timeOfDay(9, 15), SECOND_MS)
      yield* snap
      const isTroubled = [...outages.values()].flat().some(({ from }) => formatIstDate(from) === dateOf(day))
      const step = isTroubled ? 5 * MINUTE_MS : 30 * MINUTE_MS
      yield* passTo(midnight + LATER - MINUTE_MS, step)
      yield* passTo(midnight + LATER, 5 * SECOND_MS)
      yield* snap
      yield* passTo(midnight + timeOfDay(15, 31), step)
      yield* passTo(midnight + DAY_MS - MINUTE_MS, 30 * MINUTE_MS)
    }
    return { phases, snapshots }
  })

describe("thirty days", () => {
  it.effect("roll over without a hand", () =>
    Effect.gen(function*() {
      const last = dateOf(dayOf(FIRST) + DAYS - 1)
      const customers = registered.map((broker, i) => customer(broker, `AB${1000 + i}`))
      const stage = yield* accountStage({ start: startOfIstDay(dayOf(FIRST)) - MINUTE_MS, customers })
      const { calendar, logins, simulation } = stage
      const trading = Result.getOrThrow(calendar.tradingDays(FIRST, last))
      // Dussehra and Diwali, a Muhurat session on a Sunday, and weekends.
      assert.notInclude(trading, "2026-10-20")
      assert.notInclude(trading, "2026-11-10")
      assert.include(trading, "2026-11-08")
      assert.strictEqual(trading.length, 21)

      const at = (day: number, hour: number, minute = 0): number =>
        startOfIstDay(dayOf(trading[day] ?? "")) + timeOfDay(hour, minute)
      // Each broker has its bad days, each another one on the same day: a morning, an hour of a session, a whole day, a
      // night until just before the open.
      const badDays = [3, 7, 11, 15]
      const outages = new Map(registered.map((broker, i) => {
        const day = (kind: number): number => badDays[(i + kind) % badDays.length] ?? 0
        return [
          broker,
          [
            { how: "down", from: at(day(0), 7), to: at(day(0), 11) },
            { how: "down", from: at(day(1), 10, 30), to: at(day(1), 11, 30) },
            { how: "5xx", from: at(day(2), 0), to: at(day(2), 24) },
            { how: "down", from: at(day(3), 2), to: at(day(3), 9, 5) }
          ] satisfies ReadonlyArray<Outage>
        ]
      }))
      const isDown = (broker: Broker, when: number): boolean =>
        (outages.get(broker) ?? []).some(({ from, to }) => when >= from && when < to)
      const { phases, snapshots } = yield* live(stage, outages)

      // At every open, and later on the day, each account whose broker is up is live with both streams.
      assert.strictEqual(snapshots.length, trading.length * 2 * customers.length)
      const states = snapshots.map(({ actor, at: when, status }) =>
        `${formatIst(when).slice(0, 16)} ${actor.record.id} ${status.phase}, feed ${status.feed.state}, ` +
        `orders ${status.orders.state}`
      )
      const wanted = snapshots.map(({ actor, at: when }) => {
        const isOff = isDown(actor.record.broker, when)
        return `${formatIst(when).slice(0, 16)} ${actor.record.id} ${
          isOff ? "logged-out, feed off, orders off" : "live, feed live, orders live"
        }`
      })
      assert.deepStrictEqual(states, wanted)
      for (const { status } of snapshots.filter(({ status: each }) => each.phase === "live")) {
        assert.strictEqual(status.feed.instruments, stage.symbols.length)
        assert.isNotNull(status.feed.lastHeardAt)
      }

      for (const actor of stage.brokers.actors()) {
        const { broker, id } = actor.record
        const seen = phases.get(id) ?? []
        // Tokens end at the broker's own hour and nowhere else: no outage costs one.
        const lost = seen.flatMap(({ at: when, phase }, i) =>
          phase === "logged-out" && seen[i - 1]?.phase === "live" ? [istTimeOfDay(when)] : []
        )
        assert.isAtLeast(lost.length, trading.length - 2)
        for (const time of lost) assert.strictEqual(time, tokenEnds[broker], `${id} lost its token at ${time}`)

        for (let day = dayOf(FIRST); day < dayOf(FIRST) + DAYS; day++) {
          const date = dateOf(day)
          const todays = logins.filter((each) => each.account === id && formatIstDate(each.at) === date)
          for (const each of todays) {
            assert.isAtLeast(istTimeOfDay(each.at), LOGIN_AT)
            assert.isBelow(istTimeOfDay(each.at), LAST_LOGIN_AT)
          }
          const isBad = isDown(broker, startOfIstDay(day) + LOGIN_AT)
          const attempts = `${id} on ${date}: ${todays.length} logins`
          if (!trading.includes(date)) assert.strictEqual(todays.length, 0, attempts)
          else if (!isBad) assert.strictEqual(todays.length, 1, attempts)
          else {
            assert.isAbove(todays.length, 2, attempts)
            assert.isAtMost(todays.length, 40, attempts)
          }
        }
        // And nothing else reached the broker's login.
        assert.isAtMost(
          simulation.journal.count(broker, "login"),
          logins.filter(({ account }) => account === id).length
        )
      }
      // Not even a restart of an actor was needed.
      assert.deepStrictEqual(stage.supervisor.actors().filter(({ restarts }) => restarts > 0), [])
    }), 300_000)

  it("ask for adapters of at least these", () => {
    assert.includeMembers([...registered], ["upstox", "kite"])
  })
})
