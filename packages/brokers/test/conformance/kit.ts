/**
 * The conformance kit: what every adapter must do against its simulator, the good days and the bad ones. An adapter for
 * another broker is done when `conformance(candidate)` is green; nothing in here knows a broker.
 */
import type { Candidate } from "./Candidate.ts"
import { loginCases } from "./loginCases.ts"
import { marketDataCases } from "./marketDataCases.ts"
import { marketFeedCases } from "./marketFeedCases.ts"
import { orderCases } from "./orderCases.ts"
import { orderFaultCases } from "./orderFaultCases.ts"
import { orderFeedCases } from "./orderFeedCases.ts"
import { portfolioCases } from "./portfolioCases.ts"
import { readFaultCases } from "./readFaultCases.ts"

export const conformance = (candidate: Candidate): void => {
  loginCases(candidate)
  portfolioCases(candidate)
  marketDataCases(candidate)
  orderCases(candidate)
  orderFaultCases(candidate)
  readFaultCases(candidate)
  marketFeedCases(candidate)
  orderFeedCases(candidate)
}
