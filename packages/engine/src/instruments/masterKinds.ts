/** What a master says of all that it lists, so that it need not be watched: which shares end with an auction, and what is an index. Pure. */
import type { IndexNames } from "@keepgaining/core/contracts/IndexNames.ts"
import type { MasterEntry } from "./master/MasterEntry.ts"
import { nameOf } from "./sessionInstruments.ts"

export interface MasterKinds {
  /** Whether an auction makes the close, by the symbol of each share. */
  readonly closingAuctions: ReadonlyMap<string, boolean>
  /** Symbols of the indices. */
  readonly indices: ReadonlySet<string>
}

export const masterKinds = (entries: ReadonlyArray<MasterEntry>, names: IndexNames): MasterKinds => {
  const underlyings = new Set<string>()
  for (const { exchange, underlying } of entries) if (underlying !== null) underlyings.add(`${exchange}:${underlying}`)
  const closingAuctions = new Map<string, boolean>()
  const indices = new Set<string>()
  for (const entry of entries) {
    const { closingAuction, exchange, kind } = entry
    const symbol = `${exchange}:${nameOf(entry)}`
    if (kind === "equity") closingAuctions.set(symbol, closingAuction ?? underlyings.has(symbol))
    else if (kind === "index") indices.add(names.symbolOf(exchange, nameOf(entry)))
  }
  return { closingAuctions, indices }
}
