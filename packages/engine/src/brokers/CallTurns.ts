/**
 * Whose turn it is to send a request to the broker: by kind of call, and where the broker counts all kinds together, over all
 * of them; what is urgent first, then in the order in which they came. Nobody is overtaken in what he waits for by someone who
 * is less urgent.
 */
import type { Rate } from "@keepgaining/brokers/port/Capabilities.ts"
import type { RequestKind } from "@keepgaining/brokers/port/RequestPass.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import { CallWindow } from "./CallWindow.ts"

/** Smaller goes first. */
export const Priority = { exit: 0, cancel: 1, normal: 2 } as const
export type Priority = (typeof Priority)[keyof typeof Priority]

/** The right to send one request, which counts from when it is used. Once used or given back it is none any more. */
export interface HeldTurn {
  /** Whether the request may be made now; when its kind of call is held back meanwhile the turn is given back. */
  readonly use: () => boolean
  readonly release: () => void
}

/** A place in the queue. */
export interface Ticket {
  /** `undefined` while it waits. */
  readonly turns: () => ReadonlyArray<HeldTurn> | undefined
  /** Gives up the place, and every turn that was granted and not used. */
  readonly leave: () => void
}

interface Waiting {
  readonly priority: Priority
  readonly number: number
  readonly count: number
  readonly granted: (turns: ReadonlyArray<HeldTurn>) => void
}

class Lane {
  readonly own: ReadonlyArray<CallWindow>
  readonly shared: ReadonlyArray<CallWindow>
  readonly waiting: Array<Waiting> = []
  resumeAt = 0

  constructor(own: ReadonlyArray<CallWindow>, shared: ReadonlyArray<CallWindow>) {
    this.own = own
    this.shared = shared
  }

  get windows(): ReadonlyArray<CallWindow> {
    return [...this.own, ...this.shared]
  }

  head(): Waiting | undefined {
    let best = this.waiting[0]
    for (const each of this.waiting) if (best !== undefined && isBefore(each, best)) best = each
    return best
  }
}

const isBefore = (a: Waiting, b: Waiting): boolean =>
  a.priority < b.priority || (a.priority === b.priority && a.number < b.number)

const freeAt = (windows: ReadonlyArray<CallWindow>, now: number, count: number): number =>
  Math.max(now, ...windows.map((window) => window.freeAt(now, count)))

export interface CallTurns {
  /** `granted` is called once, when it does not wait any more; at once, where nothing is in the way. */
  readonly queue: (kind: RequestKind, priority: Priority, count: number, granted: () => void) => Ticket
  /** Nothing of that kind goes before then, epoch ms; nothing at all where the broker counts all kinds together. */
  readonly pause: (kind: RequestKind, until: number) => void
  readonly resumesAt: (kind: RequestKind) => number
  /** How many of a kind may go at once. */
  readonly room: (kind: RequestKind) => number
  readonly waiting: () => number
}

export const makeCallTurns = (
  rates: Readonly<Record<RequestKind, ReadonlyArray<Rate>>>,
  /** Of all kinds together, and what of it may be taken by those that change no order. */
  together: { readonly all: ReadonlyArray<Rate>; readonly others: ReadonlyArray<Rate> }
): Effect.Effect<CallTurns, never, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const all = together.all.map((rate) => new CallWindow(rate))
    const others = together.others.map((rate) => new CallWindow(rate))
    const laneOf = (kind: RequestKind, shared: ReadonlyArray<CallWindow>): Lane =>
      new Lane(rates[kind].map((rate) => new CallWindow(rate)), shared)
    const lanes: Readonly<Record<RequestKind, Lane>> = {
      orders: laneOf("orders", all),
      reads: laneOf("reads", [...all, ...others]),
      quotes: laneOf("quotes", [...all, ...others]),
      candles: laneOf("candles", [...all, ...others])
    }
    const changed = Latch.makeUnsafe(false)
    let number = 0

    const held = (lane: Lane): HeldTurn => {
      let isHeld = true
      const { windows } = lane
      for (const window of windows) window.hold()
      const end = (how: (window: CallWindow) => void): void => {
        isHeld = false
        windows.forEach(how)
        changed.openUnsafe()
      }
      const release = (): void => {
        if (isHeld) end((window) => window.release())
      }
      return {
        use: () => {
          const now = clock.currentTimeMillisUnsafe()
          if (lane.resumeAt > now) release()
          if (!isHeld) return false
          end((window) => window.use(now))
          return true
        },
        release
      }
    }

    /** Grants what may go; answers when there may be more. */
    const grant = (now: number): number => {
      for (;;) {
        let next = Infinity
        let best: readonly [Lane, Waiting] | undefined
        /** Somebody more urgent waits for these. */
        const claimed = new Set<CallWindow>()
        const heads = Object.values(lanes).flatMap((lane) => {
          const head = lane.head()
          return head === undefined ? [] : [[lane, head] as const]
        }).sort(([, a], [, b]) => isBefore(a, b) ? -1 : 1)
        for (const [lane, head] of heads) {
          const own = Math.max(lane.resumeAt, freeAt(lane.own, now, head.count))
          if (own > now) {
            next = Math.min(next, own)
            continue
          }
          if (lane.shared.some((window) => claimed.has(window))) continue
          const shared = freeAt(lane.shared, now, head.count)
          if (shared <= now) {
            best = [lane, head]
            break
          }
          next = Math.min(next, shared)
          for (const window of lane.shared) if (window.freeAt(now, head.count) > now) claimed.add(window)
        }
        if (best === undefined) return next
        const [lane, head] = best
        lane.waiting.splice(lane.waiting.indexOf(head), 1)
        head.granted(Array.from({ length: head.count }, () => held(lane)))
      }
    }

    const serve = Effect.gen(function*() {
      changed.closeUnsafe()
      const now = yield* Clock.currentTimeMillis
      const next = grant(now)
      // It may be paused anew while this waits, and who is most urgent is asked after that.
      yield* next === Infinity ? changed.await : Effect.raceFirst(changed.await, Effect.sleep(next - now))
    })
    yield* Effect.forkScoped(Effect.forever(serve))

    return {
      queue: (kind, priority, count, granted) => {
        const lane = lanes[kind]
        let turns: ReadonlyArray<HeldTurn> | undefined
        const most = Math.min(...lane.windows.map((window) => window.most))
        const waiting: Waiting = {
          priority,
          number: number++,
          count: Math.max(1, Math.min(count, most)),
          granted: (given) => {
            turns = given
            granted()
          }
        }
        lane.waiting.push(waiting)
        grant(clock.currentTimeMillisUnsafe())
        // When there may be more is asked anew.
        if (turns === undefined) changed.openUnsafe()
        return {
          turns: () => turns,
          leave: () => {
            const at = lane.waiting.indexOf(waiting)
            if (at >= 0) {
              lane.waiting.splice(at, 1)
              changed.openUnsafe()
            }
            for (const turn of turns ?? []) turn.release()
          }
        }
      },
      pause: (kind, until) => {
        // A broker that counts all kinds together refuses all of them.
        for (const lane of lanes[kind].shared.length > 0 ? Object.values(lanes) : [lanes[kind]]) {
          lane.resumeAt = Math.max(lane.resumeAt, until)
        }
      },
      resumesAt: (kind) => lanes[kind].resumeAt,
      room: (kind) => {
        const lane = lanes[kind]
        const now = clock.currentTimeMillisUnsafe()
        if (lane.resumeAt > now) return 0
        const room = Math.min(...lane.windows.map((window) => window.room(now)))
        return Math.max(0, room - lane.waiting.reduce((sum, { count }) => sum + count, 0))
      },
      waiting: () => Object.values(lanes).reduce((sum, { waiting }) => sum + waiting.length, 0)
    }
  })
