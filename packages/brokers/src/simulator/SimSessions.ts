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
  readonly #soonest: (account: SimAccount) => number | undefined
  readonly #random: Random.Random
  readonly #grants = new Map<string, Issued>()
  readonly #tokens = new Map<string, Issued>()

  /** `soonest`: when a token ends that is issued now, where that is earlier than usual. */
  constructor(
    broker: Broker,
    seed: number,
    now: () => number,
    soonest: (account: SimAccount) => number | undefined = () => undefined
  ) {
    this.#broker = broker
    this.#now = now
    this.#soonest = soonest
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

  /** When the account's token ends that is issued now, epoch ms. Brokers that say it in the token: 06:00 of the next morning. */
  nextEnd(account: SimAccount): number {
    const end = capabilities[this.#broker].tokenEnd
    const now = this.#now()
    const usual = tokenEndsAt(end.kind === "jwt" ? { kind: "timeOfDay", hour: 6, minute: 0 } : end, now) ?? now
    return Math.min(usual, this.#soonest(account) ?? usual)
  }

  issue(account: SimAccount, text = this.secret(32)): string {
    this.#tokens.set(text, { account, endsAt: this.nextEnd(account) })
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
