/** The low byte of a Kite instrument token is its segment, which decides the unit of its prices. */
export const KiteSegment = {
  nse: 1,
  nfo: 2,
  cds: 3,
  bse: 4,
  bfo: 5,
  bcd: 6,
  mcx: 7,
  mcxsx: 8,
  indices: 9
} as const

export const segmentOf = (token: number): number => token & 0xff

/**
 * Wire units in a paisa: prices are paise, but 1e-7 rupees for NSE currency and 1e-4 rupees for BSE currency (Kite
 * Connect 3 documentation, "WebSocket streaming").
 */
export const unitsInPaisa = (segment: number): number =>
  segment === KiteSegment.cds ? 100_000 : segment === KiteSegment.bcd ? 100 : 1
