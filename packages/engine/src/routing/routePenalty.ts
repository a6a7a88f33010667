/**
 * How much speaks against an account that can take an order, in points: 5 for a failure, 1 for each ₹5 that it is dearer than
 * the cheapest. Steps are coarse on purpose, so that accounts which do alike tie and the user's own order decides.
 */
import type { AccountCandidate, RoutedOrder } from "./AccountCandidate.ts"

export interface RoutePenalty {
  readonly health: number
  readonly room: number
  readonly cost: number
  readonly total: number
}

const FAILURE = 5
const MOST_FAILURES = 40
/**
 * Orders that are left alone for their failures would fail at once. It is no exclusion: only a call that is tried can show
 * that the broker is back.
 */
const RESTING_ORDERS = 50
const RESTING_OTHERS = 10
const CALL_WAITING = 2
const MOST_WAITING = 20
/** The order, or a slice of it, would wait for its turn. */
const NO_ROOM = 10
const RUPEES_A_POINT = 5
const MOST_COST = 20
/** Of charges that nobody could work out: a usual flat fee. */
const COST_UNKNOWN = 4

/** `cheapest`: the least charges, rupees, among those that can take it; `undefined` when nobody's are known. */
export const routePenalty = (
  order: RoutedOrder,
  candidate: AccountCandidate,
  cheapest: number | undefined
): RoutePenalty => {
  const { charges, failures, resting, room: left, waiting } = candidate
  const health = Math.min(failures * FAILURE, MOST_FAILURES) + (resting.includes("orders") ? RESTING_ORDERS : 0) +
    (resting.some((each) => each !== "orders") ? RESTING_OTHERS : 0)
  const room = Math.min(waiting * CALL_WAITING, MOST_WAITING) + (left < order.calls ? NO_ROOM : 0)
  const cost = cheapest === undefined
    ? 0
    : charges === null
    ? COST_UNKNOWN
    : Math.min(Math.floor((charges - cheapest) / RUPEES_A_POINT), MOST_COST)
  return { health, room, cost, total: health + room + cost }
}
