/** Accounts at simulated brokers over real sockets, at every broker that there is an adapter for. */
import { assert, describe, it } from "@effect/vitest"
import type { BookChange } from "@keepgaining/brokers/orders/BrokerOrderBook.ts"
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { MINUTE_MS, SECOND_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import type { AccountActor } from "../../src/brokers/AccountActor.ts"
import { LASTING_MS } from "../../src/brokers/keepLoggedIn.ts"
import {
  accountId,
  type AccountStage,
  accountStage,
  actorOf,
  customer,
  during,
  isWell,
  registered,
  simAccountOf,
  someOrder,
  until
} from "./accountStage.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")

const asha = (broker: Broker) => ({ ...customer(broker, "AB1234"), cash: 1_000_000_00 })
const ravi = (broker: Broker) => ({ ...customer(broker, "CD5678"), cash: 2_000_000_00 })

const wellStage = (customers: ReadonlyArray<ReturnType<typeof customer>>) =>
  Effect.gen(function*() {
    const stage = yield* accountStage({ start: START, customers })
    yield* until(stage, "all accounts are well", () => stage.brokers.actors().every(isWell))
    return stage
  })

/** Until every token has proved a good one: a login whose token is gone within minutes is repeated with a wait. */
const settle = ({ clock }: AccountStage) => clock.pass(LASTING_MS, 20 * SECOND_MS)

/** One account that is well. */
const single = (broker: Broker) =>
  Effect.gen(function*() {
    const of = asha(broker)
    const stage = yield* wellStage([of])
    return { of, stage, actor: actorOf(stage, of) }
  })

/** The instruments of which a tick came from now on. */
const heardOf = (actor: AccountActor): Set<number> => {
  const heard = new Set<number>()
  actor.onBatch(({ length, ticks }) => {
    // Rows below the length are within the column.
    for (let row = 0; row < length; row++) heard.add(ticks.instrument[row]!)
  })
  return heard
}

const changesOf = (actor: AccountActor): Array<BookChange> => {
  const changes: Array<BookChange> = []
  actor.onChange((change) => changes.push(change))
  return changes
}

const place = (stage: AccountStage, actor: AccountActor, percent: number) =>
  Effect.gen(function*() {
    const { session } = actor
    if (session === undefined) throw new Error("the account is not live")
    const order = someOrder(stage, percent)
    yield* during(stage, session.orders.place(order))
    return order
  })

const ofTag = (actor: AccountActor, tag: string) => [...actor.book.orders.values()].find((order) => order.tag === tag)

/** Requests and sockets that came to the broker since. */
const contacts = ({ simulation }: AccountStage, broker: Broker, since: number) =>
  simulation.journal.since(since).filter((each) =>
    each.broker === broker && (each.kind === "request" || each.kind === "socket" || each.kind === "fault")
  )

const lastEntry = ({ simulation }: AccountStage): number => simulation.journal.since(0).at(-1)?.number ?? 0

describe.each(registered)("an account at %s", (broker) => {
  it.effect("lives beside another one of the same broker without mixing anything", () =>
    Effect.gen(function*() {
      const stage = yield* wellStage([asha(broker), ravi(broker)])
      const [a, b] = [actorOf(stage, asha(broker)), actorOf(stage, ravi(broker))]
      assert.notStrictEqual(
        a.token === undefined ? "a" : Redacted.value(a.token.access),
        b.token === undefined ? "b" : Redacted.value(b.token.access)
      )
      // Calls of both at the same time, each with its own token.
      const profiles = yield* during(
        stage,
        Effect.forEach(
          [a, b, b, a, a, b],
          (actor) => actor.session?.portfolio.profile ?? Effect.die("not live"),
          { concurrency: "unbounded" }
        )
      )
      assert.deepStrictEqual(profiles.map(({ userId }) => userId), [
        "AB1234",
        "CD5678",
        "CD5678",
        "AB1234",
        "AB1234",
        "CD5678"
      ])
      const [changesA, changesB] = [changesOf(a), changesOf(b)]
      const order = yield* place(stage, a, -5)
      yield* until(stage, "its own book shows the order", () => ofTag(a, order.tag) !== undefined)
      yield* stage.clock.pass(65 * SECOND_MS, SECOND_MS)
      assert.isTrue(changesA.some((change) => change.order.tag === order.tag))
      assert.deepStrictEqual(changesB, [])
      assert.strictEqual(b.book.orders.size, 0)
      assert.strictEqual(a.funds === null ? 0 : a.funds.available + a.funds.used, 1_000_000_00)
      assert.strictEqual(b.funds?.available, 2_000_000_00)
      // One loses its token: the other notices nothing.
      yield* settle(stage)
      yield* until(stage, "both are well", () => isWell(a) && isWell(b))
      stage.simulation.brokers.find((each) => each.broker === broker)?.revoke(simAccountOf(stage, ravi(broker)))
      let lost = false
      yield* until(stage, "it is well again", () => {
        lost ||= b.phase !== "live"
        assert.isTrue(isWell(a))
        return lost && isWell(b)
      })
      assert.deepStrictEqual(stage.logins.map(({ account }) => account).toSorted(), [
        accountId(asha(broker)),
        accountId(ravi(broker)),
        accountId(ravi(broker))
      ])
    }))

  it.effect("is logged out by a refused token, logs in by itself and is well again", () =>
    Effect.gen(function*() {
      const { actor, of, stage } = yield* single(broker)
      const first = actor.token
      const phases = new Set<string>()
      stage.simulation.brokers.find((each) => each.broker === broker)?.revoke(simAccountOf(stage, of))
      // Streams go on, as with brokers that check a token when one connects only: the next call finds out.
      yield* until(stage, "it is well again with another token", () => {
        phases.add(actor.phase)
        return isWell(actor) && actor.token !== first
      })
      assert.isTrue(phases.has("logged-out"))
      assert.strictEqual(stage.logins.length, 2)
      const heard = heardOf(actor)
      yield* until(stage, "ticks of everything", () => heard.size === stage.symbols.length)
    }))

  it.effect("goes over to a new token that was stored, and keeps it when the old one is refused on the way", () =>
    Effect.gen(function*() {
      const { actor, of, stage } = yield* single(broker)
      const first = actor.token
      const phases = new Set<string>()
      // A login of another process ends the old token at many brokers, before the new one is stored.
      yield* during(stage, stage.brokers.loginAutomatically(accountId(of)))
      stage.simulation.servers[broker]?.dropSockets()
      actor.reconcileSoon()
      yield* until(stage, "it is well with the new token", () => {
        phases.add(actor.phase)
        return isWell(actor) && actor.token !== first
      })
      assert.notInclude([...phases], "logged-out")
      yield* stage.clock.pass(2 * MINUTE_MS, SECOND_MS)
      assert.isTrue(isWell(actor))
      assert.isDefined(yield* during(stage, stage.accounts.token(accountId(of))))
      assert.strictEqual(stage.logins.length, 2)
    }))

  it.effect("finds out by its streams, too", () =>
    Effect.gen(function*() {
      const { actor, of, stage } = yield* single(broker)
      const first = actor.token
      yield* settle(stage)
      yield* until(stage, "it is well", () => isWell(actor))
      stage.simulation.brokers.find((each) => each.broker === broker)?.revoke(simAccountOf(stage, of))
      stage.simulation.servers[broker]?.dropSockets()
      const took = yield* until(stage, "it is well again", () => isWell(actor) && actor.token !== first)
      assert.isBelow(took, 15 * SECOND_MS)
      assert.strictEqual(stage.logins.length, 2)
    }))

  it.effect("subscribes anew after a disconnection", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* single(broker)
      stage.simulation.servers[broker]?.dropSockets()
      yield* until(stage, "the loss is noticed", () => !actor.isFeeding && !actor.ordersLive)
      yield* until(stage, "it is well again", () => isWell(actor))
      const heard = heardOf(actor)
      yield* until(stage, "ticks of everything", () => heard.size === stage.symbols.length)
      const { feed, orders } = actor.status()
      assert.strictEqual(feed.reconnects, 1)
      assert.strictEqual(orders.reconnects, 1)
      assert.strictEqual(stage.logins.length, 1)
    }))

  it.effect.each(["half-open", "silent"] as const)("notices a feed that is %s", (fault) =>
    Effect.gen(function*() {
      const { actor, stage } = yield* single(broker)
      const rule: FaultRule = { fault, broker, operation: "market-feed", count: 1 }
      stage.simulation.faults.add(rule)
      yield* until(stage, "the fault came", () => stage.simulation.faults.rules.length === 0)
      const before = actor.status().feed.reconnects
      yield* until(stage, "the watchdog noticed", () => actor.status().feed.reconnects > before || !actor.isFeeding)
      yield* until(stage, "it is well again", () => isWell(actor))
      const heard = heardOf(actor)
      yield* until(stage, "ticks of everything", () => heard.size === stage.symbols.length)
      assert.strictEqual(stage.logins.length, 1)
    }))

  it.effect("finds a fill that its order stream missed, and tells it once", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* single(broker)
      yield* stage.clock.pass(5 * SECOND_MS, SECOND_MS)
      const changes = changesOf(actor)
      const missing = stage.simulation.faults.add({ fault: "miss", broker, operation: "order-feed" })
      const order = yield* place(stage, actor, 3)
      const took = yield* until(stage, "the fill is known", () => ofTag(actor, order.tag)?.status === "complete")
      assert.isAtMost(took, 65 * SECOND_MS)
      stage.simulation.faults.remove(missing)
      yield* stage.clock.pass(65 * SECOND_MS, SECOND_MS)
      const filled = changes.filter((change) => change._tag === "Filled" && change.order.tag === order.tag)
      assert.deepStrictEqual(filled.map((change) => "quantity" in change ? change.quantity : 0), [10])
      assert.isAtLeast([...actor.book.trades.values()].length, 1)
    }))

  it.effect("compares its books at once after a gap in the order stream", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* single(broker)
      yield* stage.clock.pass(5 * SECOND_MS, SECOND_MS)
      const resting = yield* place(stage, actor, -5)
      yield* until(stage, "the order is known", () => ofTag(actor, resting.tag)?.status === "open")
      yield* stage.clock.pass(5 * SECOND_MS, SECOND_MS)
      // Nothing connects while the order is cancelled elsewhere.
      const refusing = stage.simulation.faults.add({ fault: "refuse-upgrade", broker, status: 503 })
      stage.simulation.servers[broker]?.dropSockets()
      const known = ofTag(actor, resting.tag)
      stage.simulation.exchange.cancel(simAccountOf(stage, asha(broker)), known?.orderId ?? "")
      yield* stage.clock.pass(SECOND_MS, 250)
      stage.simulation.faults.remove(refusing)
      yield* until(stage, "the stream is back", () => actor.ordersLive)
      const took = yield* until(stage, "the end is known", () => ofTag(actor, resting.tag)?.status === "cancelled")
      assert.isAtMost(took, 10 * SECOND_MS)
    }))

  it.effect("does not storm a broker that is down", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* single(broker)
      yield* stage.clock.pass(5 * SECOND_MS, SECOND_MS)
      const { faults, servers } = stage.simulation
      const rules = [
        faults.add({ fault: "server-error", broker, status: 503 }),
        faults.add({ fault: "refuse-upgrade", broker, status: 503 })
      ]
      const since = lastEntry(stage)
      servers[broker]?.dropSockets()
      yield* stage.clock.pass(10 * MINUTE_MS, 250)
      const requests = contacts(stage, broker, since).filter(({ kind }) => kind === "request").length
      const upgrades = contacts(stage, broker, since).filter(({ detail }) => detail === "refuse-upgrade").length
      // Two streams, each at most every fifteen to thirty seconds in the long run; some ask for an address first.
      assert.isAtLeast(requests + upgrades, 20)
      assert.isAtMost(upgrades, 110)
      assert.isAtMost(requests, 150)
      assert.strictEqual(stage.logins.length, 1)
      rules.forEach((id) => faults.remove(id))
      const took = yield* until(stage, "it is well again", () => isWell(actor))
      assert.isAtMost(took, 65 * SECOND_MS)
    }))

  it.effect("goes on when somebody who listens throws", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* single(broker)
      let thrown = 0
      const throwing = (): void => {
        thrown++
        throw new Error("a listener's own fault")
      }
      actor.onBatch(throwing)
      actor.onFrame(throwing)
      actor.onChange(throwing)
      const heard = heardOf(actor)
      const changes = changesOf(actor)
      const order = yield* place(stage, actor, 3)
      yield* until(stage, "the fill is known", () => ofTag(actor, order.tag)?.status === "complete")
      yield* until(stage, "ticks of everything", () => heard.size === stage.symbols.length)
      assert.isAbove(thrown, 2)
      assert.isAbove(changes.length, 0)
      assert.isTrue(isWell(actor))
      assert.strictEqual(actor.status().feed.reconnects, 0)
    }))

  it.effect("keeps its token while the file of accounts cannot be read", () =>
    Effect.gen(function*() {
      const { actor, stage } = yield* single(broker)
      const file = path.join(stage.directory, "brokers.json")
      const good = yield* Effect.promise(() => fs.readFile(file, "utf8"))
      yield* Effect.promise(() => fs.writeFile(file, "{ half"))
      yield* stage.clock.pass(20 * SECOND_MS, SECOND_MS)
      assert.isTrue(isWell(actor))
      yield* Effect.promise(() => fs.writeFile(file, good))
      yield* stage.clock.pass(20 * SECOND_MS, SECOND_MS)
      assert.isTrue(isWell(actorOf(stage, asha(broker))))
      assert.strictEqual(stage.logins.length, 1)
    }))

  it.effect("is logged out for good by a logout, and gone when it is removed", () =>
    Effect.gen(function*() {
      const { actor, of, stage } = yield* single(broker)
      const token = actor.token
      yield* during(stage, stage.brokers.logout(accountId(of)))
      yield* until(stage, "it is logged out", () => actor.phase === "logged-out")
      assert.strictEqual(actor.status().detail, "logged out")
      assert.isUndefined(actor.session)
      assert.isUndefined(yield* during(stage, stage.accounts.token(accountId(of))))
      yield* stage.clock.pass(5 * MINUTE_MS, 5 * SECOND_MS)
      assert.strictEqual(stage.logins.length, 1)
      // The broker has ended it as well.
      if (token !== undefined) {
        const error = yield* during(stage, Effect.flip(actor.adapter.session(token).portfolio.funds))
        assert.strictEqual(error._tag, "Unauthorised")
      }
      yield* during(stage, stage.brokers.remove(accountId(of)))
      assert.deepStrictEqual(stage.brokers.actors(), [])
      const error = yield* Effect.flip(during(stage, stage.brokers.remove(accountId(of))))
      assert.strictEqual(error._tag, "BrokerRefused")
    }))

  it.effect("begins anew when its secrets are replaced", () =>
    Effect.gen(function*() {
      const { actor, of, stage } = yield* single(broker)
      const { record } = actor
      const { apiSecret, mobile, password, pin, totpSecret } = of
      const add = (secrets: { readonly apiSecret: string; readonly pin: string }) =>
        during(stage, stage.brokers.add(record, Redacted.make({ password, totpSecret, mobile, ...secrets })))
      yield* add({ apiSecret: "not-the-secret", pin: "0000" })
      const wrong = actorOf(stage, of)
      assert.notStrictEqual(wrong, actor)
      assert.isUndefined(actor.session)
      assert.strictEqual(actor.phase, "logged-out")
      yield* stage.clock.pass(20 * MINUTE_MS, 5 * SECOND_MS)
      assert.strictEqual(wrong.phase, "logged-out")
      // Refused a few times, then left alone: another wrong attempt may lock the account.
      assert.isAtMost(stage.logins.length, 1 + 3)
      yield* add({ apiSecret, pin })
      // It is another actor: whoever wants its ticks asks it anew.
      yield* until(stage, "it is live again", () => actorOf(stage, of).ordersLive)
      assert.strictEqual(actorOf(stage, of).phase, "live")
    }))
})

describe("accounts of different brokers", () => {
  it.effect("serve each for what it is asked: data from one, orders through the other", () =>
    Effect.gen(function*() {
      const [first, second] = registered
      if (first === undefined || second === undefined) throw new Error("there are several adapters")
      const stage = yield* wellStage([asha(first), asha(second)])
      const [data, trading] = [actorOf(stage, asha(first)), actorOf(stage, asha(second))]
      const heard = heardOf(data)
      const [dataChanges, changes] = [changesOf(data), changesOf(trading)]
      const order = yield* place(stage, trading, 3)
      yield* until(stage, "the fill is known", () => ofTag(trading, order.tag)?.status === "complete")
      yield* until(stage, "ticks of everything", () => heard.size === stage.symbols.length)
      assert.isAbove(changes.length, 0)
      assert.deepStrictEqual(dataChanges, [])
      // The one that trades is logged out: the data goes on.
      stage.simulation.brokers.find((each) => each.broker === second)?.revoke(simAccountOf(stage, asha(second)))
      stage.simulation.servers[second]?.dropSockets()
      yield* until(stage, "it is noticed", () => trading.phase !== "live")
      assert.isTrue(isWell(data))
      yield* until(stage, "it is well again", () => isWell(trading))
    }))
})

describe("a login by hand", () => {
  const byHand = Effect.gen(function*() {
    const of = asha("kite")
    const stage = yield* accountStage({ start: START, customers: [of], automatic: false })
    const grant = Effect.sync(() => stage.simulation.sessions.kite?.grant(simAccountOf(stage, of)) ?? "")
    const back = (login: string, query: Readonly<Record<string, string>>): string => {
      const state = new URLSearchParams(new URL(login).searchParams.get("redirect_params") ?? "").get("state") ?? ""
      return `${of.redirectUrl}?${new URLSearchParams({ state, ...query }).toString()}`
    }
    return { of, stage, actor: actorOf(stage, of), grant, back }
  })

  it.effect("begins with an address and ends with the one that the browser came back to", () =>
    Effect.gen(function*() {
      const { actor, back, grant, of, stage } = yield* byHand
      yield* stage.clock.pass(MINUTE_MS, SECOND_MS)
      assert.strictEqual(stage.logins.length, 0)
      const url = yield* during(stage, stage.brokers.loginUrl(accountId(of)))
      assert.strictEqual(actor.phase, "logging-in")
      const redirected = back(url, { status: "success", request_token: yield* grant })
      assert.strictEqual(yield* during(stage, stage.brokers.finishLogin(redirected)), accountId(of))
      yield* until(stage, "it is well", () => isWell(actor))
      // The address works once.
      const error = yield* Effect.flip(during(stage, stage.brokers.finishLogin(redirected)))
      assert.strictEqual(error._tag, "BrokerRefused")
      assert.isTrue(isWell(actor))
    }))

  it.effect("is refused when it was not begun here, brings no grant, a used one, or comes too late", () =>
    Effect.gen(function*() {
      const { actor, back, of, stage } = yield* byHand
      const finish = (url: string) => Effect.flip(during(stage, stage.brokers.finishLogin(url)))
      assert.strictEqual((yield* finish(`${of.redirectUrl}?state=forged&request_token=x`))._tag, "BrokerRefused")
      assert.strictEqual((yield* finish("nonsense"))._tag, "BrokerRefused")
      const begin = during(stage, stage.brokers.loginUrl(accountId(of)))
      assert.include((yield* finish(back(yield* begin, { status: "failed" }))).message, "without a grant")
      assert.strictEqual(actor.phase, "logged-out")
      const used = back(yield* begin, { status: "success", request_token: "planted-used-grant" })
      const error = yield* finish(used)
      assert.notInclude(error.message, "planted-used-grant")
      assert.strictEqual(actor.phase, "logged-out")
      const late = yield* begin
      assert.strictEqual(actor.phase, "logging-in")
      yield* stage.clock.pass(16 * MINUTE_MS, 10 * SECOND_MS)
      assert.strictEqual(actor.phase, "logged-out")
      assert.strictEqual((yield* finish(back(late, { status: "success", request_token: "x" })))._tag, "BrokerRefused")
    }))
})
