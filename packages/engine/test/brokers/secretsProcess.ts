/**
 * Accounts of all brokers through logins, orders, refusals and faults in a process of its own, that says everything it can
 * say: all logs, spans, metrics, errors and states. `node secretsProcess.ts '{"data": …, "planted": …}'`. Beside that it
 * writes what was planted into a file, for the test that looks for it.
 */
import type { BrokerSession } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { FaultRule } from "@keepgaining/brokers/simulator/faults/Fault.ts"
import { MINUTE_MS, SECOND_MS } from "@keepgaining/core/market/IndianTime.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import * as fs from "node:fs/promises"
import { inspect } from "node:util"
import type { AccountActor } from "../../src/brokers/AccountActor.ts"
import {
  accountId,
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

export interface SecretsInput {
  /** The data directory. */
  readonly data: string
  /** Where the list of planted secrets goes. */
  readonly planted: string
}

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")

const planted = new Set<string>()

const never = (): never => {
  throw new Error("the account is not live")
}

const everything = (value: unknown): string =>
  [
    String(value),
    inspect(value, { depth: 12, showHidden: true, getters: true, maxStringLength: null }),
    value instanceof Error ? value.stack : "",
    (() => {
      try {
        return JSON.stringify(value)
      } catch {
        return ""
      }
    })()
  ].join("\n")

const say = (about: string, value: unknown): void => console.log(`== ${about}\n${everything(value)}`)

const sayExit = (about: string, exit: Exit.Exit<unknown, unknown>): void => {
  if (Exit.isSuccess(exit)) say(about, exit.value)
  else {
    console.log(Cause.pretty(exit.cause))
    say(about, exit.cause)
    say(about, Cause.squash(exit.cause))
  }
}

/** Everything that one can ask of a session; each call ends, well or badly. */
const calls = (session: BrokerSession, order: ReturnType<typeof someOrder>) => {
  const { gtt, margins, marketData, orders, portfolio } = session
  const of = { symbol: order.symbol, side: order.side, quantity: order.quantity, product: order.product }
  const all: ReadonlyArray<readonly [name: string, call: Effect.Effect<unknown, unknown>]> = [
    ["profile", portfolio.profile],
    ["funds", portfolio.funds],
    ["positions", portfolio.positions],
    ["holdings", portfolio.holdings],
    ["book", orders.book],
    ["trades", orders.trades],
    ["quotes", marketData.quotes([order.symbol])],
    ["candles", marketData.candles(order.symbol, "1m", START - 30 * MINUTE_MS, START)],
    ["margin", margins.of([{ ...of, price: order.limitPrice ?? paise(0) }])],
    ["place", orders.place(order)],
    ["modify", orders.modify({ orderId: "1234567890", order })],
    ["cancel", orders.cancel("1234567890")],
    ...(gtt === undefined ? [] : [["gtt", gtt.list] as const])
  ]
  return all
}

const requestFaults: ReadonlyArray<FaultRule> = [
  { fault: "reset" },
  { fault: "reset", applied: true },
  { fault: "truncate" },
  { fault: "server-error", status: 500 },
  { fault: "server-error-html", status: 502 },
  { fault: "html-answer" },
  { fault: "rate-limit" },
  { fault: "forbidden" },
  { fault: "unauthorised" },
  { fault: "reject-at-once" },
  { fault: "reject-later" }
]

const streamFaults: ReadonlyArray<FaultRule> = [
  { fault: "disconnect", count: 2 },
  { fault: "reset", count: 2 },
  { fault: "cut-frame", count: 2 },
  { fault: "bad-opcode", count: 2 },
  { fault: "bad-payload", count: 4 },
  { fault: "refuse-upgrade", status: 503, count: 3 },
  { fault: "refuse-upgrade", status: 403, count: 2 }
]

const main = (input: SecretsInput) =>
  Effect.gen(function*() {
    const customers = registered.map((broker, i) => ({
      ...customer(broker, `AB${1000 + i}`),
      apiSecret: `pl4nted-api-secret/${broker}+x=`,
      password: `pl4nted pass&word-${broker}`,
      pin: `7350${i}64`,
      totpSecret: ["KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TF", "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"][i % 2] ?? ""
    }))
    for (const { apiSecret, password, pin, totpSecret } of customers) {
      for (const each of [apiSecret, password, pin, totpSecret]) planted.add(each)
    }
    const stage = yield* accountStage({
      start: START,
      customers,
      directory: input.data,
      timeout: 400,
      login: (usual, simulation) => (record, adapter, secrets) => {
        const sessions = simulation.sessions[record.broker]
        const of = simulation.exchange.account(record.broker, record.userId)
        if (adapter.auth.loginByApi !== undefined || sessions === undefined || of === undefined) {
          return usual(record, adapter, secrets)
        }
        const grant = sessions.grant(of, `pl4nted-grant-${sessions.secret(8)}`)
        planted.add(grant)
        return adapter.auth.exchange(Redacted.make(grant))
      }
    })
    const { brokers, clock, simulation } = stage
    const { faults } = simulation

    const noteTokens = Effect.sync(() => {
      for (const { token } of brokers.actors()) {
        for (const each of [token?.access, token?.feed, token?.refresh]) {
          if (each !== undefined) planted.add(Redacted.value(each))
        }
        if (token !== undefined) say("token", token)
      }
    })
    const well = (actor: AccountActor) =>
      Effect.andThen(until(stage, `${actor.record.id} is well`, () => isWell(actor), 30 * MINUTE_MS), noteTokens)

    for (const of of customers) {
      const { broker } = of
      const actor = actorOf(stage, of)
      yield* well(actor)
      yield* stage.clock.pass(11 * MINUTE_MS, 10 * SECOND_MS)
      say("adapter", actor.adapter)
      say("actor", actor)
      say("session", actor.session)

      for (const rule of [undefined, ...requestFaults]) {
        yield* well(actor)
        const id = rule === undefined ? undefined : faults.add({ ...rule, broker })
        const { session } = actor
        if (session === undefined) continue
        for (const [name, call] of calls(session, someOrder(stage, -5))) {
          sayExit(`${broker} ${rule?.fault ?? "well"} ${name}`, yield* Effect.exit(during(stage, call)))
        }
        // Also without the gate, whose circuit opens after a few failures.
        const { token } = actor
        if (token !== undefined) {
          for (const [name, call] of calls(actor.adapter.session(token), someOrder(stage, -5))) {
            sayExit(`${broker} ${rule?.fault ?? "well"} ${name}, plain`, yield* Effect.exit(during(stage, call)))
          }
        }
        say("status", actor.status())
        if (id !== undefined) faults.remove(id)
        yield* clock.pass(35 * SECOND_MS, SECOND_MS)
      }
      // A request that is never answered: the SDK's own clock ends it.
      yield* well(actor)
      faults.add({ fault: "hang", broker, operation: "funds", count: 1 })
      sayExit("hang", yield* Effect.exit(during(stage, actor.adapter.session(actor.token ?? never()).portfolio.funds)))

      for (const rule of streamFaults) {
        yield* well(actor)
        const id = faults.add({ ...rule, broker, ...(rule.fault === "reset" ? { operation: "market-feed" } : {}) })
        if (rule.fault === "refuse-upgrade") simulation.servers[broker]?.dropSockets()
        yield* clock.pass(40 * SECOND_MS, SECOND_MS)
        say("status", actor.status())
        faults.remove(id)
      }

      // Logins: refused, broken off, by hand.
      yield* well(actor)
      yield* clock.pass(11 * MINUTE_MS, 10 * SECOND_MS)
      for (const fault of ["used-grant", "wrong-code", "server-error", "reset", "html-answer", "truncate"] as const) {
        const id = faults.add({ fault, broker, operation: "login" })
        sayExit(
          `login with ${fault}`,
          yield* Effect.exit(during(stage, brokers.loginAutomatically(actor.record.id)))
        )
        faults.remove(id)
      }
      const url = yield* Effect.exit(during(stage, brokers.loginUrl(actor.record.id)))
      sayExit("login url", url)
      if (Exit.isSuccess(url)) {
        planted.add("pl4nted-grant-by-hand")
        const query = new URLSearchParams({ status: "success", s: "ok" })
        for (const name of ["request_token", "code", "auth_code"]) query.set(name, "pl4nted-grant-by-hand")
        const asked = new URL(url.value).searchParams
        const state = asked.get("state") ?? new URLSearchParams(asked.get("redirect_params") ?? "").get("state") ?? ""
        query.set("state", state)
        const back = `${actor.record.redirectUrl}?${query.toString()}`
        sayExit("login by hand", yield* Effect.exit(during(stage, brokers.finishLogin(back))))
      }

      // The token is refused in the middle of everything.
      simulation.brokers.find((each) => each.broker === broker)?.revoke(simAccountOf(stage, of))
      simulation.servers[broker]?.dropSockets()
      yield* clock.pass(2 * MINUTE_MS, SECOND_MS)
      yield* well(actor)
      say("account book", actor.accountBook())
      sayExit("logout", yield* Effect.exit(during(stage, brokers.logout(accountId(of)))))
      yield* clock.pass(5 * SECOND_MS, SECOND_MS)
    }
    say("accounts", yield* during(stage, stage.accounts.list))
    for (const of of customers) {
      sayExit("secrets", yield* Effect.exit(during(stage, stage.accounts.secrets(accountId(of)))))
    }
    say("actors", stage.supervisor.actors())
    say("the simulators' journal", simulation.journal.since(0))
  }).pipe(Effect.scoped)

// Written by the test in the same shape.
const input = JSON.parse(process.argv[2] ?? "{}") as SecretsInput

const spans: Array<Tracer.NativeSpan> = []
const tracer = Tracer.make({
  span: (options) => {
    const span = new Tracer.NativeSpan(options)
    spans.push(span)
    return span
  }
})

const exit = await Effect.runPromiseExit(
  Effect.gen(function*() {
    yield* Effect.logTrace("the most talkative level is heard")
    yield* main(input)
    say("metrics", yield* Metric.snapshot)
    // One that the test must find: what is never said cannot be told from what was not looked at.
    yield* Effect.logDebug("found-0n-purpose/+ as it is").pipe(
      Effect.annotateLogs({ also: "found-0n-purpose/+ annotated" })
    )
  }).pipe(
    Effect.withSpan("all of it"),
    Effect.provide(
      Layer.mergeAll(
        Logger.layer([
          Logger.consolePretty({ colors: false }),
          Logger.consoleJson,
          Logger.consoleLogFmt,
          Logger.tracerLogger
        ]),
        Layer.succeed(References.MinimumLogLevel, "All"),
        Layer.succeed(References.UnhandledLogLevel, "Error"),
        Layer.succeed(Tracer.Tracer, tracer),
        Layer.succeed(Tracer.MinimumTraceLevel, "All")
      )
    )
  )
)
for (const { attributes, events, name, status } of spans) say(`span ${name}`, { attributes, events, status })
console.log(`== ${spans.length} spans`)
await fs.writeFile(input.planted, JSON.stringify([...planted]))
if (Exit.isFailure(exit)) {
  console.error(Cause.pretty(exit.cause))
  process.exitCode = 1
}
