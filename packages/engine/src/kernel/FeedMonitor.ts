/**
 * Watches that ticks keep coming during the session: a connected but mute feed must be seen. Pure; times are event time
 * in epoch ms. The alarm is raised at the moment the silence gets too long, ended by the next tick, and then told as a
 * gap with its whole length.
 */
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { formatIstTime } from "@keepgaining/core/market/IndianTime.ts"

type Alarm = Extract<Decision, { readonly _tag: "Alarm" }>

export interface FeedGap {
  readonly from: number
  readonly to: number
}

export class FeedMonitor {
  readonly staleAfter: number
  /** Event time of the newest tick of this session's hours; 0 before the first. */
  lastTick = 0
  raised = false
  gaps: Array<FeedGap> = []

  constructor(staleAfter: number) {
    this.staleAfter = staleAfter
  }

  /** When there is something to raise if no tick comes first; Infinity when nothing is due. */
  nextDue(sessionClose: number): number {
    if (this.lastTick === 0 || this.raised) return Infinity
    const due = this.lastTick + this.staleAfter
    return due < sessionClose ? due : Infinity
  }

  silence(now: number): Alarm {
    this.raised = true
    return {
      _tag: "Alarm",
      kind: "stale-feed",
      subject: "feed",
      raised: true,
      detail: `No tick since ${formatIstTime(this.lastTick)} IST`,
      since: this.lastTick,
      at: now
    }
  }

  /** A tick came; answers the alarm that it ends, if one was up. */
  tick(time: number): ReadonlyArray<Alarm> {
    const since = this.lastTick
    if (time > this.lastTick) this.lastTick = time
    if (!this.raised) return none
    this.raised = false
    this.gaps.push({ from: since, to: time })
    const seconds = Math.round((time - since) / 1_000)
    const detail = `No tick from ${formatIstTime(since)} to ${formatIstTime(time)} IST (${seconds} s)`
    return [
      { _tag: "Alarm", kind: "stale-feed", subject: "feed", raised: false, detail, since, at: time },
      { _tag: "Alarm", kind: "feed-gap", subject: "feed", raised: true, detail, since, at: time }
    ]
  }

  /** The day is over: silence is normal from here on. */
  sessionEnd(): void {
    this.lastTick = 0
    this.raised = false
  }
}

const none: ReadonlyArray<Alarm> = []
