/** The supervision tree as data, for whoever shows it. */

export type ActorState = "running" | "restarting" | "stopped" | "escalated"

export interface ActorNode {
  /** Address: `engine/partition-0/NSE:RELIANCE/VolumeRocket@d1`. */
  readonly path: string
  readonly kind: string
  readonly state: ActorState
  /** As declared for its kind, in words. */
  readonly supervision: string
  readonly restarts: number
  readonly handled: number
  readonly deadLetters: number
  readonly lastFailure?: string
}

export interface MailboxNode {
  readonly name: string
  readonly overflow: "block" | "conflate" | "drop-oldest" | "fail"
  readonly depth: number
  readonly capacity: number
  readonly shed: number
}

export interface ActorTree {
  readonly actors: ReadonlyArray<ActorNode>
  readonly mailboxes: ReadonlyArray<MailboxNode>
}

/** An input that its actor could not handle, kept for people to look at and to feed again. */
export interface DeadLetter {
  readonly id: number
  readonly actor: string
  readonly message: string
  readonly failure: string
  readonly cause: number
  readonly at: number
}
