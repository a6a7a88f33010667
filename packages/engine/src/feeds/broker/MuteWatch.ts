/**
 * Tells when a feed that is open has gone mute: heartbeats go on, ticks do not, which no watchdog of the connection sees. It is then
 * opened anew, and, should that not help, ever more rarely: the exchange itself may stand still. Pure; times epoch ms.
 */

/** Silence after which an open feed is opened anew, in hours of trading. */
export const MUTE_MS = 20_000
export const LONGEST_WAIT_MS = 10 * 60_000

export class MuteWatch {
  readonly #feeds = new Map<string, { since: number; reopened: number }>()

  /** The account's feed has brought a tick, or is not open, or the market is not. */
  alive(account: string, now: number): void {
    this.#feeds.set(account, { since: now, reopened: 0 })
  }

  /** Whether to open the account's feed anew; asked about every second while it is open and should bring something. */
  isDue(account: string, now: number): boolean {
    const feed = this.#feeds.get(account)
    if (feed === undefined) {
      this.alive(account, now)
      return false
    }
    if (now - feed.since < Math.min(LONGEST_WAIT_MS, MUTE_MS * 2 ** feed.reopened)) return false
    feed.since = now
    feed.reopened++
    return true
  }
}
