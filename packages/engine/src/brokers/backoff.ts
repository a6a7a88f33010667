/**
 * Wait before attempt number `attempt` (from 1) to reach a broker again, ms: half a second, doubled each time up to half a
 * minute, of which a random half to whole is taken (`luck`, 0 to 1), so that a broker that comes back is not met by
 * everybody at once. Pure.
 */
export const backoff = (attempt: number, luck: number): number => {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(16, Math.max(0, attempt - 1)))
  return Math.round(whole * (0.5 + 0.5 * luck))
}

export const FIRST_MS = 500
export const LONGEST_MS = 30_000
/** A connection that lasted so long was a good one: what follows it begins anew, ms. */
export const SETTLED_MS = 60_000
