/**
 * Bounded mailboxes between fibers. What happens when one is full is part of its type, fixed by the kind of message:
 * `block` suspends the sender (commands, frames: never dropped), `conflate` keeps the newest per key (quotes for a slow
 * reader), `drop-oldest` (telemetry), `fail` (the sender is told). What is shed is counted and shown.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type { MailboxNode } from "./ActorTree.ts"

export type Overflow = MailboxNode["overflow"]

/** The mailbox of an actor with overflow policy `fail` is full; nothing was accepted. */
export class MailboxFull extends Schema.TaggedError<MailboxFull>()("MailboxFull", {
  mailbox: Schema.String,
  capacity: Schema.Int
}) {}

interface Base<A> {
  readonly name: string
  readonly capacity: number
  /** Waits for at least one message and takes at most `limit` of them. */
  readonly take: (limit: number) => Effect.Effect<ReadonlyArray<A>>
  /** Takes what is there, at most `limit`, without waiting. */
  readonly poll: (limit: number) => ReadonlyArray<A>
  readonly view: () => MailboxNode
}

export interface BlockingMailbox<A> extends Base<A> {
  readonly overflow: "block"
  readonly offer: (message: A) => Effect.Effect<void>
}

export interface DroppingMailbox<A> extends Base<A> {
  readonly overflow: "drop-oldest"
  readonly offer: (message: A) => void
}

export interface FailingMailbox<A> extends Base<A> {
  readonly overflow: "fail"
  readonly offer: (message: A) => Effect.Effect<void, MailboxFull>
}

export interface ConflatingMailbox<K, A> extends Base<A> {
  readonly overflow: "conflate"
  /** Replaces what is waiting under the same key. */
  readonly offer: (key: K, message: A) => void
}

const fromQueue = <A>(
  name: string,
  overflow: Overflow,
  capacity: number,
  queue: Queue.Queue<A>,
  shed: () => number
) => ({
  name,
  capacity,
  take: (limit: number) => Queue.takeBetween(queue, 1, limit),
  poll: (limit: number): ReadonlyArray<A> => {
    const taken: Array<A> = []
    while (taken.length < limit && Queue.sizeUnsafe(queue) > 0) {
      const exit = Queue.takeUnsafe(queue)
      if (exit === undefined || exit._tag === "Failure") break
      taken.push(exit.value)
    }
    return taken
  },
  view: (): MailboxNode => ({ name, overflow, depth: Queue.sizeUnsafe(queue), capacity, shed: shed() })
})

export const block = <A>(name: string, capacity: number): Effect.Effect<BlockingMailbox<A>> =>
  Effect.map(Queue.bounded<A>(capacity), (queue) => ({
    ...fromQueue(name, "block", capacity, queue, () => 0),
    overflow: "block" as const,
    offer: (message: A) => Effect.asVoid(Queue.offer(queue, message))
  }))

export const dropOldest = <A>(name: string, capacity: number): Effect.Effect<DroppingMailbox<A>> =>
  Effect.map(Queue.sliding<A>(capacity), (queue) => {
    let shed = 0
    return {
      ...fromQueue(name, "drop-oldest", capacity, queue, () => shed),
      overflow: "drop-oldest" as const,
      offer: (message: A) => {
        if (Queue.sizeUnsafe(queue) >= capacity) shed++
        Queue.offerUnsafe(queue, message)
      }
    }
  })

export const fail = <A>(name: string, capacity: number): Effect.Effect<FailingMailbox<A>> =>
  Effect.map(Queue.dropping<A>(capacity), (queue) => {
    let shed = 0
    return {
      ...fromQueue(name, "fail", capacity, queue, () => shed),
      overflow: "fail" as const,
      offer: (message: A) =>
        Effect.suspend(() => {
          if (Queue.offerUnsafe(queue, message)) return Effect.void
          shed++
          return Effect.fail(new MailboxFull({ mailbox: name, capacity }))
        })
    }
  })

export const conflate = <K, A>(name: string, capacity: number): Effect.Effect<ConflatingMailbox<K, A>> =>
  Effect.map(Queue.sliding<void>(1), (wake) => {
    const waiting = new Map<K, A>()
    let shed = 0
    const poll = (limit: number): ReadonlyArray<A> => {
      const taken: Array<A> = []
      for (const [key, message] of waiting) {
        if (taken.length >= limit) break
        waiting.delete(key)
        taken.push(message)
      }
      return taken
    }
    const take = (limit: number): Effect.Effect<ReadonlyArray<A>> =>
      Effect.suspend(() =>
        waiting.size > 0 ? Effect.succeed(poll(limit)) : Effect.flatMap(Queue.take(wake), () => take(limit))
      )
    return {
      name,
      capacity,
      overflow: "conflate" as const,
      take,
      poll,
      view: (): MailboxNode => ({ name, overflow: "conflate", depth: waiting.size, capacity, shed }),
      offer: (key: K, message: A) => {
        if (waiting.has(key)) shed++
        else if (waiting.size >= capacity) {
          // Keys are bounded too: the one that waited longest makes room.
          const oldest = waiting.keys().next()
          if (oldest.done !== true) waiting.delete(oldest.value)
          shed++
        }
        waiting.delete(key)
        waiting.set(key, message)
        Queue.offerUnsafe(wake, undefined)
      }
    }
  })
