/**
 * The archive's unit of storage: the one-minute candles of one instrument on one Indian day, packed. A block is runs behind
 * each other; because a run needs nothing outside itself, a block of a month and a block of a day hold the same bytes in a
 * different order, and one is made from the other without unpacking.
 *
 * Layout, 32-bit words, little-endian:
 *
 *     0      instrument
 *     1      day (days since 1970-01-01, IST) << 16 | candles
 *     2      minute of the day of the first candle << 16 | words of the run
 *     3      divisor of all prices
 *     4      first open / divisor
 *     5      first open interest
 *     6 …    width in bits, a byte for each column of each frame, frame by frame
 *     …      values: frame by frame, column by column, each bit-packed from a new word on, lowest bit first
 *
 * A frame is 64 candles. The seven columns are minutes since the candle before less one; zigzag of open less the close
 * before; zigzag of close less open; high less the larger of open and close; the smaller of them less low; volume; zigzag of
 * open interest less the one before. All arithmetic is modulo 2^32, so whatever fits into 32 bits comes back as it was,
 * also candles that contradict themselves. Prices are divided by their greatest common divisor, usually the tick.
 *
 * Why not a general compressor: this unpacks ten times as fast as delta, varint and zstd in about the same space
 * (docs/performance.md), and is the same bytes on PGlite and on a server. Packing is in `kernel/packRuns.ts`, unpacking in
 * `kernel/unpackRuns.ts`; here is what can be told from a run as it is.
 */
const IST_MINUTES = 330
const DAY_MINUTES = 1_440

/** Indian day of a minute since 1970 UTC. */
export const dayOfMinute = (minute: number): number => Math.floor((minute + IST_MINUTES) / DAY_MINUTES)

/** Minute since 1970 UTC at which an Indian day begins. */
export const firstMinuteOf = (day: number): number => day * DAY_MINUTES - IST_MINUTES

// Every index below is inside what the caller and the layout promise; a block's checksum was verified before it is read.

export const runInstrument = (words: Uint32Array, at: number): number => words[at]!
export const runDay = (words: Uint32Array, at: number): number => words[at + 1]! >>> 16
export const runLength = (words: Uint32Array, at: number): number => words[at + 1]! & 0xffff
/** Words of the run: the next one begins behind them. */
export const runWords = (words: Uint32Array, at: number): number => words[at + 2]! & 0xffff
