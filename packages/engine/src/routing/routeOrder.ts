/**
 * Which account an order goes through, and why there. Pure: the same order and the same candidates, in whatever order, give
 * the same answer.
 *
 * Hard rules come first ({@link exclusions}); whoever is left with the fewest points against them ({@link routePenalty}) takes
 * it, and the user's order of preference decides between equals.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { rupeesText } from "@keepgaining/core/market/Money.ts"
import type { AccountCandidate, RoutedOrder } from "./AccountCandidate.ts"
import { exclusions } from "./exclusions.ts"
import { type RoutePenalty, routePenalty } from "./routePenalty.ts"

/** One account in the table that explains a choice. */
export interface RouteRow {
  readonly account: string
  readonly broker: Broker
  readonly verdict: "taken" | "possible" | "excluded"
  /** Why it was not taken; nothing for the one that was. */
  readonly reasons: ReadonlyArray<string>
  /** Of those that could take it. */
  readonly penalty: RoutePenalty | null
}

export type Route =
  | {
    readonly _tag: "Routed"
    readonly account: string
    /** Sentences for the user. */
    readonly why: ReadonlyArray<string>
    /** The taken one, then those that come closest. */
    readonly table: ReadonlyArray<RouteRow>
  }
  | { readonly _tag: "Refused"; readonly reasons: ReadonlyArray<string>; readonly table: ReadonlyArray<RouteRow> }

interface Able {
  readonly candidate: AccountCandidate
  readonly penalty: RoutePenalty
}

/** `now`: epoch ms. */
export const routeOrder = (order: RoutedOrder, candidates: ReadonlyArray<AccountCandidate>, now: number): Route => {
  const sorted = candidates.toSorted(byPreference)
  const excluded: Array<RouteRow> = []
  const able: Array<AccountCandidate> = []
  for (const candidate of sorted) {
    const reasons = exclusions(order, candidate, now)
    if (reasons.length === 0) able.push(candidate)
    else excluded.push({ ...nameOf(candidate), verdict: "excluded", reasons, penalty: null })
  }
  const known = able.flatMap(({ charges }) => charges === null ? [] : [charges])
  const cheapest = known.length === 0 ? undefined : Math.min(...known)
  // The sort is stable, so equals keep the order of preference.
  const ranked = able.map((candidate) => ({ candidate, penalty: routePenalty(order, candidate, cheapest) }))
    .toSorted((a, b) => a.penalty.total - b.penalty.total)
  const [taken, ...others] = ranked
  if (taken === undefined) {
    const reasons = excluded.length === 0
      ? ["there is no broker account; add one: keepgaining brokers add"]
      : excluded.map(({ account, reasons }) => `${account}: ${reasons.join("; ")}`)
    return { _tag: "Refused", reasons, table: excluded }
  }
  return {
    _tag: "Routed",
    account: taken.candidate.account,
    why: [...whyThere(order, taken, others[0]), ...wishes(order, taken, others, excluded, candidates)],
    table: [
      { ...nameOf(taken.candidate), verdict: "taken", reasons: [], penalty: taken.penalty },
      ...others.map((other): RouteRow => ({
        ...nameOf(other.candidate),
        verdict: "possible",
        reasons: advantages(taken, other).map((reason) => `${taken.candidate.account} ${reason}`),
        penalty: other.penalty
      })),
      ...excluded
    ]
  }
}

const nameOf = ({ account, broker }: AccountCandidate) => ({ account, broker })

const byPreference = (a: AccountCandidate, b: AccountCandidate): number =>
  a.preference !== b.preference
    ? (a.preference ?? Infinity) - (b.preference ?? Infinity)
    : a.account < b.account
    ? -1
    : a.account > b.account
    ? 1
    : 0

const whyThere = (order: RoutedOrder, { candidate, penalty }: Able, next: Able | undefined): ReadonlyArray<string> => {
  const { account, charges, funds, margin } = candidate
  const sentences: Array<string> = []
  if (order.kind === "change") sentences.push(`The order is at ${account}.`)
  else if (order.holder === account) {
    sentences.push(`An order goes where its position in ${order.symbol} is: to ${account}.`)
  } else if (next === undefined) sentences.push(`${account} is the only account that can take the order.`)
  else {
    const reasons = advantages({ candidate, penalty }, next)
    sentences.push(`${account} ${reasons.join(", ")}; ${next.candidate.account} would be next.`)
  }
  if (order.reduces || order.kind === "change") {
    if (!candidate.ordersLive) {
      sentences.push("Its order stream is down, so the outcome shows when its book is read next.")
    }
    return sentences
  }
  if (charges !== null) sentences.push(`Charges there are about ${rupeesText(charges * 100)}.`)
  if (margin._tag === "Unknown") {
    sentences.push(`What it binds is not known (${margin.reason}); the broker says no if it is too much.`)
  } else if (funds !== null) {
    const by = margin.source === "broker" ? "its broker" : "our margin model, which may be 15 % off"
    sentences.push(`It binds ${rupeesText(margin.amount)} of ${rupeesText(funds)} by ${by}.`)
  }
  return sentences
}

/** What became of what the user wants, where somebody could be chosen at all. */
const wishes = (
  order: RoutedOrder,
  taken: Able,
  others: ReadonlyArray<Able>,
  excluded: ReadonlyArray<RouteRow>,
  candidates: ReadonlyArray<AccountCandidate>
): ReadonlyArray<string> => {
  if (order.reduces || order.kind === "change" || order.holder !== undefined) return []
  const { account, preference } = taken.candidate
  const sentences: Array<string> = []
  if (preference !== null) sentences.push(`${account} is number ${preference} in your order of preference.`)
  const isBefore = (each: AccountCandidate): boolean => (each.preference ?? Infinity) < (preference ?? Infinity)
  for (const other of others) {
    if (!isBefore(other.candidate)) continue
    sentences.push(
      `${other.candidate.account} comes before it in your order, but ${account} ${advantages(taken, other).join(", ")}.`
    )
  }
  for (const candidate of candidates.toSorted(byPreference)) {
    const row = excluded.find((each) => each.account === candidate.account)
    if (row === undefined) continue
    if (candidate.excluded) sentences.push(`You excluded ${candidate.account} from new positions.`)
    else if (isBefore(candidate)) {
      sentences.push(
        `${candidate.account} comes before it in your order, but cannot take it: ${row.reasons.join("; ")}.`
      )
    }
  }
  return sentences
}

/** What speaks for the first of two that can take it. */
const advantages = (better: Able, other: Able): ReadonlyArray<string> => {
  const found: Array<string> = []
  if (better.penalty.health < other.penalty.health) found.push("has had less trouble of late")
  if (better.penalty.room < other.penalty.room) found.push("has more room for orders right now")
  if (better.penalty.cost < other.penalty.cost) found.push("is cheaper")
  if (better.penalty.total === other.penalty.total) {
    const isPreferred = better.candidate.preference !== other.candidate.preference
    found.push(isPreferred ? "comes earlier in your order of preference" : "does as well and comes first by name")
  }
  return found
}
