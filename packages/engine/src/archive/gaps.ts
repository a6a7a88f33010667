/**
 * What the archive lacks of an instrument, by the calendar: days without a candle, and days with far fewer than the session
 * has. Thin days are a suspicion only, for many instruments do not trade every minute. Pure.
 */
export interface ArchiveGap {
  /** Trading days that follow each other, both included. */
  readonly from: string
  readonly to: string
  readonly days: number
}

export interface ThinDay {
  readonly date: string
  readonly candles: number
  readonly expected: number
}

export interface ArchiveGaps {
  readonly tradingDays: number
  readonly missing: ReadonlyArray<ArchiveGap>
  readonly thin: ReadonlyArray<ThinDay>
}

/** Part of an instrument's own usual day below which a day is thin. */
const THIN = 0.5

/** `expected`: candles of one minute that a day can have; `undefined` when its hours are not known. */
export const archiveGaps = (
  tradingDays: ReadonlyArray<string>,
  have: ReadonlyMap<string, number>,
  expected: (date: string) => number | undefined
): ArchiveGaps => {
  const missing: Array<{ from: string; to: string; days: number }> = []
  let open: { from: string; to: string; days: number } | undefined
  for (const date of tradingDays) {
    if ((have.get(date) ?? 0) > 0) open = undefined
    else if (open === undefined) missing.push(open = { from: date, to: date, days: 1 })
    else {
      open.to = date
      open.days++
    }
  }
  const parts = tradingDays.flatMap((date) => {
    const most = expected(date)
    const candles = have.get(date) ?? 0
    return most === undefined || most === 0 || candles === 0
      ? []
      : [{ date, candles, expected: most, part: candles / most }]
  })
  const usual = parts.map(({ part }) => part).sort((a, b) => a - b)[parts.length >> 1] ?? 0
  const thin = parts.filter(({ part }) => part < THIN * usual)
    .map(({ candles, date, expected: most }) => ({ date, candles, expected: most }))
  return { tradingDays: tradingDays.length, missing, thin }
}
