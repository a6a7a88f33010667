/**
 * What became of one placement whose answer may have been lost. No broker knows a tag twice, so nothing is ever sent again: the
 * order is looked for by its tag, on the stream and in the book, until it is found or until enough looks have not found it.
 *
 * It is given up as not placed only when {@link GIVE_UP_MS} have passed and the last two book reads that succeeded both began
 * at least {@link SETTLE_MS} after it was sent and did not show it (`brokers.md`, section 6). Pure.
 */
import type { BrokerError } from "../port/BrokerError.ts"

export const GIVE_UP_MS = 30_000
export const SETTLE_MS = 10_000
/** Waits between looks, ms; the last one repeats. */
export const LOOKS_MS: ReadonlyArray<number> = [500, 1_000, 2_000, 4_000, 8_000]

export type Placement =
  /** On its way; a crash now leaves it `unknown`. */
  | { readonly _tag: "Sending"; readonly tag: string; readonly sentAt: number }
  | {
    readonly _tag: "Unknown"
    readonly tag: string
    readonly sentAt: number
    readonly reason: string
    readonly looks: number
    /** Late enough looks in a row that did not show it. */
    readonly absences: number
  }
  | { readonly _tag: "Placed"; readonly tag: string; readonly orderIds: ReadonlyArray<string> }
  | { readonly _tag: "NotPlaced"; readonly tag: string; readonly reason: string }

export const sending = (tag: string, sentAt: number): Placement => ({ _tag: "Sending", tag, sentAt })

/** After a restart: whatever was being sent may have arrived. */
export const recovered = (placement: Placement): Placement => lost(placement, "the engine stopped before the answer")

const unknown = (tag: string, sentAt: number, reason: string): Placement => ({
  _tag: "Unknown",
  tag,
  sentAt,
  reason,
  looks: 0,
  absences: 0
})

export const answered = (placement: Placement, orderIds: ReadonlyArray<string>): Placement =>
  placement._tag === "Sending" || placement._tag === "Unknown"
    ? { _tag: "Placed", tag: placement.tag, orderIds }
    : placement

export const failed = (placement: Placement, error: BrokerError): Placement => {
  // What the stream has shown already does not become unplaced by a late failure.
  if (placement._tag !== "Sending") return placement
  switch (error._tag) {
    case "UnknownOutcome":
    case "UnreadableAnswer":
      return unknown(placement.tag, placement.sentAt, error.message)
    default:
      return { _tag: "NotPlaced", tag: placement.tag, reason: error.message }
  }
}

/** Whoever waited for the answer has stopped to, or what was answered shows nowhere. */
export const lost = (placement: Placement, reason: string): Placement =>
  placement._tag === "Sending" ? unknown(placement.tag, placement.sentAt, reason) : placement

/** Orders with its tag were seen, on the stream or in a book. */
export const seen = (placement: Placement, orderIds: ReadonlyArray<string>): Placement => {
  if (orderIds.length === 0) return placement
  if (placement._tag === "Placed") {
    const all = [...new Set([...placement.orderIds, ...orderIds])]
    return all.length === placement.orderIds.length ? placement : { ...placement, orderIds: all }
  }
  return { _tag: "Placed", tag: placement.tag, orderIds }
}

/** A book that was read from `startedAt` on (epoch ms) does not show it. */
export const absent = (placement: Placement, startedAt: number): Placement => {
  if (placement._tag !== "Unknown") return placement
  const absences = startedAt >= placement.sentAt + SETTLE_MS ? placement.absences + 1 : 0
  const looks = placement.looks + 1
  if (absences >= 2 && startedAt >= placement.sentAt + GIVE_UP_MS) {
    return { _tag: "NotPlaced", tag: placement.tag, reason: `not in the order book; ${placement.reason}` }
  }
  return { ...placement, looks, absences }
}

/** When to look next, epoch ms; `undefined` when there is nothing to look for. */
export const nextLook = (placement: Placement, lastLook: number): number | undefined =>
  placement._tag === "Unknown"
    ? lastLook + (LOOKS_MS[Math.min(placement.looks, LOOKS_MS.length - 1)] ?? 0)
    : undefined
