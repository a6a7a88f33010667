/**
 * Upstox's sandbox: orders can be placed, changed and cancelled there, and nothing can be asked. Its token is made in the
 * developer console, is good for 30 days, and is kept as the account's API secret.
 */
import { DAY_MS } from "@keepgaining/core/market/IndianTime.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccountSettings, BrokerAuth, BrokerSession } from "../port/BrokerAccount.ts"
import { type BrokerError, Refused } from "../port/BrokerError.ts"
import type { BrokerToken } from "../port/BrokerToken.ts"

const TOKEN_MS = 30 * DAY_MS

const absent = (account: string, operation: string): Effect.Effect<never, BrokerError> =>
  Effect.fail(
    new Refused({
      broker: "upstox",
      account,
      operation,
      code: "sandbox",
      reason: "the sandbox of Upstox only takes orders, changes and cancellations",
      remedy: "Use an account that is not in the sandbox for everything else"
    })
  )

export const sandboxAuth = ({ account, apiSecret, userId }: AccountSettings): BrokerAuth => ({
  loginUrl: () => undefined,
  grantOf: () => undefined,
  exchange: () => absent(account, "log in"),
  standing: Effect.map(Clock.currentTimeMillis, (issuedAt) => ({
    access: Redacted.make(Redacted.value(apiSecret), { label: "upstox sandbox token" }),
    profile: { userId, name: "Sandbox", exchanges: [], products: [] },
    issuedAt,
    // It does not say when it was made: a call that refuses it ends it sooner.
    endsAt: issuedAt + TOKEN_MS
  })),
  // It cannot be ended but in the console.
  logout: () => Effect.void
})

/** The session with everything refused that the sandbox has no path for; nothing of that is sent. */
export const inSandbox = ({ orders }: BrokerSession, account: string, token: BrokerToken): BrokerSession => {
  const no = (operation: string) => absent(account, operation)
  return {
    orders: {
      place: orders.place,
      modify: orders.modify,
      cancel: orders.cancel,
      book: no("read the order book"),
      trades: no("read the trades")
    },
    portfolio: {
      profile: Effect.succeed(token.profile),
      funds: no("read the funds"),
      positions: no("read the positions"),
      holdings: no("read the holdings")
    },
    marketData: {
      quotes: () => no("read quotes"),
      candles: () => no("read candles"),
      chain: () => no("read the option chain")
    },
    margins: { of: () => no("ask for a margin") },
    gtt: { place: () => no("place GTT"), cancel: () => no("cancel GTT"), list: no("read GTTs") },
    marketFeed: { open: () => no("open the market feed") },
    orderFeed: { open: () => no("open the order feed") }
  }
}
