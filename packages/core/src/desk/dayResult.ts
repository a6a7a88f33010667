/** The result of the day, and the loss at which entries pause. Looked at once a second of event time, not per tick. */
import { rupeesText } from "../market/Money.ts"
import { unrealised } from "../portfolio/Ledger.ts"
import { decisionTime, type Desk } from "./DeskState.ts"
import { abandon, workingOrders } from "./workingOrders.ts"

/**
 * Net of charges, open positions at the latest prices, since the session's first day began; paise. A carried position counts
 * at yesterday's price until today's first; one in an expired contract has none any more.
 */
export const netResult = (desk: Desk): number => {
  const { context, state } = desk
  let net = state.booked
  for (const key of state.open) {
    const entry = state.unsettled[key] === true ? undefined : state.ledger[key]
    const price = entry === undefined ? undefined : context.lastPrice(entry.instrument)
    if (entry !== undefined && price !== undefined) net += unrealised(entry, price)
  }
  return net
}

/** Takes stock; at the loss limit it raises the alarm, pauses entries for the day and cancels those that work. */
export const watchLoss = (desk: Desk): void => {
  const { context, settings, state } = desk
  state.dayResult = netResult(desk) - state.dayStart
  if (state.lossReached || state.dayResult > -settings.limits.maxDailyLoss) return
  state.lossReached = true
  const at = decisionTime(desk)
  context.emit({
    _tag: "Alarm",
    kind: "daily-loss",
    subject: "account",
    raised: true,
    detail: `Result of the day ${rupeesText(state.dayResult)}, limit ${rupeesText(-settings.limits.maxDailyLoss)}: ` +
      "entries are paused for the day, exits go on",
    since: at,
    at
  })
  for (const order of workingOrders(desk)) if (!order.reduceOnly) abandon(desk, order, "exit", "daily loss limit")
}

/** A new day: what was lost yesterday does not count any more. */
export const startDay = (desk: Desk): void => {
  const { context, state } = desk
  state.dayResult = 0
  if (!state.lossReached) return
  state.lossReached = false
  const at = decisionTime(desk)
  context.emit({
    _tag: "Alarm",
    kind: "daily-loss",
    subject: "account",
    raised: false,
    detail: "A new day: entries are possible again",
    since: at,
    at
  })
}
