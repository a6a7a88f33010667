/** A login without hands: by the broker's API where it has one for that, else in a browser on its own pages. */
import { browserLogin } from "@keepgaining/brokers/login/browserLogin.ts"
import { LoginRefused } from "@keepgaining/brokers/login/LoginRefused.ts"
import { loadLoginSteps, type LoginStepsRefused } from "@keepgaining/brokers/login/LoginSteps.ts"
import { totpNow } from "@keepgaining/brokers/login/totp.ts"
import type { BrokerAccount } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountRecord, AccountSecrets } from "./BrokerAccounts.ts"

export type LoginFailure = BrokerError | LoginRefused | LoginStepsRefused

export type AutomaticLogin = (
  record: AccountRecord,
  adapter: BrokerAccount,
  secrets: Redacted.Redacted<AccountSecrets>
) => Effect.Effect<BrokerToken, LoginFailure>

/** Longest wait for one step of a page, ms. */
const STEP_TIMEOUT_MS = 20_000

/** `stepsFolder`: where the user may keep corrected steps. */
export const automaticLogin = (stepsFolder: string): AutomaticLogin => (record, adapter, secrets) =>
  Effect.gen(function*() {
    const { broker, id: account } = record
    const { mobile, password, pin, totpSecret } = Redacted.value(secrets)
    const { auth } = adapter
    const sealed = (value: string | undefined, label: string) =>
      value === undefined ? undefined : Redacted.make(value, { label })
    if (auth.standing !== undefined) return yield* auth.standing
    if (auth.loginByApi !== undefined) {
      if (pin === undefined || totpSecret === undefined) {
        return yield* new LoginRefused({
          broker,
          account,
          reason: "its PIN and TOTP secret are not stored",
          remedy: `Add them: keepgaining brokers add ${broker}`,
          refusedByBroker: false
        })
      }
      const code = yield* totpNow(Redacted.make(totpSecret))
      return yield* auth.loginByApi(Redacted.make(pin), code)
    }
    const url = auth.loginUrl("automatic") ?? ""
    const steps = yield* loadLoginSteps(broker, stepsFolder)
    const typed = {
      userId: Redacted.make(record.userId),
      ...(password === undefined ? {} : { password: Redacted.make(password) }),
      ...(pin === undefined ? {} : { pin: Redacted.make(pin) }),
      ...(mobile === undefined ? {} : { mobile: Redacted.make(mobile) })
    }
    const back = yield* browserLogin({
      broker,
      account,
      url,
      redirectUrl: record.redirectUrl,
      steps,
      typed,
      totpSecret: sealed(totpSecret, "totp secret"),
      timeout: STEP_TIMEOUT_MS
    })
    const grant = auth.grantOf(back)
    if (grant === undefined) {
      return yield* new LoginRefused({
        broker,
        account,
        reason: "the broker sent the browser back without a grant",
        remedy: "Check the redirect URL that is registered with the broker, or log in by hand",
        refusedByBroker: true
      })
    }
    return yield* auth.exchange(Redacted.make(grant))
  })
