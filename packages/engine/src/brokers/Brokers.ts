/**
 * All broker accounts of the installation, each as a supervised actor, and the ways to log them in: by hand (open a URL, come
 * back with a grant) or, where the user allowed it, by the engine itself before every open.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { type BrokerInstrument, BrokerInstruments, marketOf } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import { dayOf, isWeekend } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as crypto from "node:crypto"
import { Supervisor } from "../actors/Supervisor.ts"
import { InstrumentStore } from "../instruments/InstrumentStore.ts"
import { brokerInstrumentsOf } from "../instruments/sessionInstruments.ts"
import { MarketRules } from "../rules/MarketRules.ts"
import { AccountActor } from "./AccountActor.ts"
import { accountAdapter } from "./accountAdapter.ts"
import { AccountCapabilities } from "./AccountCapabilities.ts"
import type { AutomaticLogin, LoginFailure } from "./automaticLogin.ts"
import { type AccountRecord, type AccountSecrets, BrokerAccounts, type Registration } from "./BrokerAccounts.ts"
import { type CallGate, makeCallGate } from "./CallGate.ts"
import { keepLoggedIn } from "./keepLoggedIn.ts"
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
  /** What the user registered with the broker for orders by program; the account is taken up anew with it. */
  readonly setRegistration: (account: string, registration: Registration) => Effect.Effect<void, BrokerRefused>
  /** Gives the account that place, from 1, in the user's order of preference, or none; the others move. */
  readonly setPreference: (account: string, place: number | null) => Effect.Effect<void, BrokerRefused>
  /** Whether the account shall take no new positions; what makes a position smaller goes on. */
  readonly setExcluded: (account: string, excluded: boolean) => Effect.Effect<void, BrokerRefused>
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
/** Between looks for a master that is newer than what is known. */
const MASTER_LOOK_MS = 60_000
/** How long somebody may take to log in by hand. */
const LOGIN_MS = 15 * 60_000

interface Running {
  readonly record: AccountRecord
  readonly revision: string | undefined
  readonly actor: AccountActor
  readonly scope: Scope.Closeable
}

const make = (options: BrokersOptions) =>
  Effect.gen(function*() {
    const accounts = yield* BrokerAccounts
    const limits = yield* AccountCapabilities
    const supervisor = yield* Supervisor
    const store = yield* InstrumentStore
    const { calendar, indexNames } = yield* MarketRules
    const outer = yield* Effect.scope
    const running = new Map<string, Running>()
    const known = new Map<Broker, BrokerInstruments>()
    /** Logins by hand that were begun, by their state. */
    const expected = new Map<string, { readonly account: string; readonly until: number }>()
    /** One change of what runs at a time. */
    const mutex = yield* Semaphore.make(1)
    /** Why an account does not run, as it was last told. */
    const complaints = new Map<string, string>()

    const instruments = (broker: Broker): BrokerInstruments => {
      const found = known.get(broker) ?? new BrokerInstruments()
      known.set(broker, found)
      return found
    }

    /** What the session has, for accounts that come later. */
    let learned: InstrumentTable | undefined
    const learnOf = (broker: Broker): Effect.Effect<void> =>
      Effect.gen(function*() {
        if (learned === undefined) return
        const entries = yield* store.entries(broker).pipe(
          Effect.catch((error) => Effect.as(Effect.logWarning(error.message), []))
        )
        const known = instruments(broker)
        for (const each of brokerInstrumentsOf(learned, entries, indexNames, calendar)) {
          if (!isKnown(known, each)) known.add(each)
        }
        for (const { actor, record } of running.values()) if (record.broker === broker) actor.renew(known)
      })

    /** When the master was fetched that was learned from, epoch ms. */
    const learnedFrom = new Map<Broker, number>()
    /** Masters are renumbered overnight, while sessions go on. */
    const learnNew = Effect.gen(function*() {
      for (const broker of new Set(Array.from(running.values(), ({ record }) => record.broker))) {
        const at = (yield* store.master(broker))?.fetchedAt.getTime()
        if (at === undefined || at === learnedFrom.get(broker)) continue
        learnedFrom.set(broker, at)
        yield* learnOf(broker)
      }
    }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

    const stored = <A>(effect: Effect.Effect<A, { readonly message: string }>): Effect.Effect<A, BrokerRefused> =>
      Effect.mapError(effect, ({ message }) =>
        new BrokerRefused({ reason: message, remedy: "Mend that first; `keepgaining brokers status` shows the rest" }))

    const start = (record: AccountRecord): Effect.Effect<void, BrokerRefused> =>
      Effect.gen(function*() {
        const { id } = record
        const revision = yield* stored(accounts.revision(id))
        const secrets = yield* stored(accounts.secrets(id))
        const capabilities = yield* Effect.mapError(limits.of(record), (error) =>
          new BrokerRefused({ reason: error.message, remedy: error.remedy }))
        if (record.sandbox === true && !capabilities.sandbox) {
          return yield* new BrokerRefused({
            reason: `${record.broker} has no sandbox`,
            remedy: "Remove the account, and add it again without one"
          })
        }
        if (secrets === undefined) {
          return
        }
        const adapter = accountAdapter(record, secrets, {
          instruments: instruments(record.broker),
          timeout: options.timeout ?? TIMEOUT_MS,
          capabilities
        })
        const scope = yield* Scope.fork(outer)
        const gate: CallGate = yield* Effect.provideService(
          makeCallGate({ broker: record.broker, account: id, capabilities }),
          Scope.Scope,
          scope
        )
        const token = accounts.token(id)
        const actor = new AccountActor({
          record,
          adapter,
          capabilities,
          gate,
          token,
          forgetToken: (refused) =>
            Effect.ignore(accounts.forgetToken(id, refused)),
          isOurs: isOurTag
        })
        if (instruments(record.broker).all().length === 0) {
          yield* learnOf(record.broker)
        }
        running.set(id, { record, revision, actor, scope })
        yield* supervisor.start(`engine/broker ${id}`, "broker", actor.run)
        yield* supervisor.start(
          `engine/broker ${id}/login`,
          "broker",
          keepLoggedIn({
            actor,
            // One that this key does not open will never be good: the next login replaces it.
            token: Effect.catchTag(token, "VaultRefused", () =>
              Effect.succeed(undefined)),
            login: loginNow(id),
            isRefusal,
            isTradingDay
          })
        )
      })

    const stop = (id: string): Effect.Effect<void> =>
      Effect.gen(function*() {
        const found = running.get(id)
        running.delete(id)
        yield* supervisor.stop(`engine/broker ${id}/login`)
        yield* supervisor.stop(`engine/broker ${id}`)
        if (found !== undefined) {
          yield* Scope.close(found.scope, Exit.void)
        }
      })

    /** Makes what runs agree with what is stored. */
    const follow = mutex.withPermits(1)(Effect.gen(function*() {
      const records = yield* stored(accounts.list)
      for (const [id, { actor, record, revision }] of running) {
        const now = records.find((each) =>
          each.id === id
        )
        const isSame = now !== undefined && isSameRecord(now, record) &&
          (yield* stored(accounts.revision(id))) === revision
        if (isSame) {
          actor.automatic = now.automatic
          actor.wishes = now
        } else yield* stop(id)
      }
      for (const record of records) {
        if (running.has(record.id)) continue
        const complaint = yield* start(record).pipe(
          Effect.match({ onSuccess: () => undefined, onFailure: ({ message }) => message })
        )
        if (complaint === undefined) complaints.delete(record.id)
        else if (complaints.get(record.id) !== complaint) {
          complaints.set(record.id, complaint)
          yield* Effect.logWarning(`Account ${record.id} does not run: ${complaint}`)
        }
      }
      const now = yield* Clock.currentTimeMillis
      for (const [state, { account, until }] of expected) {
        if (until > now) continue
        expected.delete(state)
        running.get(account)?.actor.setLoggedOut("nobody finished the login", now)
      }
    }))

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
          Effect.onExit((exit) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              if (Exit.isSuccess(exit)) return
              const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
              actor.setLoggedOut(error?.message ?? "the login broke off", now)
            })
          )
        )
        yield* save(account, token)
      })

    // Beyond what the rules cover: a login too many costs nothing, none costs the day.
    const isTradingDay = (date: string): boolean =>
      Result.getOrElse(calendar.isTradingDay(date), () => !isWeekend(dayOf(date)))

    yield* follow.pipe(Effect.catch((error) => Effect.logWarning(`Broker accounts cannot be read: ${error.message}`)))
    yield* supervisor.start(
      "engine/broker accounts",
      "broker",
      Effect.forever(Effect.andThen(Effect.sleep(LOOK_MS), follow))
    )
    yield* supervisor.start(
      "engine/broker masters",
      "broker",
      Effect.forever(Effect.andThen(learnNew, Effect.sleep(MASTER_LOOK_MS)))
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
              remedy: "It is logged in to without one: use the automated login"
            })
          }
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
          const token = yield* actor.adapter.auth.exchange(Redacted.make(grant)).pipe(
            Effect.mapError(refusedLogin),
            Effect.tapError(({ reason }) => Effect.sync(() => actor.setLoggedOut(reason, now)))
          )
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
          // First of all, or the engine would log in again at once.
          yield* stored(accounts.setAutomatic(account, false))
          actor.automatic = false
          const token = actor.token ?? (yield* stored(accounts.token(account)))
          yield* stored(accounts.saveToken(account, undefined))
          // The broker's own end of it; ours ends in any case.
          if (token !== undefined) yield* Effect.ignore(actor.adapter.auth.logout(token))
        }),
      add: (record, secrets) => Effect.andThen(stored(accounts.put(record, secrets)), follow),
      remove: (account) =>
        Effect.gen(function*() {
          // Also one that does not run, because its secrets cannot be opened any more.
          if (!(yield* stored(accounts.remove(account)))) yield* find(account)
          yield* follow
        }),
      setAutomatic: (account, automatic) =>
        Effect.andThen(find(account), Effect.andThen(stored(accounts.setAutomatic(account, automatic)), follow)),
      setRegistration: (account, registration) =>
        Effect.andThen(find(account), Effect.andThen(stored(accounts.setRegistration(account, registration)), follow)),
      setPreference: (account, place) =>
        Effect.gen(function*() {
          yield* find(account)
          yield* stored(accounts.setPreference(account, place, yield* Clock.currentTimeMillis))
          yield* follow
        }),
      setExcluded: (account, excluded) =>
        Effect.gen(function*() {
          yield* find(account)
          yield* stored(accounts.setExcluded(account, excluded, yield* Clock.currentTimeMillis))
          yield* follow
        }),
      learn: (table) =>
        Effect.suspend(() => {
          learned = table
          const present = new Set(Array.from(running.values(), ({ record }) => record.broker))
          return Effect.forEach(present, learnOf, { discard: true })
        }),
      instruments
    })
  })

/** By its symbol and by its token, exactly so. */
const isKnown = (known: BrokerInstruments, each: BrokerInstrument): boolean => {
  const found = known.ofSymbol(each.instrument.symbol)
  return found !== undefined && found.index === each.index && found.token === each.token &&
    found.tradingSymbol === each.tradingSymbol && found.freezeQuantity === each.freezeQuantity &&
    found.lotSize === each.lotSize &&
    known.ofToken(marketOf(each.instrument), each.token) === found
}

const isSameRecord = (a: AccountRecord, b: AccountRecord): boolean =>
  a.broker === b.broker && a.userId === b.userId && a.apiKey === b.apiKey && a.redirectUrl === b.redirectUrl &&
  a.root === b.root && a.sandbox === b.sandbox && a.staticIp === b.staticIp && a.algo === b.algo

/** The broker understood and said no: trying the same again does not help. */
const isRefusal = (error: LoginFailure | BrokerRefused): boolean =>
  (error._tag === "LoginRefused" && error.refusedByBroker) || error._tag === "Refused" || error._tag === "Unauthorised"

export const layer = (options: BrokersOptions) => Layer.effect(Brokers, make(options))
