/** Why what a trade is said to cost may be wrong: rates that nobody confirmed, and what nobody told of the instrument. */
import { formatIstDate } from "../market/IndianTime.ts"
import { chargeClass, chargeRows, rateNames } from "./Charges.ts"
import type { ChargeSchedule } from "./ChargeSchedule.ts"
import { feesOf, type PlannedTrade } from "./fees.ts"

const isGuess = (row: { readonly confidence: string }): boolean => row.confidence.startsWith("D")

/** Confidence of the least certain row by which the trade is charged; a row may name several, of which the first counts. */
export const leastConfidence = (trade: PlannedTrade, schedule: ChargeSchedule, plan: string): string => {
  const date = formatIstDate(trade.at)
  const found = chargeRows(schedule, trade.instrument, trade.product, trade.side === "buy", date)
  const rows = [
    schedule.plan(plan, chargeClass(trade.instrument, trade.product), date),
    ...rateNames.map((name) => found[name].row)
  ]
  return rows.flatMap((row) => row === undefined || row === "free" ? [] : [row.confidence.charAt(0)]).sort().at(-1) ??
    ""
}

/** In words, for people; empty when everything is known. */
export const chargeWarnings = (
  trade: PlannedTrade,
  schedule: ChargeSchedule,
  plan: string
): ReadonlyArray<string> => {
  const { at, instrument, product, side } = trade
  const date = formatIstDate(at)
  const warnings: Array<string> = []
  const beyond = schedule.notCovered(date)
  if (beyond !== undefined) {
    const { from, to } = beyond
    warnings.push(`Charges are known from ${from} to ${to}; those of ${date} are worked out with the last known rates`)
  }
  const found = chargeRows(schedule, instrument, product, side === "buy", date)
  for (const name of rateNames) {
    const { row, table } = found[name]
    if (row === undefined || row === "free" || !isGuess(row)) continue
    warnings.push(`The rate of the ${table} is not confirmed: ${row.source}`)
  }
  const terms = schedule.plan(plan, chargeClass(instrument, product), date)
  if (terms !== undefined && isGuess(terms)) {
    warnings.push(`The brokerage of the plan ${plan} is not confirmed: ${terms.source}`)
  }
  if (instrument.kind === "equity") {
    if (instrument.security === undefined && product !== "intraday") {
      warnings.push(
        `Nobody told whether ${instrument.symbol} is a share or a fund: it is taxed as a share, and a fund pays less STT`
      )
    }
    if (instrument.exchange === "BSE" && instrument.group === undefined) {
      warnings.push(
        `Nobody told BSE's group of ${instrument.symbol}: it is charged as in A or B, and some groups cost far more`
      )
    }
  }
  for (const { row } of feesOf(trade, schedule, plan)) {
    if (isGuess(row)) warnings.push(`The fee ${row.fee} of the plan ${plan} is not confirmed: ${row.source}`)
  }
  return warnings
}
