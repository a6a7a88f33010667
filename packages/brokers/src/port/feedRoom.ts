/** How much a connection of a broker's market feed takes. Pure. */
import type { FeedDetail } from "./BrokerAccount.ts"
import type { BrokerInstrument } from "./BrokerInstruments.ts"
import type { Capabilities, FeedMode } from "./Capabilities.ts"

type Feed = Pick<Capabilities, "feedModes" | "feedDetails" | "feedSubscriptions">

const isNseShare = ({ instrument: { exchange, kind } }: BrokerInstrument): boolean =>
  exchange === "NSE" && kind === "equity"

const modesOf = (feed: Feed, of: BrokerInstrument, detail: FeedDetail): ReadonlyArray<FeedMode> =>
  feed.feedModes.filter(({ name, nseSharesOnly }) =>
    feed.feedDetails[detail].includes(name) && (nseSharesOnly !== true || isNseShare(of))
  )

/** Which of the asked instruments find room in that detail, in their order, beside what is `wanted` already. */
export const withRoom = (
  feed: Feed,
  wanted: ReadonlyMap<BrokerInstrument, FeedDetail>,
  asked: ReadonlyArray<BrokerInstrument>,
  detail: FeedDetail
): ReadonlyArray<BrokerInstrument> => {
  const counts = new Map<FeedMode, number>()
  let all = 0
  const add = (modes: ReadonlyArray<FeedMode>, by: 1 | -1): void => {
    for (const mode of modes) {
      const count = (counts.get(mode) ?? 0) + by
      if (count === 0) counts.delete(mode)
      else counts.set(mode, count)
      all += by
    }
  }
  const isTooMuch = (): boolean => {
    if (feed.feedSubscriptions !== undefined && all > feed.feedSubscriptions) return true
    for (const [{ combined, instruments }, count] of counts) {
      if (count > (counts.size > 1 ? Math.min(instruments, combined ?? instruments) : instruments)) return true
    }
    return false
  }
  for (const [of, known] of wanted) add(modesOf(feed, of, known), 1)
  const taken: Array<BrokerInstrument> = []
  const seen = new Set<BrokerInstrument>()
  for (const of of asked) {
    if (seen.has(of)) continue
    seen.add(of)
    const known = wanted.get(of)
    const before = known === undefined ? [] : modesOf(feed, of, known)
    const after = modesOf(feed, of, detail)
    add(before, -1)
    add(after, 1)
    if (known === detail || !isTooMuch()) {
      taken.push(of)
      continue
    }
    add(after, -1)
    add(before, 1)
  }
  return taken
}
