import * as Effect from "effect/Effect"
import type { AccountStage } from "./accountStage.ts"

/** Lets the stage's time pass until it is so, no faster than the wall's can load a broker's SDK or carry many frames. */
export const patiently = ({ clock }: AccountStage, what: string, is: () => boolean): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (let steps = 0; !is(); steps++) {
      if (steps > 4_000) throw new Error(`waited in vain: ${what}`)
      yield* clock.leap(clock.now + 100)
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
    }
  })
