/** A clock that shows a time of its own, and may go faster than another one: for a market that is open whenever one looks. */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface Shift {
  /** What it is ahead of the other, ms. */
  readonly offset: number
  /** Ms that pass while one passes on the other clock, from the instant `at` of the other on (epoch ms). */
  readonly pace: number
  readonly at: number
}

/** What a shifted clock shows when the other one shows `now`, epoch ms. */
export const shifted = (now: number, { at, offset, pace }: Shift): number =>
  Math.floor(now + offset + (now - at) * (pace - 1))

/** Whoever sleeps by it sleeps shorter when it is faster; spans of time are measured by the other clock. */
export const shiftedClock = (base: Clock.Clock, shift: Shift): Clock.Clock => {
  const millis = (): number => shifted(base.currentTimeMillisUnsafe(), shift)
  const nanos = (): bigint => BigInt(millis()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => base.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: base.monotonicTimeNanos,
    sleep: (duration) => base.sleep(shift.pace === 1 ? duration : Duration.times(duration, 1 / shift.pace))
  }
}
