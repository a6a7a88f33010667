/** Somebody who gives orders all the time, under fixed command ids, whatever happens to the engine meanwhile. */
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Random from "@keepgaining/core/random/Random.ts"
import * as Effect from "effect/Effect"
import type { Watching } from "./connection.ts"

/** Flags for a strategy that trades whenever it can. */
export const eagerStrategy: ReadonlyArray<string> = [
  "--strategy",
  "VolumeRocket",
  "--params",
  JSON.stringify({ fast: 3, slow: 8, volumeRatio: 0.2, rsiStrong: 50, rsiExhausted: 95 }),
  "--lots",
  "5"
]

export const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

export interface ByHand {
  /** Orders that were given and answered so far. */
  readonly given: () => number
  /** Stops ordering; the number of orders that were given, all of them answered. */
  readonly stop: () => Promise<number>
}

/** Orders on the instruments, at 60 to 180 ms from answer to next order. The n-th command has the id `hand-n`. */
export const orderByHand = (watching: Watching, instruments: ReadonlyArray<number>, seed: number): ByHand => {
  const random = Random.fromSeed(seed)
  let over = false
  let given = 0
  const ordering = async (): Promise<number> => {
    for (let n = 1;; n++) {
      await pause(60 + Random.integer(random, 120))
      if (over) return given
      await Effect.runPromise(watching.client.execute({
        _tag: "PlaceOrder",
        request: {
          clientTag: `hand-${n}`,
          // An integer below the length is a place of the list.
          instrument: instruments[Random.integer(random, instruments.length)]!,
          side: Random.chance(random, 0.5) ? "buy" : "sell",
          quantity: 1 + Random.integer(random, 50),
          ...(Random.chance(random, 0.1)
            ? { type: "limit" as const, limitPrice: paise(30_000) }
            : { type: "market" as const }),
          validity: "DAY",
          product: "intraday",
          purpose: "manual",
          reduceOnly: false
        }
      }, { commandId: `hand-${n}` }))
      given = n
    }
  }
  const done = ordering()
  return {
    given: () => given,
    stop: () => {
      over = true
      return done
    }
  }
}
