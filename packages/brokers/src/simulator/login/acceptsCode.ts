import * as Clock from "effect/Clock"
import { verifySync } from "otplib"
import type { BrokerStage } from "../BrokerStage.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"

/** How late a code is whose fault does not say. */
const LATE_MS = 120_000

/** Whoever runs the simulation may have given it another clock; a person's authenticator goes by this one. */
const machine = Clock.Clock.defaultValue()

/**
 * Whether a login's TOTP is taken: the code of the moment, or of the half minute before and after it. The moment is the virtual
 * time, or the real one, which authenticators on the customer's side go by.
 */
export const acceptsCode = (
  { faults, now, wall }: Pick<BrokerStage, "faults" | "now" | "wall">,
  account: SimAccount,
  code: string
): boolean => {
  const scope = { broker: account.broker, account: account.userId, operation: "login" } as const
  if (faults.take(["wrong-code"], scope) !== undefined) return false
  const late = faults.take(["late-code"], scope)
  const lateness = late === undefined ? 0 : late.delay ?? LATE_MS
  return /^\d{6}$/.test(code) &&
    [now(), wall(), machine.currentTimeMillisUnsafe()].some((at) =>
      verifySync({
        secret: account.totpSecret,
        token: code,
        epoch: Math.floor((at + lateness) / 1_000),
        epochTolerance: 30
      }).valid
    )
}
