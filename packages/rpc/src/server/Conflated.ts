/**
 * Streams of state: the newest value whenever the reader is ready, at most so often. They are pulled, never pushed: the
 * RPC server asks for the next chunk only after the client acknowledged the one before, so a client that stops reading
 * costs one chunk and no more.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** `look` gives what there is to send now, or nothing; it runs every `periodMillis` until it gives something. */
export const conflated = <A>(periodMillis: number, look: () => ReadonlyArray<A>): Stream.Stream<A> =>
  Stream.fromPull(Effect.sync(() => {
    let due = -Infinity
    return Effect.gen(function*() {
      while (true) {
        const now = yield* Clock.currentTimeMillis
        if (now < due) yield* Effect.sleep(due - now)
        due = Math.max(now, due) + periodMillis
        const [head, ...tail] = look()
        if (head !== undefined) return [head, ...tail] as const
      }
    })
  }))

/** Sends the value whenever it differs from the one sent before in what `compared` makes of it. */
export const whenChanged = <A>(
  periodMillis: number,
  look: () => A,
  compared: (value: A) => unknown = (value) => value
): Stream.Stream<A> =>
  Stream.suspend(() => {
    let sent = ""
    return conflated(periodMillis, () => {
      const value = look()
      const text = JSON.stringify(compared(value))
      if (text === sent) return []
      sent = text
      return [value]
    })
  })
