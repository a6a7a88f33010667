import type { Digest } from "../digest/Digest.ts"
import type { Decision } from "./Decision.ts"

/**
 * Folds everything that was decided, but not the number of the input that caused it: that numbering depends on how many
 * commands were interleaved, the decision itself must not.
 */
export const foldDecision = (digest: Digest, decision: Decision): void =>
  digest.text(JSON.stringify(withoutCause(decision)))

const withoutCause = (decision: Decision): unknown => {
  if (decision._tag !== "OrderChanged") return decision
  const { cause: _, ...order } = decision.order
  return { _tag: decision._tag, order }
}
