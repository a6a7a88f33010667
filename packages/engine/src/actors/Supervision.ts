/**
 * Supervision as data. What happens after a failure is decided by a pure function over a declared policy and the actor's
 * record; hot actors are decided inside the partition's loop (waiting for another fiber would lose ticks), cold ones by
 * their supervisor's fiber, by the same function.
 *
 * Times are event time for hot actors and clock time for cold ones, in ms.
 */

export interface SupervisionPolicy {
  /**
   * How often a message that failed is tried again on rebuilt state before it is given up: a transient fault then
   * changes nothing. The message that still fails is a dead letter and is not fed again.
   */
  readonly retries: number
  /** Messages that may be given up within {@link windowMillis}; one more exhausts the policy. */
  readonly maxFailures: number
  readonly windowMillis: number
  /**
   * After the n-th failure in the window the actor goes on taking its inputs but is muted (hot) or waits (cold) for
   * `initialMillis * factor^(n-1)`, at most `maximumMillis`.
   */
  readonly backoff: { readonly initialMillis: number; readonly factor: number; readonly maximumMillis: number }
  readonly onExhausted: "stop" | "escalate"
}

export const noBackoff: SupervisionPolicy["backoff"] = { initialMillis: 0, factor: 1, maximumMillis: 0 }

/** What is known of one actor's failures. Plain data. */
export interface SupervisionRecord {
  state: "running" | "restarting" | "stopped" | "escalated"
  /** Rebuilds, whether the message then passed or not. */
  restarts: number
  deadLetters: number
  handled: number
  /** When messages were given up, within the window. */
  failures: Array<number>
  /** Outputs are discarded before this time. */
  mutedUntil: number
  lastFailure: string | undefined
}

export const initialRecord = (): SupervisionRecord => ({
  state: "running",
  restarts: 0,
  deadLetters: 0,
  handled: 0,
  failures: [],
  mutedUntil: 0,
  lastFailure: undefined
})

export const backoffMillis = (policy: SupervisionPolicy, failures: number): number =>
  Math.min(
    policy.backoff.initialMillis * policy.backoff.factor ** Math.max(0, failures - 1),
    policy.backoff.maximumMillis
  )

/** Books a message that was given up and decides what becomes of its actor. */
export const giveUp = (
  policy: SupervisionPolicy,
  record: SupervisionRecord,
  now: number
): "resume" | "stop" | "escalate" => {
  record.deadLetters += 1
  record.failures = record.failures.filter((at) => now - at < policy.windowMillis)
  record.failures.push(now)
  if (record.failures.length > policy.maxFailures) {
    record.state = policy.onExhausted === "stop" ? "stopped" : "escalated"
    return policy.onExhausted
  }
  record.mutedUntil = now + backoffMillis(policy, record.failures.length)
  return "resume"
}

const span = (millis: number): string => millis % 60_000 === 0 ? `${millis / 60_000} min` : `${millis / 1_000} s`

/** In words, for people: `retry once; 5 failures in 1 min, then stop`. */
export const describePolicy = (policy: SupervisionPolicy): string => {
  const retry = policy.retries === 0
    ? "no retry"
    : policy.retries === 1
    ? "retry once"
    : `retry ${policy.retries} times`
  if (policy.maxFailures === Infinity) return `${retry}; restarted without limit`
  if (policy.maxFailures === 0) return `${retry}; ${policy.onExhausted} at the first failure`
  return `${retry}; ${policy.maxFailures} failures in ${span(policy.windowMillis)}, then ${policy.onExhausted}`
}

/** The message of whatever was thrown. */
export const failureText = (failure: unknown): string =>
  failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure)
