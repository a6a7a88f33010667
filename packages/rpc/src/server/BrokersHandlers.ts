import { istDay, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import { type BrokerRefused, Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as crypto from "node:crypto"
import { BrokersRpcs } from "../contract/Brokers.ts"
import { Refused } from "../contract/Failures.ts"
import { whenChanged } from "./Conflated.ts"
import { requireScope } from "./Connection.ts"

const brokersPeriodMillis = 500

const refused = ({ reason, remedy }: { readonly reason: string; readonly remedy: string }): Refused =>
  new Refused({ reason, remedy })

const noAccount = (account: string): Refused =>
  new Refused({ reason: `There is no account ${account}`, remedy: "See the list of accounts" })

export const make = Effect.gen(function*() {
  const brokers = yield* Brokers
  const session = yield* Session
  const clock = yield* Clock.Clock
  const asAdmin = <A>(how: Effect.Effect<A, BrokerRefused>) =>
    Effect.andThen(requireScope("admin"), Effect.mapError(how, refused))
  return BrokersRpcs.of({
    WatchBrokers: () =>
      whenChanged(brokersPeriodMillis, () => ({
        // A countdown needs no finer steps, and an idle screen no messages.
        serverTime: Math.floor(clock.currentTimeMillisUnsafe() / 1_000) * 1_000,
        accounts: brokers.actors().map((actor) => ({
          ...actor.status(),
          staticIp: actor.record.staticIp ?? null,
          algo: actor.record.algo ?? null
        }))
      })),
    AccountBook: ({ account }) =>
      Effect.suspend(() => {
        const book = brokers.actor(account)?.accountBook()
        return book === undefined ? Effect.fail(noAccount(account)) : Effect.succeed(book)
      }),
    BrokerLoginUrl: ({ account }) => asAdmin(brokers.loginUrl(account)),
    FinishBrokerLogin: ({ redirected }) => asAdmin(brokers.finishLogin(redirected)),
    LoginBroker: ({ account }) => asAdmin(brokers.loginAutomatically(account)),
    LogoutBroker: ({ account }) => asAdmin(brokers.logout(account)),
    AddBroker: ({ account, apiSecret, mobile, password, pin, totpSecret, ...record }) =>
      asAdmin(brokers.add(
        { id: account, ...record },
        Redacted.make({
          apiSecret,
          ...(password === undefined ? {} : { password }),
          ...(pin === undefined ? {} : { pin }),
          ...(totpSecret === undefined ? {} : { totpSecret }),
          ...(mobile === undefined ? {} : { mobile })
        })
      )),
    RemoveBroker: ({ account }) => asAdmin(brokers.remove(account)),
    RegisterBroker: ({ account, ...registration }) => asAdmin(brokers.setRegistration(account, registration)),
    PreferBroker: ({ account, place }) => asAdmin(brokers.setPreference(account, place)),
    ExcludeBroker: ({ account, excluded }) => asAdmin(brokers.setExcluded(account, excluded)),
    SetBrokerAutomatic: ({ account, automatic }) => asAdmin(brokers.setAutomatic(account, automatic)),
    ArmBroker: ({ account, armed }) =>
      Effect.gen(function*() {
        yield* requireScope("admin")
        if (brokers.actor(account) === undefined) return yield* noAccount(account)
        const now = yield* Clock.currentTimeMillis
        const until = armed ? startOfIstDay(istDay(now) + 1) : 0
        const outcome = yield* Effect.mapError(
          session.execute(crypto.randomUUID(), { _tag: "ArmAccount", account, until }),
          refused
        )
        if (outcome._tag === "Refused") return yield* refused(outcome)
      })
  })
})
