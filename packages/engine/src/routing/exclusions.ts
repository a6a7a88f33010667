/**
 * Why an account cannot take an order: hard rules, each with its own words. What makes a position smaller is held back only
 * by what makes it impossible: it needs no leave, and no money.
 */
import { rupeesText } from "@keepgaining/core/market/Money.ts"
import type { AccountPhase } from "../brokers/AccountStatus.ts"
import type { AccountCandidate, RoutedOrder } from "./AccountCandidate.ts"

/** A login that ends sooner takes no new orders: there must be time to leave what they open. */
export const LOGIN_MARGIN_MS = 5 * 60_000

const phaseWords: Readonly<Record<Exclude<AccountPhase, "live">, string>> = {
  "logged-out": "it is not logged in",
  "logging-in": "its login is under way",
  connecting: "its login is still being tried",
  unreachable: "its broker does not answer"
}

interface Rule {
  /** `growing`: orders and changes that may make a position larger. `opening`: such orders, not changes of them. */
  readonly of: "everything" | "growing" | "opening"
  /** In words; `undefined` when it is kept. */
  readonly broken: (order: RoutedOrder, candidate: AccountCandidate, now: number) => string | undefined
}

const rules: ReadonlyArray<Rule> = [
  // A position that is split over accounts could not be left with one order, so everything follows it.
  {
    of: "everything",
    broken: ({ holder, kind, reduces, symbol }, { account }) => {
      if (holder === account) return undefined
      if (holder !== undefined) return `the ${kind === "change" ? "order" : `position in ${symbol}`} is at ${holder}`
      return kind === "change"
        ? "nobody knows where the order lies"
        : reduces
        ? `no account holds ${symbol} for that order to reduce`
        : undefined
    }
  },
  { of: "opening", broken: (_, { excluded }) => excluded ? "you excluded it from new positions" : undefined },
  { of: "growing", broken: (_, { armed }) => armed ? undefined : "it is not armed for today" },
  { of: "everything", broken: (_, { phase }) => phase === "live" ? undefined : phaseWords[phase] },
  {
    of: "everything",
    broken: (_, { phase, tokenEndsAt }, now) =>
      phase === "live" && (tokenEndsAt === null || tokenEndsAt <= now) ? "its login has ended" : undefined
  },
  {
    of: "opening",
    broken: (_, { tokenEndsAt }, now) => {
      const left = (tokenEndsAt ?? now) - now
      return left > 0 && left < LOGIN_MARGIN_MS
        ? `its login ends in ${Math.floor(left / 1_000)} s; log in again first`
        : undefined
    }
  },
  {
    of: "opening",
    broken: (_, { ordersLive }) => ordersLive ? undefined : "its order stream is down, so fills would be seen late"
  },
  {
    of: "everything",
    broken: ({ symbol }, { broker, knowsInstrument }) =>
      knowsInstrument ? undefined : `the instrument master of ${broker} does not list ${symbol}`
  },
  {
    of: "everything",
    broken: ({ market }, { markets }) =>
      markets === null || markets.includes(market) ? undefined : `it may not trade on ${market}`
  },
  {
    of: "everything",
    broken: ({ product }, { products }) => products.includes(product) ? undefined : `it has no ${product} product`
  },
  {
    of: "everything",
    broken: ({ type }, { broker, types }) => types.includes(type) ? undefined : `${broker} takes no ${type} orders`
  },
  {
    of: "opening",
    broken: (_, { funds, margin }) => {
      if (funds === null) return "its funds are not known yet"
      if (margin._tag === "Unknown" || funds >= margin.amount) return undefined
      const by = margin.source === "broker" ? "its broker" : "our margin model"
      return `it has ${rupeesText(funds)}, and the order needs ${rupeesText(margin.amount)} by ${by}`
    }
  }
]

/** All of them, most basic first; empty = it can take the order. `now`: epoch ms. */
export const exclusions = (order: RoutedOrder, candidate: AccountCandidate, now: number): ReadonlyArray<string> =>
  rules.flatMap(({ broken, of }) => {
    const asked = of === "everything" || (!order.reduces && (of === "growing" || order.kind === "place"))
    const reason = asked ? broken(order, candidate, now) : undefined
    return reason === undefined ? [] : [reason]
  })
