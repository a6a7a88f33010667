/** A call to a broker, as errors name it and as its failure is to be understood. */
import type { Broker } from "./Broker.ts"

export interface BrokerCall {
  readonly broker: Broker
  readonly account: string
  /** `place order`. */
  readonly operation: string
  /** Whether something was executed if the call arrived: then a lost answer is an unknown outcome. */
  readonly changes: boolean
  /** Of the order that is placed. */
  readonly tag?: string
}

/** Of a failure of the connection before anything was sent. */
export const neverSent = (code: string): boolean =>
  code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "EHOSTUNREACH" ||
  code === "ENETUNREACH"

/**
 * Whether an answer without a word of the broker's own leaves open what became of a call: a page with HTTP 408, 403 or 404 may be
 * a gateway's, which knows nothing of what is behind it.
 */
export const leavesOpen = (call: BrokerCall, status: number): boolean =>
  call.changes && status >= 400 && status < 500 && status !== 429
