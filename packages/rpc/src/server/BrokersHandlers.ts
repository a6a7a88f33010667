import { type BrokerRefused, Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { BrokersRpcs } from "../contract/Brokers.ts"
import { Refused } from "../contract/Failures.ts"
import { whenChanged } from "./Conflated.ts"
import { requireScope } from "./Connection.ts"

const brokersPeriodMillis = 500

const refused = ({ reason, remedy }: BrokerRefused): Refused => new Refused({ reason, remedy })

export const make = Effect.gen(function*() {
  const brokers = yield* Brokers
  const clock = yield* Clock.Clock
  const asAdmin = <A>(how: Effect.Effect<A, BrokerRefused>) =>
    Effect.andThen(requireScope("admin"), Effect.mapError(how, refused))
  return BrokersRpcs.of({
    WatchBrokers: () =>
      whenChanged(brokersPeriodMillis, () => ({
        // A countdown needs no finer steps, and an idle screen no messages.
        serverTime: Math.floor(clock.currentTimeMillisUnsafe() / 1_000) * 1_000,
        accounts: brokers.actors().map((actor) => actor.status())
      })),
    AccountBook: ({ account }) =>
      Effect.suspend(() => {
        const book = brokers.actor(account)?.accountBook()
        return book === undefined
          ? Effect.fail(new Refused({ reason: `There is no account ${account}`, remedy: "See the list of accounts" }))
          : Effect.succeed(book)
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
    SetBrokerAutomatic: ({ account, automatic }) => asAdmin(brokers.setAutomatic(account, automatic))
  })
})
