/** Official days as indicators take them: prices in rupees, each beginning at midnight of its day in India. */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import { barColumns } from "@keepgaining/core/indicators/definition/compute.ts"
import type { BarColumns } from "@keepgaining/core/indicators/definition/Indicator.ts"
import { startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import type { OfficialDay } from "@keepgaining/engine/archive/OfficialDays.ts"

export const officialBars = (days: ReadonlyArray<OfficialDay>): BarColumns => {
  const bars = barColumns(days.length)
  for (const [row, { close, date, high, low, open, volume }] of days.entries()) {
    bars.start[row] = startOfIstDay(dayOf(date))
    bars.open[row] = open / 100
    bars.high[row] = high / 100
    bars.low[row] = low / 100
    bars.close[row] = close / 100
    bars.volume[row] = volume
  }
  return bars
}
