import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import type { SegmentHours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"

/** Trading hours of each instrument of a log; the table may grow. */
export const hoursByInstrument = (
  log: { readonly hours: TradingHours; readonly instruments: InstrumentTable }
): (instrument: number) => SegmentHours => {
  let segments = segmentsOf(log.instruments)
  return (instrument) => {
    if (instrument >= segments.length) segments = segmentsOf(log.instruments)
    return log.hours.of(segments[instrument] ?? "cash")
  }
}
