/** The adapter of a stored account, with what is stored of it. */
import { adapters } from "@keepgaining/brokers/adapters.ts"
import type { AccountSettings, BrokerAccount } from "@keepgaining/brokers/port/BrokerAccount.ts"
import * as Redacted from "effect/Redacted"
import { type AccountRecord, type AccountSecrets, GENERIC_ALGO } from "./BrokerAccounts.ts"

export const accountAdapter = (
  record: AccountRecord,
  secrets: Redacted.Redacted<AccountSecrets>,
  settings: Pick<AccountSettings, "instruments" | "timeout" | "capabilities">
): BrokerAccount => {
  const { algo, apiKey, broker, id, redirectUrl, root, sandbox, userId } = record
  return adapters[broker].account({
    account: id,
    userId,
    apiKey,
    apiSecret: Redacted.make(Redacted.value(secrets).apiSecret, { label: "api secret" }),
    redirectUrl,
    // Below the rate from which an algorithm is registered, the broker itself tags orders.
    ...(algo === undefined || algo === GENERIC_ALGO ? {} : { algo }),
    ...(sandbox === true ? { sandbox } : {}),
    ...settings
  }, root)
}
