/** The instruments in the order in which they tick next: a binary heap over columns, ties broken by index. */
import type { MarketState } from "./MarketState.ts"

/** Orders the whole queue anew. */
export const rebuild = (state: MarketState): void => {
  for (let i = 0; i < state.queue.length; i++) state.queue[i] = i
  for (let i = (state.queue.length >> 1) - 1; i >= 0; i--) sink(state, i)
}

/** Puts the first instrument, which has a later time now, where it belongs. */
export const sinkFirst = (state: MarketState): void => sink(state, 0)

const sink = (state: MarketState, from: number): void => {
  const { queue, tickAt } = state
  const size = queue.length
  // Positions stay below `size` and both arrays have an entry for every instrument, so these reads cannot miss.
  const moving = queue[from]!
  const at = tickAt[moving]!
  let hole = from
  while (true) {
    let child = 2 * hole + 1
    if (child >= size) break
    let best = queue[child]!
    let bestAt = tickAt[best]!
    const right = child + 1
    if (right < size) {
      const other = queue[right]!
      const otherAt = tickAt[other]!
      if (otherAt < bestAt || (otherAt === bestAt && other < best)) {
        child = right
        best = other
        bestAt = otherAt
      }
    }
    if (at < bestAt || (at === bestAt && moving < best)) break
    queue[hole] = best
    hole = child
  }
  queue[hole] = moving
}
