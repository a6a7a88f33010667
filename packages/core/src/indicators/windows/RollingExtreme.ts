/**
 * Highest or lowest of the last `period` values, amortised O(1): a queue of those that can still become the extreme.
 */

export interface RollingExtreme {
  readonly highest: boolean
  /** A ring: the extreme at `head`, behind it what comes after it, each with the number of its value. */
  readonly values: Array<number>
  readonly numbers: Array<number>
  head: number
  size: number
  /** Values taken so far. */
  count: number
}

export const initial = (period: number, kind: "highest" | "lowest"): RollingExtreme => ({
  highest: kind === "highest",
  values: Array.from({ length: period }, () => 0),
  numbers: Array.from({ length: period }, () => 0),
  head: 0,
  size: 0,
  count: 0
})

/** Takes a value and answers the extreme of the window; of equal ones the newest counts. */
export const push = (state: RollingExtreme, value: number): number => {
  const { highest, numbers, values } = state
  const period = values.length
  const number = state.count
  let { head, size } = state
  state.count = number + 1
  // Places are brought back below the period whenever they could have reached it, so all reads are in range.
  if (size > 0 && numbers[head]! <= number - period) {
    head = head + 1 === period ? 0 : head + 1
    size -= 1
  }
  let tail = head + size < period ? head + size : head + size - period
  while (size > 0) {
    const before = tail === 0 ? period - 1 : tail - 1
    const last = values[before]!
    if (highest ? last > value : last < value) break
    tail = before
    size -= 1
  }
  values[tail] = value
  numbers[tail] = number
  state.head = head
  state.size = size + 1
  return values[head]!
}

/** How many values ago the extreme came; 0 = the newest one is it. */
export const age = (state: RollingExtreme): number => state.count - 1 - state.numbers[state.head]!

export const isFull = (state: RollingExtreme): boolean => state.count >= state.values.length
