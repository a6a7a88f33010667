/** The supervision policy of every kind of actor: one table, so that the whole tree can be read at a glance. */
import { noBackoff, type SupervisionPolicy } from "./Supervision.ts"

/**
 * An instrument carries everybody else of its cell: it is never muted, and when it cannot go on its strategies and its
 * book stop with it.
 */
const instrument: SupervisionPolicy = {
  retries: 1,
  maxFailures: 20,
  windowMillis: 60_000,
  backoff: noBackoff,
  onExhausted: "stop"
}

/** User code: muted for a while after each failure, stopped when it keeps failing. */
const strategy: SupervisionPolicy = {
  retries: 1,
  maxFailures: 5,
  windowMillis: 60_000,
  backoff: { initialMillis: 1_000, factor: 2, maximumMillis: 60_000 },
  onExhausted: "stop"
}

/** Matching and protective stops must not be muted: a book that fails takes its instrument out of trading. */
const book: SupervisionPolicy = {
  retries: 1,
  maxFailures: 3,
  windowMillis: 60_000,
  backoff: noBackoff,
  onExhausted: "stop"
}

const cold: SupervisionPolicy = {
  retries: 0,
  maxFailures: 10,
  windowMillis: 60_000,
  backoff: { initialMillis: 100, factor: 2, maximumMillis: 10_000 },
  onExhausted: "escalate"
}

/** After a throw in the middle of the fold nothing of it can be trusted: only recovery from what is durable helps. */
const kernel: SupervisionPolicy = { ...cold, maxFailures: 0, backoff: noBackoff }

/** What trading does not depend on: it may fail for ever without taking anything along. */
const auxiliary: SupervisionPolicy = {
  retries: 0,
  maxFailures: Infinity,
  windowMillis: 60_000,
  backoff: { initialMillis: 200, factor: 2, maximumMillis: 30_000 },
  onExhausted: "stop"
}

export const policies = {
  instrument,
  strategy,
  book,
  guard: book,
  feed: cold,
  recorder: cold,
  kernel,
  /** Positions must not be left without a way out: when live orders cannot be sent, the whole engine starts anew. */
  dispatcher: cold,
  auxiliary,
  /** A broker that cannot be talked to stops nobody else. */
  broker: auxiliary
} as const

export type ActorKind = keyof typeof policies
