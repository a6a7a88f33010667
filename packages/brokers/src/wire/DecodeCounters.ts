/** What a decoder saw since it was made; read by the health report. */
export class DecodeCounters {
  frames = 0
  heartbeats = 0
  /** Packets of known length, good or bad. */
  packets = 0
  rows = 0
  /** Packets skipped because their content is impossible. */
  badPackets = 0
  /** Frames dropped whole, see MalformedFrame. */
  droppedFrames = 0
  /** Packets of instruments that nobody asked for. */
  unknownInstruments = 0
  /** Rows whose feed time lay too far ahead of the receive time, which was taken instead. */
  futureTimes = 0
  /** Packets with a price of 0 or below, and depth without a price seen before: they make no row. */
  withoutPrice = 0
}

/** How far ahead of our clock a feed's clock may be. One wrong stamp would otherwise carry event time away with it. */
export const MAX_CLOCK_LEAD_MS = 60_000
