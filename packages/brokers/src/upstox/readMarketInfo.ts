/** Status of each segment from a `market_info` frame of Upstox. Once a connection, so objects do no harm here. */
import { MalformedFrame } from "../wire/MalformedFrame.ts"
import { ProtoReader } from "./ProtoReader.ts"
import { Entry, FeedResponse, MarketInfo } from "./upstoxFields.ts"

const names = [
  "PRE_OPEN_START",
  "PRE_OPEN_END",
  "NORMAL_OPEN",
  "NORMAL_CLOSE",
  "CLOSING_START",
  "CLOSING_END"
] as const
export type UpstoxMarketStatus = (typeof names)[number]

/** By segment (`NSE_EQ`); a status that Upstox added since is left out. */
export const readMarketInfo = (frame: Uint8Array): ReadonlyMap<string, UpstoxMarketStatus> | MalformedFrame => {
  const reader = new ProtoReader()
  reader.reset(frame)
  const statuses = new Map<string, UpstoxMarketStatus>()
  const entry = (end: number) => {
    let segment = ""
    // An enum at its first value is left out on the wire.
    let status = 0
    while (reader.position < end) {
      const tag = reader.varint(end)
      if (tag === Entry.key) {
        const limit = reader.limit(end)
        segment = new TextDecoder().decode(frame.subarray(reader.position, limit))
        reader.position = limit
      } else if (tag === Entry.enumValue) status = reader.varint(end)
      else reader.skip(tag, end)
    }
    const name = names[status]
    if (segment !== "" && name !== undefined) statuses.set(segment, name)
  }
  while (reader.position < frame.length) {
    const tag = reader.varint(frame.length)
    if (tag !== FeedResponse.marketInfo) {
      reader.skip(tag, frame.length)
      continue
    }
    const end = reader.limit(frame.length)
    while (reader.position < end) {
      const inner = reader.varint(end)
      if (inner === MarketInfo.segmentStatus) entry(reader.limit(end))
      else reader.skip(inner, end)
    }
  }
  return reader.failed
    ? new MalformedFrame({
      protocol: "Upstox market data",
      length: frame.length,
      offset: 0,
      problem: "the fields of MarketInfo do not fit its length"
    })
    : statuses
}
