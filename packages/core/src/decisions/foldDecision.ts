import type { Digest } from "../digest/Digest.ts"
import type { Decision } from "./Decision.ts"

/**
 * Folds everything that was decided, but not the number of the input that caused it: that numbering depends on how many
 * commands were interleaved, the decision itself must not.
 */
export const foldDecision = (digest: Digest, decision: Decision): void =>
  digest.text(JSON.stringify(decision, withoutCause))

const withoutCause = (key: string, value: unknown): unknown => key === "cause" ? undefined : value
