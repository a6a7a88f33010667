/** What one master says that the one before did not. Pure. */
import type { MasterEntry } from "./master/MasterEntry.ts"

export type ChangeKind =
  | "added"
  /** Gone after its last day. */
  | "expired"
  /** Gone although it had not expired, or never would: delisted, suspended, renamed. */
  | "removed"
  /** The same contract under a new expiry: an exchange moves one when a holiday is announced. */
  | "redated"
  | "lot"
  | "tick"
  | "freeze"
  | "token"
  | "other"

export interface Change {
  readonly kind: ChangeKind
  /** `undefined` for what was added. */
  readonly before: MasterEntry | undefined
  /** `undefined` for what is gone. */
  readonly after: MasterEntry | undefined
}

export type MasterReport = Readonly<Record<ChangeKind, number>>

const differences = (before: MasterEntry, after: MasterEntry): ReadonlyArray<ChangeKind> => {
  const kinds: Array<ChangeKind> = []
  if (before.lotSize !== after.lotSize) kinds.push("lot")
  if (before.tickSize !== after.tickSize) kinds.push("tick")
  if (before.freezeQuantity !== after.freezeQuantity) kinds.push("freeze")
  if (before.token !== after.token || before.exchangeToken !== after.exchangeToken) kinds.push("token")
  return kinds.length === 0 ? ["other"] : kinds
}

/** All of a derivative but its expiry. Only a live contract's token says that it is still the same one. */
const redatable = ({ exchangeToken, exchange, kind, right, strike, underlying }: MasterEntry): string =>
  [exchange, kind, underlying, strike, right, exchangeToken].join("|")

/**
 * Compares the versions that ended on the day with those that began on it. An instrument that changed in several ways is
 * listed once for each.
 */
export const compare = (
  ended: ReadonlyArray<MasterEntry>,
  begun: ReadonlyArray<MasterEntry>,
  day: string
): ReadonlyArray<Change> => {
  const before = new Map(ended.map((entry) => [entry.id, entry]))
  const after = new Set(begun.map(({ id }) => id))
  // Tokens are given to other contracts after an expiry: only one that was still alive can have been moved.
  const movable = new Map(
    ended.filter(({ expiry, id }) => expiry !== null && expiry >= day && !after.has(id)).map((entry) =>
      [redatable(entry), entry] as const
    )
  )
  const moved = new Set<string>()
  const changes: Array<Change> = []
  for (const entry of begun) {
    const same = before.get(entry.id)
    if (same !== undefined) {
      for (const kind of differences(same, entry)) changes.push({ kind, before: same, after: entry })
      continue
    }
    const origin = entry.expiry === null ? undefined : movable.get(redatable(entry))
    if (origin === undefined) changes.push({ kind: "added", before: undefined, after: entry })
    else {
      moved.add(origin.id)
      changes.push({ kind: "redated", before: origin, after: entry })
    }
  }
  for (const entry of ended) {
    if (after.has(entry.id) || moved.has(entry.id)) continue
    const expired = entry.expiry !== null && entry.expiry < day
    changes.push({ kind: expired ? "expired" : "removed", before: entry, after: undefined })
  }
  return changes
}

export const summarise = (changes: ReadonlyArray<Change>): MasterReport => {
  const report: Record<ChangeKind, number> = {
    added: 0,
    expired: 0,
    removed: 0,
    redated: 0,
    lot: 0,
    tick: 0,
    freeze: 0,
    token: 0,
    other: 0
  }
  for (const { kind } of changes) report[kind]++
  return report
}
