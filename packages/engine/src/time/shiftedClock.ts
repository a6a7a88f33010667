/** A clock that goes as fast as another one but shows a time of its own: for a market that is open whenever one looks. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** `offset`: what it is ahead of the other, ms. */
export const shiftedClock = (base: Clock.Clock, offset: number): Clock.Clock => {
  const millis = (): number => base.currentTimeMillisUnsafe() + offset
  const nanos = (): bigint => base.currentTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => base.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: base.monotonicTimeNanos,
    sleep: (duration) => base.sleep(duration)
  }
}
