/** What a login gives: enough to call the broker until it ends. Secrets are `Redacted` and never leave encrypted storage. */
import type * as Redacted from "effect/Redacted"
import type { Profile } from "./Portfolio.ts"

export interface BrokerToken {
  readonly access: Redacted.Redacted
  /** Angel: of the market feed. Fyers: `hsm_key` of the data socket. */
  readonly feed?: Redacted.Redacted
  readonly refresh?: Redacted.Redacted
  readonly profile: Profile
  /** Epoch ms. */
  readonly issuedAt: number
  /** Epoch ms; nothing is sent with it from then on. */
  readonly endsAt: number
}
