/** Who is logged in at one simulated broker: grants that work once, and tokens that end as the broker's do. */
import * as Random from "@keepgaining/core/random/Random.ts"
import type { Broker } from "../port/Broker.ts"
import { capabilities } from "../port/Capabilities.ts"
import { tokenEndsAt } from "../port/tokenEndsAt.ts"
import type { SimAccount } from "./exchange/SimAccount.ts"

interface Issued {
  readonly account: SimAccount
  readonly endsAt: number
}

const GRANT_MS = 5 * 60_000
const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"

export class SimSessions {
  readonly #broker: Broker
  readonly #now: () => number
  readonly #random: Random.Random
  readonly #grants = new Map<string, Issued>()
  readonly #tokens = new Map<string, Issued>()

  constructor(broker: Broker, seed: number, now: () => number) {
    this.#broker = broker
    this.#now = now
    this.#random = Random.fromSeed(seed, broker.length * 31 + broker.charCodeAt(0))
  }

  /** Random text of `[a-z0-9]`. */
  secret(length: number): string {
    let text = ""
    for (let i = 0; i < length; i++) text += ALPHABET[Random.integer(this.#random, ALPHABET.length)]
    return text
  }

  /** For the redirect after a login; `text` when the broker's grants have a form of their own. */
  grant(account: SimAccount, text = this.secret(6)): string {
    this.#grants.set(text, { account, endsAt: this.#now() + GRANT_MS })
    return text
  }

  /** The account of a grant, which is used up by it. */
  redeem(grant: string): SimAccount | undefined {
    const issued = this.#grants.get(grant)
    this.#grants.delete(grant)
    return issued === undefined || issued.endsAt <= this.#now() ? undefined : issued.account
  }

  /** When a token issued now ends, epoch ms. Brokers that say it in the token: 06:00 of the next morning. */
  get nextEnd(): number {
    const end = capabilities[this.#broker].tokenEnd
    const now = this.#now()
    return tokenEndsAt(end.kind === "jwt" ? { kind: "timeOfDay", hour: 6, minute: 0 } : end, now) ?? now
  }

  issue(account: SimAccount, text = this.secret(32)): string {
    this.#tokens.set(text, { account, endsAt: this.nextEnd })
    return text
  }

  accountOf(token: string): SimAccount | undefined {
    const issued = this.#tokens.get(token)
    return issued === undefined || issued.endsAt <= this.#now() ? undefined : issued.account
  }

  revoke(account: SimAccount): void {
    for (const [token, issued] of this.#tokens) if (issued.account === account) this.#tokens.delete(token)
  }
}
