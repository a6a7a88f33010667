/**
 * On what terms a session trades: what trades cost, what positions bind, the capital of its paper books, and when intraday
 * positions are squared off. A session keeps those that it was begun with, for a restart must decide as it did before.
 */
import { type ChargeRules, ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { usualSquareOff } from "@keepgaining/core/desk/squareOff.ts"
import { type MarginRow, MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import type { KernelOptions } from "../kernel/KernelOptions.ts"
import type { SessionManifest } from "./SessionFolder.ts"

/** For a session that begins. */
export interface Terms {
  readonly charges: ChargeRules
  readonly margins: ReadonlyArray<MarginRow>
  readonly kernel: Pick<KernelOptions, "desk">
}

/** As its folder keeps them. */
export const termsToKeep = (
  { charges, kernel, margins }: Terms
): Required<Pick<SessionManifest, "charges" | "margins" | "capital" | "squareOff">> => ({
  charges,
  margins,
  capital: kernel.desk.limits.capital,
  squareOff: kernel.desk.squareOff
})

/** Those of its folder; where it was begun before they were kept, those of now. */
export const keptTerms = (
  { capital, charges, margins, squareOff }: SessionManifest,
  terms: Terms
): Pick<KernelOptions, "charges" | "margins" | "desk"> => {
  const { desk } = terms.kernel
  return {
    charges: new ChargeSchedule(charges ?? terms.charges),
    margins: new MarginSchedule(margins ?? terms.margins),
    desk: {
      ...desk,
      limits: { ...desk.limits, capital: capital ?? desk.limits.capital },
      squareOff: squareOff ?? [usualSquareOff]
    }
  }
}
