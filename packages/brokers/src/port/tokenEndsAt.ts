import { DAY_MS, istDay, startOfIstDay, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import { type TokenEnd } from "./Capabilities.ts"

/** Before a token's own end, where nothing else says when that is: it must not end on the way to the broker. */
const JWT_MARGIN_MS = 60_000

/**
 * When a token issued at that instant ends, epoch ms: the next time the clock shows the broker's hour, be it the same
 * morning. `jwtExpiry` (epoch s) is the token's own `exp`; where both say something the earlier holds. `undefined` when
 * only the token could tell and it does not.
 */
export const tokenEndsAt = (end: TokenEnd, issuedAt: number, jwtExpiry?: number): number | undefined => {
  const own = jwtExpiry === undefined ? undefined : jwtExpiry * 1_000
  if (end.kind === "jwt") return own === undefined ? undefined : own - JWT_MARGIN_MS
  const today = startOfIstDay(istDay(issuedAt)) + timeOfDay(end.hour, end.minute)
  const byClock = issuedAt < today ? today : today + DAY_MS
  return own === undefined ? byClock : Math.min(own, byClock)
}
