import { assert, describe, it } from "@effect/vitest"
import {
  type BrokerError,
  NotSent,
  RateLimited,
  Refused,
  Unauthorised,
  UnknownOutcome
} from "@keepgaining/brokers/port/BrokerError.ts"
import { capabilities, type Rate } from "@keepgaining/brokers/port/Capabilities.ts"
import type { RequestKind } from "@keepgaining/brokers/port/RequestPass.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { makeCallGate, withTurn } from "../../src/brokers/CallGate.ts"
import { Priority } from "../../src/brokers/CallTurns.ts"

const where = { broker: "kite", account: "kite-asha", operation: "test" } as const
const down = new UnknownOutcome({ ...where, reason: "HTTP 503" })
const tooMany = (retryAfter?: number) =>
  new RateLimited({ ...where, ...(retryAfter === undefined ? {} : { retryAfter }) })

interface Sent {
  readonly name: string
  readonly at: number
}

/** A gate, what got through it and when, and a way to let time pass in small steps. */
const gateOf = (
  rates:
    | { readonly orders?: ReadonlyArray<Rate>; readonly reads?: ReadonlyArray<Rate> }
    | Parameters<typeof makeCallGate>[0]["capabilities"] = {}
) =>
  Effect.gen(function*() {
    const gate = yield* makeCallGate({
      broker: "kite",
      account: "kite-asha",
      capabilities: "orderRates" in rates ? rates : {
        orderRates: rates.orders ?? [],
        readRates: rates.reads ?? [],
        quoteRates: [],
        candleRates: []
      }
    })
    const sent: Array<Sent> = []
    const call = (name: string, answer: () => Effect.Effect<void, BrokerError>) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) => {
        sent.push({ name, at })
        return answer()
      })
    const order = (name: string, priority: Priority = Priority.normal, answer = () => Effect.void as Answer) =>
      gate.pass("orders", priority, name, call(name, answer))
    const request = (kind: RequestKind, priority: Priority, name: string, answer = () => Effect.void as Answer) =>
      gate.pass(kind, priority, name, call(name, answer))
    const read = (name: string, answer = () => Effect.void as Answer) => request("reads", Priority.normal, name, answer)
    const pass = (millis: number, step = 50) =>
      Effect.forEach(Array.from({ length: Math.ceil(millis / step) }), () => TestClock.adjust(step), { discard: true })
    return { gate, sent, order, read, request, pass }
  })

type Answer = Effect.Effect<void, BrokerError>

/** The most that were sent in any window, wherever it begins. */
const densest = (sent: ReadonlyArray<Sent>, window: number): number =>
  Math.max(...sent.map(({ at: from }) => sent.filter(({ at }) => at >= from && at < from + window).length))

const many = <A, E>(count: number, of: (i: number) => Effect.Effect<A, E>) =>
  Effect.forkChild(Effect.forEach(Array.from({ length: count }, (_, i) => i), of, { concurrency: "unbounded" }))

describe("the gate to a broker", () => {
  it.effect("lets exits go first, then cancellations, then the rest, each in the order they came", () =>
    Effect.gen(function*() {
      const { gate, order, pass, sent } = yield* gateOf({ orders: [{ calls: 1, window: 800 }] })
      // One goes at once; then whoever is most urgent takes each place that becomes free.
      yield* Effect.forkChild(order("first"))
      yield* pass(100)
      yield* Effect.forkChild(Effect.all([
        order("entry 1"),
        order("entry 2"),
        order("cancel 1", Priority.cancel),
        order("exit 1", Priority.exit),
        order("cancel 2", Priority.cancel),
        order("exit 2", Priority.exit)
      ], { concurrency: "unbounded" }))
      yield* pass(100)
      assert.strictEqual(gate.waiting(), 6)
      yield* pass(1_500)
      // An exit that comes later overtakes everybody who waits.
      yield* Effect.forkChild(order("late exit", Priority.exit))
      yield* pass(10_000)
      const place = (name: string): number => sent.findIndex((each) => each.name === name)
      assert.deepStrictEqual(sent.filter(({ name }) => name !== "late exit").map(({ name }) => name), [
        "first",
        "exit 1",
        "exit 2",
        "cancel 1",
        "cancel 2",
        "entry 1",
        "entry 2"
      ])
      assert.isBelow(place("late exit"), place("cancel 1"))
      assert.strictEqual(gate.waiting(), 0)
    }))

  it.effect("keeps every window at once: second, minute and day", () =>
    Effect.gen(function*() {
      const minute = 60_000
      const day = 86_400_000
      const { order, pass, sent } = yield* gateOf({
        orders: [{ calls: 5, window: 1_000 }, { calls: 20, window: minute }, { calls: 50, window: day }]
      })
      yield* many(60, (i) => order(`${i}`))
      yield* pass(4_000)
      assert.isAtMost(densest(sent, 1_000), 5)
      yield* pass(5 * minute, 1_000)
      assert.isAtMost(densest(sent, minute), 16)
      assert.strictEqual(densest(sent, minute), 16)
      // Four fifths of the day's fifty; the rest has to wait for the next day.
      assert.strictEqual(sent.length, 40)
      yield* pass(day - 6 * minute, minute)
      assert.strictEqual(sent.length, 40)
      yield* pass(10 * minute, 1_000)
      assert.strictEqual(sent.length, 60)
      assert.isAtMost(densest(sent, day), 40)
    }))

  it.effect("sends fewer than ten orders in any second, whatever the broker allows", () =>
    Effect.gen(function*() {
      const { order, pass, sent } = yield* gateOf({ orders: [{ calls: 1_000, window: 1_000 }] })
      yield* many(100, (i) =>
        order(`${i}`, i % 3 === 0 ? Priority.exit : i % 3 === 1 ? Priority.cancel : Priority.normal))
      yield* pass(20_000)
      assert.strictEqual(sent.length, 100)
      assert.isBelow(densest(sent, 1_000), 10)
      assert.isAtLeast(densest(sent, 1_000), 8)
    }))

  it.effect("keeps each broker's documented limits", () =>
    Effect.gen(function*() {
      for (const broker of ["upstox", "kite", "angel", "fyers"] as const) {
        const own = capabilities[broker]
        const { order, pass, read, sent } = yield* gateOf({ orders: own.orderRates, reads: own.readRates })
        yield* many(40, (i) => Effect.all([order(`order ${i}`), read(`read ${i}`)], { concurrency: 2 }))
        yield* pass(30_000)
        for (const [name, rates] of [["order", own.orderRates], ["read", own.readRates]] as const) {
          const of = sent.filter((each) => each.name.startsWith(name))
          for (const { calls, window } of rates) assert.isAtMost(densest(of, window), calls, `${broker} ${name}`)
        }
      }
    }))

  it.effect("holds a class back after a 429, for as long as the broker says, and repeats what was not done", () =>
    Effect.gen(function*() {
      const { order, pass, read, sent } = yield* gateOf()
      let answers = 0
      const first = yield* Effect.forkChild(
        order("throttled", Priority.normal, () => answers++ === 0 ? Effect.fail(tooMany(5_000)) : Effect.void)
      )
      yield* pass(100)
      yield* Effect.forkChild(order("another", Priority.exit))
      yield* Effect.forkChild(read("a read"))
      yield* pass(4_000)
      // Other classes have an allowance of their own.
      assert.deepStrictEqual(sent.map(({ name }) => name), ["throttled", "a read"])
      yield* pass(2_000)
      yield* Fiber.join(first)
      assert.deepStrictEqual(sent.map(({ name }) => name), ["throttled", "a read", "another", "throttled"])
      for (const { at } of sent.slice(2)) assert.isAtLeast(at, 5_000)
    }))

  it.effect("waits longer each time when the broker does not say how long, and gives up", () =>
    Effect.gen(function*() {
      const { order, pass, sent } = yield* gateOf()
      const fiber = yield* Effect.forkChild(order("throttled", Priority.normal, () => Effect.fail(tooMany())))
      yield* pass(60_000, 100)
      const exit = yield* Fiber.await(fiber)
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual(sent.length, 3)
      const waits = sent.slice(1).map(({ at }, i) => at - (sent[i]?.at ?? 0))
      assert.isAtLeast(waits[0] ?? 0, 1_000)
      assert.isAtLeast(waits[1] ?? 0, 2_000)
      assert.isBelow(waits[1] ?? 0, 3_000)
    }))

  it.effect("repeats nothing else", () =>
    Effect.gen(function*() {
      const { order, pass, sent } = yield* gateOf()
      const failures = [
        down,
        new NotSent({ ...where, reason: "ECONNREFUSED" }),
        new Refused({ ...where, code: "MarginException", reason: "no money" }),
        new Unauthorised(where)
      ]
      for (const failure of failures) {
        const fiber = yield* Effect.forkChild(
          Effect.flip(order(failure._tag, Priority.exit, () => Effect.fail(failure)))
        )
        yield* pass(1_000)
        assert.strictEqual(yield* Fiber.join(fiber), failure)
      }
      yield* pass(60_000, 1_000)
      assert.strictEqual(sent.length, failures.length)
    }))

  it.effect("leaves a class alone that keeps failing, and no other", () =>
    Effect.gen(function*() {
      const { gate, order, pass, read, sent } = yield* gateOf()
      const tryRead = (answer: () => Answer) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.forkChild(Effect.exit(read("read", answer)))
          yield* pass(100)
          const exit = yield* Fiber.join(fiber)
          return Exit.isSuccess(exit) ? undefined : yield* Effect.flip(exit)
        })
      for (let i = 0; i < 5; i++) assert.strictEqual(yield* tryRead(() => Effect.fail(down)), down)
      const blocked = yield* tryRead(() => Effect.void)
      assert.strictEqual(blocked?._tag, "NotSent")
      assert.strictEqual(sent.length, 5)
      assert.deepStrictEqual(gate.resting(), ["reads"] satisfies ReadonlyArray<RequestKind>)
      // Orders are another class, and exits must go out.
      const exit = yield* Effect.forkChild(order("exit", Priority.exit))
      yield* pass(100)
      yield* Fiber.join(exit)
      assert.strictEqual(sent.at(-1)?.name, "exit")
      // Once it is over, the first call tries whether the broker is back.
      yield* pass(1_000)
      assert.deepStrictEqual(gate.resting(), [])
      assert.isUndefined(yield* tryRead(() => Effect.void))
      assert.isUndefined(yield* tryRead(() => Effect.void))
    }))

  it.effect("rests longer each time that the broker is still down, at most half a minute", () =>
    Effect.gen(function*() {
      const { pass, read, sent } = yield* gateOf()
      yield* Effect.forkChild(
        Effect.forever(Effect.andThen(Effect.ignore(read("read", () => Effect.fail(down))), Effect.sleep(100)))
      )
      yield* pass(300_000, 100)
      const waits = sent.slice(5).map(({ at }, i) => at - (sent[i + 4]?.at ?? 0))
      assert.isAbove(waits.length, 5)
      for (const [i, wait] of waits.entries()) {
        assert.isAtMost(wait, 31_000)
        if (i > 0 && i < 6) assert.isAbove(wait, waits[i - 1] ?? 0)
      }
      // Five minutes of a broker that is down cost it a handful of calls, not thousands.
      assert.isBelow(sent.length, 25)
    }))

  it.effect("does not take a refusal for a failing broker", () =>
    Effect.gen(function*() {
      const { gate, order, pass, sent } = yield* gateOf()
      const refused = new Refused({ ...where, code: "MarginException", reason: "no money" })
      yield* many(20, (i) => Effect.ignore(order(`${i}`, Priority.normal, () => Effect.fail(refused))))
      yield* pass(5_000)
      assert.strictEqual(sent.length, 20)
      assert.deepStrictEqual(gate.resting(), [])
    }))

  it.effect("gives up the place of who does not wait any more", () =>
    Effect.gen(function*() {
      const { gate, order, pass, sent } = yield* gateOf({ orders: [{ calls: 1, window: 800 }] })
      yield* Effect.forkChild(order("first"))
      yield* pass(50)
      const waiting = yield* Effect.forkChild(order("gone"))
      yield* Effect.forkChild(order("second"))
      yield* pass(50)
      assert.strictEqual(gate.waiting(), 2)
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(gate.waiting(), 1)
      yield* pass(2_000)
      assert.deepStrictEqual(sent.map(({ name }) => name), ["first", "second"])
    }))
})

describe("a broker that counts calls of all kinds together", () => {
  const fyers = gateOf(capabilities.fyers)

  it.effect("is kept within its limits by all of them together, and an exit finds room in a flood of reads", () =>
    Effect.gen(function*() {
      const { order, pass, request, sent } = yield* fyers
      for (const kind of ["reads", "quotes", "candles"] as const) {
        yield* many(200, (i) => request(kind, Priority.normal, `${kind} ${i}`))
      }
      yield* many(30, (i) => order(`entry ${i}`))
      yield* pass(50_000, 100)
      const exitAt = (yield* Clock.currentTimeMillis) + 1
      yield* Effect.forkChild(order("exit", Priority.exit))
      yield* pass(1_300)
      const exit = sent.find(({ name }) => name === "exit")
      assert.isDefined(exit)
      assert.isAtMost((exit?.at ?? Infinity) - exitAt, 1_250)
      yield* pass(600_000, 500)
      assert.strictEqual(sent.length, 631)
      for (const { calls, window } of capabilities.fyers.togetherRates?.all ?? []) {
        assert.isAtMost(densest(sent, window), calls)
      }
      const others = sent.filter(({ name }) => !/^(entry|exit)/.test(name))
      assert.isAtMost(densest(others, 60_000), 80)
    }))
})

describe("a turn that is held before it is decided what is sent", () => {
  it.effect("is nobody else's, and counts from when it is used", () =>
    Effect.gen(function*() {
      const { gate, order, pass, sent } = yield* gateOf({ orders: [{ calls: 4, window: 800 }] })
      const ticket = gate.queueOrders(Priority.normal, 3, () => undefined)
      const [first, second, third] = ticket.turns() ?? []
      assert.isDefined(third)
      assert.strictEqual(gate.room(), 1)
      yield* many(4, (i) => order(`${i}`, Priority.exit))
      yield* pass(3_000)
      // One place is left, and it comes free once a second.
      assert.strictEqual(densest(sent, 1_000), 1)
      yield* withTurn(first, order("held 1"))
      yield* withTurn(second, order("held 2"))
      third?.release()
      third?.release()
      yield* pass(4_000)
      assert.strictEqual(sent.length, 6)
      assert.isAtMost(densest(sent, 1_000), 4)
      assert.strictEqual(gate.room(), 4)
    }))

  it.effect("comes after whoever waited before, and is told of", () =>
    Effect.gen(function*() {
      const { gate, order, pass, sent } = yield* gateOf({ orders: [{ calls: 4, window: 800 }] })
      yield* many(6, (i) => order(`${i}`))
      yield* pass(50)
      let granted = 0
      const late = gate.queueOrders(Priority.normal, 4, () => granted++)
      const exit = gate.queueOrders(Priority.exit, 1, () => granted++)
      assert.isUndefined(late.turns())
      assert.strictEqual(gate.room(), 0)
      yield* pass(1_000)
      assert.lengthOf(exit.turns() ?? [], 1)
      assert.isUndefined(late.turns())
      exit.leave()
      yield* pass(2_000)
      assert.strictEqual(granted, 2)
      assert.lengthOf(late.turns() ?? [], 4)
      assert.strictEqual(sent.length, 6)
      // Given back whole, it leaves nothing behind.
      late.leave()
      yield* pass(1_000)
      assert.strictEqual(gate.room(), 4)
    }))

  it.effect("is not used while the broker takes no more calls", () =>
    Effect.gen(function*() {
      const { gate, order, pass, sent } = yield* gateOf()
      const [turn] = gate.queueOrders(Priority.normal, 1, () => undefined).turns() ?? []
      let answers = 0
      yield* Effect.forkChild(
        order("throttled", Priority.normal, () => answers++ === 0 ? Effect.fail(tooMany(5_000)) : Effect.void)
      )
      yield* pass(100)
      yield* Effect.forkChild(withTurn(turn, order("held")))
      yield* pass(4_000)
      assert.deepStrictEqual(sent.map(({ name }) => name), ["throttled"])
      yield* pass(2_000)
      assert.deepStrictEqual(sent.map(({ name }) => name).sort(), ["held", "throttled", "throttled"])
      for (const { at } of sent.slice(1)) assert.isAtLeast(at, 5_000)
    }))
})

describe("requests of which some are longer on their way", () => {
  it.effect("do not reach the broker with too many others", () =>
    Effect.gen(function*() {
      for (const { calls, window } of [{ calls: 1, window: 1_000 }, { calls: 3, window: 1_000 }]) {
        const { pass, read, sent } = yield* gateOf({ reads: [{ calls, window }] })
        yield* many(30, (i) => read(`${i}`))
        yield* pass(60_000, 10)
        assert.strictEqual(sent.length, 30)
        // Every other one arrives a quarter of the window late.
        const arrived = sent.map(({ at, name }, i) => ({ name, at: at + (i % 2) * (window / 4 - 1) }))
        assert.isAtMost(densest(arrived, window), calls)
      }
    }))
})
