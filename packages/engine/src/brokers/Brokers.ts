/**
 * All broker accounts of the installation, each as a supervised actor, and the ways to log them in: by hand (open a URL, come
 * back with a grant) or, where the user allowed it, by the engine itself before every open.
 */
import { adapters } from "@keepgaining/brokers/adapters.ts"
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerAccount } from "@keepgaining/brokers/port/BrokerAccount.ts"
import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as crypto from "node:crypto"
import { Supervisor } from "../actors/Supervisor.ts"
import { InstrumentStore } from "../instruments/InstrumentStore.ts"
import { brokerInstrumentsOf } from "../instruments/sessionInstruments.ts"
import { MarketRules } from "../rules/MarketRules.ts"
import { AccountActor } from "./AccountActor.ts"
import type { AutomaticLogin, LoginFailure } from "./automaticLogin.ts"
import { type AccountRecord, type AccountSecrets, BrokerAccounts } from "./BrokerAccounts.ts"
import { type CallGate, makeCallGate } from "./CallGate.ts"
import { MOST_REFUSALS, nextLogin, retryLoginAfter } from "./loginSchedule.ts"
import { isOurTag } from "./orderTag.ts"

/** What was asked of an account cannot be done; nothing was changed. */
export class BrokerRefused extends Schema.TaggedError<BrokerRefused>()("BrokerRefused", {
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.reason}. ${this.remedy}`
  }
}

export class Brokers extends Context.Service<Brokers, {
  /** In the order in which they were added. */
  readonly actors: () => ReadonlyArray<AccountActor>
  readonly actor: (account: string) => AccountActor | undefined
  /** Where the user logs in; the broker sends the browser back to the account's redirect URL. */
  readonly loginUrl: (account: string) => Effect.Effect<string, BrokerRefused>
  /** Takes the URL that the browser came back to, and answers whose login it was. */
  readonly finishLogin: (redirected: string) => Effect.Effect<string, BrokerRefused>
  /** Now, whatever the schedule says. */
  readonly loginAutomatically: (account: string) => Effect.Effect<void, BrokerRefused>
  readonly logout: (account: string) => Effect.Effect<void, BrokerRefused>
  readonly add: (
    record: AccountRecord,
    secrets: Redacted.Redacted<AccountSecrets>
  ) => Effect.Effect<void, BrokerRefused>
  readonly remove: (account: string) => Effect.Effect<void, BrokerRefused>
  readonly setAutomatic: (account: string, automatic: boolean) => Effect.Effect<void, BrokerRefused>
  /** Tells all accounts which instruments the session has, by the brokers' masters that are stored. */
  readonly learn: (table: InstrumentTable) => Effect.Effect<void>
  /** As the broker of the account knows them. */
  readonly instruments: (broker: Broker) => BrokerInstruments
}>()("@keepgaining/engine/brokers/Brokers") {}

export interface BrokersOptions {
  readonly login: AutomaticLogin
  /** Longest wait for an answer of a broker, ms. */
  readonly timeout?: number
}

const TIMEOUT_MS = 10_000
/** Between looks at the accounts that another process may have changed. */
const LOOK_MS = 1_000
/** How long somebody may take to log in by hand. */
const LOGIN_MS = 15 * 60_000

interface Running {
  readonly record: AccountRecord
  readonly actor: AccountActor
  readonly scope: Scope.Closeable
}

const make = (options: BrokersOptions) =>
  Effect.gen(function*() {
    const accounts = yield* BrokerAccounts
    const supervisor = yield* Supervisor
    const store = yield* InstrumentStore
    const { calendar, indexNames } = yield* MarketRules
    const outer = yield* Effect.scope
    const running = new Map<string, Running>()
    const known = new Map<Broker, BrokerInstruments>()
    const expected = new Map<string, { readonly account: string; readonly until: number }>()

    const instruments = (broker: Broker): BrokerInstruments => {
      const found = known.get(broker) ?? new BrokerInstruments()
      known.set(broker, found)
      return found
    }

    const stored = <A>(effect: Effect.Effect<A, { readonly message: string }>): Effect.Effect<A, BrokerRefused> =>
      Effect.mapError(effect, ({ message }) =>
        new BrokerRefused({ reason: message, remedy: "Mend that first; `keepgaining brokers status` shows the rest" }))

    const adapterOf = (record: AccountRecord, secrets: Redacted.Redacted<AccountSecrets>): BrokerAccount | undefined =>
      adapters[record.broker]?.account({
        account: record.id,
        userId: record.userId,
        apiKey: record.apiKey,
        apiSecret: Redacted.make(Redacted.value(secrets).apiSecret, { label: "api secret" }),
        redirectUrl: record.redirectUrl,
        instruments: instruments(record.broker),
        timeout: options.timeout ?? TIMEOUT_MS
      }, record.root)

    const start = (record: AccountRecord): Effect.Effect<void, BrokerRefused> =>
      Effect.gen(function*() {
        const secrets = yield* stored(accounts.secrets(record.id))
        const adapter = secrets === undefined ? undefined : adapterOf(record, secrets)
        if (adapter === undefined) {
          return yield* new BrokerRefused({
            reason: `There is no adapter for ${record.broker} yet`,
            remedy: "Remove the account, or update the engine"
          })
        }
        const scope = yield* Scope.fork(outer)
        const gate: CallGate = yield* Effect.provideService(
          makeCallGate({ broker: record.broker, account: record.id, capabilities: capabilities[record.broker] }),
          Scope.Scope,
          scope
        )
        const actor = new AccountActor({
          record,
          adapter,
          gate,
          token: accounts.token(record.id).pipe(Effect.orElseSucceed(() =>
            undefined
          )),
          forgetToken: Effect.ignore(accounts.saveToken(record.id, undefined)),
          isOurs: isOurTag
        })
        running.set(record.id, { record, actor, scope })
        yield* supervisor.start(`engine/broker ${record.id}`, "broker", actor.run)
        yield* supervisor.start(`engine/broker ${record.id}/login`, "broker", keepLoggedIn(record.id))
      })

    const stop = (id: string): Effect.Effect<void> =>
      Effect.gen(function*() {
        const found = running.get(id)
        running.delete(id)
        yield* supervisor.stop(`engine/broker ${id}/login`)
        yield* supervisor.stop(`engine/broker ${id}`)
        if (found !== undefined) yield* Scope.close(found.scope, Exit.void)
      })

    /** Makes what runs agree with what is stored. */
    const follow = Effect.gen(function*() {
      const records = yield* stored(accounts.list)
      for (const [id, { record }] of running) {
        const now = records.find((each) => each.id === id)
        if (now === undefined || !isSame(now, record)) yield* stop(id)
        else {
          const found = running.get(id)
          if (found !== undefined) found.actor.automatic = now.automatic
        }
      }
      for (const record of records) {
        if (running.has(record.id)) continue
        yield* start(record).pipe(
          Effect.catch((error) => Effect.logWarning(`Account ${record.id} does not run: ${error.message}`))
        )
      }
    })

    const find = (account: string): Effect.Effect<Running, BrokerRefused> => {
      const found = running.get(account)
      return found === undefined
        ? Effect.fail(
          new BrokerRefused({
            reason: `There is no account ${JSON.stringify(account)}`,
            remedy: "See the list of accounts, or add it: keepgaining brokers add"
          })
        )
        : Effect.succeed(found)
    }

    const save = (account: string, token: BrokerToken) => stored(accounts.saveToken(account, token))

    const refusedLogin = (error: LoginFailure): BrokerRefused =>
      new BrokerRefused({ reason: error.message.replace(/\.$/, ""), remedy: "Try again, or log in by hand" })

    const loginNow = (account: string): Effect.Effect<void, LoginFailure | BrokerRefused> =>
      Effect.gen(function*() {
        const { actor, record } = yield* find(account)
        const secrets = yield* stored(accounts.secrets(account))
        if (secrets === undefined) return
        actor.setLoggingIn("the engine logs in", yield* Clock.currentTimeMillis)
        const token = yield* options.login(record, actor.adapter, secrets).pipe(
          Effect.tapError((error) =>
            Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.sync(() => actor.setLoggedOut(error.message, now)))
          )
        )
        yield* save(account, token)
      })

    const isTradingDay = (date: string): boolean => Result.getOrElse(calendar.isTradingDay(date), () => false)

    /** Holds a token for every trading day, where the user allowed that. */
    const keepLoggedIn = (id: string): Effect.Effect<void> =>
      Effect.gen(function*() {
        let failures = 0
        let refusals = 0
        while (running.has(id)) {
          const actor = running.get(id)?.actor
          if (actor === undefined) return
          const now = yield* Clock.currentTimeMillis
          const token = yield* accounts.token(id).pipe(Effect.orElseSucceed(() => undefined))
          const isGood = token !== undefined && token.endsAt > now
          if (!actor.automatic || refusals >= MOST_REFUSALS) {
            actor.nextLoginAt = null
            if (isGood) refusals = 0
            yield* Effect.sleep(LOOK_MS)
            continue
          }
          const due = nextLogin(now, isGood ? token.endsAt : undefined, isTradingDay)
          actor.nextLoginAt = due ?? null
          if (due === undefined || due > now) {
            yield* Effect.sleep(Math.min(LOOK_MS, Math.max(1, (due ?? Infinity) - now)))
            continue
          }
          const error = yield* Effect.flip(loginNow(id)).pipe(Effect.orElseSucceed(() => undefined))
          if (error === undefined) {
            failures = 0
            refusals = 0
            yield* Effect.logInfo(`${id} is logged in`)
            continue
          }
          failures++
          if (isRefusal(error)) refusals++
          const wait = retryLoginAfter(failures)
          yield* Effect.logWarning(
            `${error.message} ${
              refusals >= MOST_REFUSALS
                ? `After ${refusals} refusals the engine does not try again by itself.`
                : `The next attempt is at ${formatIstTime(now + wait)} IST.`
            }`
          )
          actor.nextLoginAt = now + wait
          yield* Effect.sleep(wait)
        }
      })

    yield* follow.pipe(Effect.catch((error) => Effect.logWarning(`Broker accounts cannot be read: ${error.message}`)))
    yield* supervisor.start(
      "engine/broker accounts",
      "broker",
      Effect.forever(Effect.andThen(Effect.sleep(LOOK_MS), follow))
    )
    yield* Effect.addFinalizer(() => Effect.forEach([...running.keys()], stop, { discard: true }))

    return Brokers.of({
      actors: () => Array.from(running.values(), ({ actor }) => actor),
      actor: (account) => running.get(account)?.actor,
      loginUrl: (account) =>
        Effect.gen(function*() {
          const { actor } = yield* find(account)
          const now = yield* Clock.currentTimeMillis
          const state = crypto.randomBytes(16).toString("hex")
          const url = actor.adapter.auth.loginUrl(state)
          if (url === undefined) {
            return yield* new BrokerRefused({
              reason: `${account} has no login page`,
              remedy: "Its broker is logged in to by PIN and TOTP: use the automated login"
            })
          }
          for (const [key, { until }] of expected) if (until <= now) expected.delete(key)
          expected.set(state, { account, until: now + LOGIN_MS })
          actor.setLoggingIn("waits for the login in the browser", now)
          return url
        }),
      finishLogin: (redirected) =>
        Effect.gen(function*() {
          const url = URL.parse(redirected)
          const now = yield* Clock.currentTimeMillis
          const state = url?.searchParams.get("state") ?? ""
          const waiting = expected.get(state)
          expected.delete(state)
          if (url === null || waiting === undefined || waiting.until <= now) {
            return yield* new BrokerRefused({
              reason: "That login was not begun here, or it took too long",
              remedy: "Begin it anew; paste the whole address that the browser came back to"
            })
          }
          const { actor } = yield* find(waiting.account)
          const grant = actor.adapter.auth.grantOf(url)
          if (grant === undefined) {
            actor.setLoggedOut("the broker gave no grant", now)
            return yield* new BrokerRefused({
              reason: "The broker sent the browser back without a grant",
              remedy: "Check the redirect URL that is registered with the broker, and log in again"
            })
          }
          const token = yield* Effect.mapError(actor.adapter.auth.exchange(Redacted.make(grant)), refusedLogin)
          yield* save(waiting.account, token)
          return waiting.account
        }),
      loginAutomatically: (account) =>
        loginNow(account).pipe(
          Effect.mapError((error) => error._tag === "BrokerRefused" ? error : refusedLogin(error))
        ),
      logout: (account) =>
        Effect.gen(function*() {
          const { actor } = yield* find(account)
          const { token } = actor
          if (token !== undefined) {
            // The broker's own end of it; ours ends in any case.
            yield* Effect.ignore(actor.adapter.auth.logout(token))
          }
          yield* stored(accounts.saveToken(account, undefined))
          yield* stored(accounts.setAutomatic(account, false))
        }),
      add: (record, secrets) => Effect.andThen(stored(accounts.put(record, secrets)), follow),
      remove: (account) =>
        Effect.gen(function*() {
          yield* find(account)
          yield* stop(account)
          yield* stored(accounts.remove(account))
        }),
      setAutomatic: (account, automatic) =>
        Effect.andThen(find(account), Effect.andThen(stored(accounts.setAutomatic(account, automatic)), follow)),
      learn: (table) =>
        Effect.gen(function*() {
          for (const broker of new Set(Array.from(running.values(), ({ record }) => record.broker))) {
            const entries = yield* store.entries(broker).pipe(
              Effect.catch((error) => Effect.as(Effect.logWarning(error.message), []))
            )
            for (const each of brokerInstrumentsOf(table, entries, indexNames)) instruments(broker).add(each)
          }
        }),
      instruments
    })
  })

const isSame = (a: AccountRecord, b: AccountRecord): boolean =>
  a.broker === b.broker && a.userId === b.userId && a.apiKey === b.apiKey && a.redirectUrl === b.redirectUrl &&
  a.root === b.root

/** The broker understood and said no: trying the same again does not help. */
const isRefusal = (error: LoginFailure | BrokerRefused): boolean =>
  (error._tag === "LoginRefused" && error.refusedByBroker) || error._tag === "Refused" || error._tag === "Unauthorised"

export const layer = (options: BrokersOptions) => Layer.effect(Brokers, make(options))
