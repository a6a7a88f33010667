/**
 * How many requests may be sent in any window of a given length, wherever it begins. The instants of all of them are kept:
 * windows that begin at fixed times, and buckets that refill, both let through up to twice as many around their edges. Pure.
 */
export interface Allowance {
  readonly most: number
  /** Ms. */
  readonly window: number
  /** When requests were or will be sent, epoch ms, ascending. */
  times: Array<number>
}

export const allowance = (most: number, window: number): Allowance => ({ most, window, times: [] })

/** Takes note of requests that were sent before; earlier than any other. */
export const rememberSent = (
  state: Allowance,
  sent: ReadonlyArray<{ readonly at: number; readonly requests: number }>
) => {
  const before = sent.flatMap(({ at, requests }) => Array.from({ length: requests }, () => at)).sort((a, b) => a - b)
  state.times = [...before, ...state.times]
}

/** Reserves the next request. Answers when it may be sent: `now` or later, epoch ms. */
export const reserve = (state: Allowance, now: number): number => {
  const { most, times, window } = state
  // The last `most` are needed only.
  if (times.length > 2 * most) state.times = times.slice(-most)
  const blocking = state.times.at(-most)
  const last = state.times.at(-1) ?? now
  const at = Math.max(now, last, blocking === undefined ? now : blocking + window)
  state.times.push(at)
  return at
}
