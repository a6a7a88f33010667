/** What a history server may do instead of answering properly. Pure. */
import { chance, fromSeed, integer } from "@keepgaining/core/random/Random.ts"

export const misbehaviours = [
  /** 429. */
  "too-many",
  /** 429 with `Retry-After`. */
  "too-many-wait",
  /** 500, 502, 503 in turn. */
  "server-error",
  /** The body ends in the middle, the connection too. */
  "cut-body",
  /** The last part of the candles lacks, without a word. */
  "cut-range",
  /** Candles of the days around the range besides. */
  "overlap",
  "unsorted",
  /** Some candles twice. */
  "repeated",
  /** No candles, without a word. */
  "empty",
  /** An answer that is not JSON, with status 200. */
  "html",
  /** A candle whose high is below its low. */
  "impossible",
  /** The answer comes late. */
  "slow",
  /** The connection is reset before an answer. */
  "reset"
] as const

export type Misbehaviour = (typeof misbehaviours)[number]

/** What happens to a request; requests are numbered from 0 in the order of their arrival. */
export type Behaviour = (request: number) => Misbehaviour | undefined

export const wellBehaved: Behaviour = () => undefined

/** In that order, one a request, then well. */
export const inOrder = (script: ReadonlyArray<Misbehaviour | undefined>): Behaviour => (request) => script[request]

/** Each request with the probability, by a seed. */
export const atRandom = (
  seed: number,
  probability: number,
  among: ReadonlyArray<Misbehaviour> = misbehaviours
): Behaviour =>
(request) => {
  const random = fromSeed(seed, request)
  return chance(random, probability) ? among[integer(random, among.length)] : undefined
}
