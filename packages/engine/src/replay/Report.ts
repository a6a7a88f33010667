/** What a replay did, in numbers that fit on one screen and in one JSON object. */
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import { valuePortfolio } from "../portfolio/valuePortfolio.ts"

export interface ReplayReport {
  readonly ticks: number
  readonly candles: number
  readonly signals: number
  readonly orders: number
  readonly fills: number
  /** Net of charges, rupees: realised, plus open positions at their last price. */
  readonly pnl: number
  /** Before charges, rupees. */
  readonly grossPnl: number
  /** Rupees. */
  readonly charges: number
  readonly digest: string
  /** Wall-clock time of the fold. */
  readonly seconds: number
  readonly ticksPerSecond: number
  readonly instruments: number
  readonly openPositions: number
  readonly deadLetters: number
  readonly restarts: number
  /** Silences of the whole feed inside session hours. */
  readonly feedGaps: ReadonlyArray<{ readonly from: string; readonly to: string; readonly seconds: number }>
  readonly days: ReadonlyArray<string>
  readonly positions: ReadonlyArray<{
    readonly book: string
    readonly symbol: string
    readonly quantity: number
    /** Rupees, before charges. */
    readonly realised: number
    readonly unrealised: number
    readonly charges: number
  }>
}

const toRupees = (paise: number): number => Math.round(paise) / 100

/** `dates` are the IST dates of the log, `seconds` the wall-clock time of the fold. */
export const reportOf = (kernel: Kernel, dates: ReadonlyArray<string>, seconds: number): ReplayReport => {
  const portfolio = valuePortfolio(kernel)
  const gross = (portfolio.realised + portfolio.unrealised) / 100
  let restarts = 0
  for (const partition of kernel.partitions) {
    for (const cell of partition.own) for (const actor of cell.actors()) restarts += actor.record.restarts
  }
  return {
    ticks: kernel.ticks,
    candles: kernel.candles(),
    signals: kernel.signals,
    orders: kernel.desk.state.orderCount,
    fills: kernel.fills,
    pnl: Math.round((gross - portfolio.charges) * 100) / 100,
    grossPnl: Math.round(gross * 100) / 100,
    charges: Math.round(portfolio.charges * 100) / 100,
    digest: kernel.digest(),
    seconds: Math.round(seconds * 1_000) / 1_000,
    ticksPerSecond: seconds > 0 ? Math.round(kernel.ticks / seconds) : 0,
    instruments: kernel.partitions.reduce((sum, partition) => sum + partition.own.length, 0),
    openPositions: portfolio.positions.filter((position) => position.quantity !== 0).length,
    deadLetters: kernel.deadLetters.total,
    restarts,
    feedGaps: kernel.monitor.gaps.map(({ from, to }) => ({
      from: formatIst(from),
      to: formatIst(to),
      seconds: Math.round((to - from) / 1_000)
    })),
    days: dates,
    positions: portfolio.positions.map((position) => ({
      book: position.book,
      symbol: kernel.instruments.at(position.instrument).symbol,
      quantity: position.quantity,
      realised: toRupees(position.realised),
      unrealised: toRupees(position.unrealised),
      charges: Math.round(position.charges * 100) / 100
    }))
  }
}
