/** Cuts what is to be downloaded into requests that a server allows. Pure. */
import { dayOf } from "@keepgaining/core/calendar/CalendarDays.ts"
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import type { DateNotCovered, TradingCalendar } from "@keepgaining/core/calendar/TradingCalendar.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { DownloadInterval } from "./DownloadInterval.ts"
import type { HistoryCapabilities } from "./HistoryPort.ts"

/** What was asked for cannot be planned; nothing was. */
export class DownloadRefused
  extends Schema.TaggedError<DownloadRefused>()("DownloadRefused", { reason: Schema.String })
{
  override get message(): string {
    return this.reason
  }
}

/** What is asked for together: a run of trading days, first and last included. Dates are Indian. */
export interface Chunk {
  readonly symbol: string
  readonly segment: Segment
  readonly interval: DownloadInterval
  readonly from: string
  readonly to: string
}

export interface PlanInput {
  readonly symbol: string
  readonly segment: Segment
  readonly interval: DownloadInterval
  readonly from: string
  readonly to: string
  /** Days that need not be asked for. */
  readonly had: ReadonlySet<string>
}

/**
 * Chunks of one instrument: trading days of the range that the archive lacks and the server may have, each once, none beside
 * them, each chunk as long as the server allows.
 */
export const planChunks = (
  calendar: TradingCalendar,
  capabilities: HistoryCapabilities,
  { from, had, interval, segment, symbol, to }: PlanInput
): Result.Result<ReadonlyArray<Chunk>, DownloadRefused | DateNotCovered> => {
  const span = capabilities.longestSpan[interval]
  if (span === undefined || span < 1) {
    return Result.fail(new DownloadRefused({ reason: `candles of ${interval} are not served there` }))
  }
  const oldest = capabilities.oldest[interval] ?? ""
  const first = from < oldest ? oldest : from
  if (first > to) return Result.succeed([])
  return Result.map(calendar.tradingDays(first, to), (days) => {
    const chunks: Array<Chunk> = []
    let begin: string | undefined
    let end = ""
    const close = () => {
      if (begin !== undefined) chunks.push({ symbol, segment, interval, from: begin, to: end })
      begin = undefined
    }
    for (const date of days) {
      if (had.has(date)) {
        close()
        continue
      }
      if (begin !== undefined && dayOf(date) - dayOf(begin) >= span) close()
      begin ??= date
      end = date
    }
    close()
    return chunks
  })
}
