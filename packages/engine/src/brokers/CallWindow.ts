/**
 * How many requests may be sent in any window of a given length, wherever it begins. The instants of all of them are kept:
 * windows that begin at fixed times, and buckets that refill, both let through up to twice as many around their edges.
 *
 * A place may be held before it is used: it is nobody else's meanwhile, and counts from when it is used. Times are epoch ms.
 */
import type { Rate } from "@keepgaining/brokers/port/Capabilities.ts"

/** Part of each allowance that is used: the broker counts in windows that nobody else sees. */
const USED = 0.8
/**
 * Requests are not equally long on their way, so those of one second may reach the broker with those of the next. Of a window
 * shorter than this the rest of the time is left free, which keeps them apart; of a longer one the rest of the calls, for an
 * engine that was restarted does not know those from before.
 */
const SHORT_MS = 60_000

export class CallWindow {
  readonly most: number
  readonly #length: number
  /** Ascending; the last {@link most} are needed only. */
  #sent: Array<number> = []
  #held = 0

  constructor({ calls, window }: Rate) {
    const isShort = window < SHORT_MS
    this.most = isShort ? calls : Math.max(1, Math.floor(calls * USED))
    this.#length = isShort ? Math.ceil(window / USED) : window
  }

  /** When so many more may be sent; never, while held places are in their way. */
  freeAt(now: number, count: number): number {
    const left = this.most - this.#held - count
    if (left < 0) return Infinity
    const blocking = this.#sent.at(-(left + 1))
    return blocking === undefined ? now : Math.max(now, blocking + this.#length)
  }

  /** How many may be sent now. */
  room(now: number): number {
    const since = now - this.#length
    return Math.max(0, this.most - this.#held - this.#sent.filter((at) => at > since).length)
  }

  hold(): void {
    this.#held++
  }

  release(): void {
    this.#held--
  }

  /** A held place is used. */
  use(now: number): void {
    this.#held--
    if (this.#sent.length >= 2 * this.most) this.#sent = this.#sent.slice(-this.most)
    this.#sent.push(Math.max(now, this.#sent.at(-1) ?? now))
  }
}
