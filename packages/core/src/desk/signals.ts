/**
 * Signals into orders. `long` and `short` open the deployment's lots with a protected market order, after risk. An
 * opposite position of the book is left first: the entry waits until the exit has filled and is then decided anew, so
 * the book never holds both and a late exit cannot eat the entry. A signal for what is held, worked for or waited for
 * already is ignored (no pyramiding), and so is one without a stop on the losing side of its entry.
 *
 * What an entry has not got when its signal's validity ends is cancelled.
 */
import { keyOf } from "../portfolio/Ledger.ts"
import type { Signal } from "../strategies/Signal.ts"
import { DECISION_GRID, decisionTime, type Desk } from "./DeskState.ts"
import { exitPosition } from "./exits.ts"
import { decideOrder } from "./requests.ts"
import { abandon, held, isAfterSquareOff, nextTag, workingIn } from "./workingOrders.ts"

const ignore = (desk: Desk, deployment: string, instrument: number, reason: string): void =>
  desk.context.emit({ _tag: "SignalIgnored", deployment, instrument, reason, at: decisionTime(desk) })

export const followSignal = (desk: Desk, deployment: string, instrument: number, signal: Signal): void => {
  const known = desk.state.deployments[deployment]
  if (known !== undefined && !known.trades) return
  const reason = known === undefined
    ? `no deployment ${deployment} at the order desk`
    : known.stopped
    ? "the deployment is stopped"
    : decisionTime(desk) > signal.validUntil
    ? "the signal is no longer valid"
    : signal.action === "exit"
    ? leave(desk, deployment, instrument)
    : known.paused
    ? "the deployment is paused"
    : enter(desk, deployment, instrument, signal)
  if (reason !== undefined) ignore(desk, deployment, instrument, reason)
}

/** Why there is nothing to leave; `undefined` when the book is on its way out. */
const leave = (desk: Desk, deployment: string, instrument: number): string | undefined => {
  delete desk.state.reversals[keyOf(deployment, instrument)]
  const entries = workingIn(desk, deployment, instrument).filter((order) => !order.reduceOnly)
  if (held(desk, deployment, instrument) === 0) {
    if (entries.length === 0) return "there is nothing to exit"
    for (const order of entries) abandon(desk, order, "exit", "exit signal")
    return undefined
  }
  const order = exitPosition(desk, deployment, instrument, "exit")
  return order === undefined ? "the position is on its way out already" : undefined
}

/** Why the signal does not open a position; `undefined` when it does or will. */
const enter = (desk: Desk, deployment: string, instrument: number, signal: Signal): string | undefined => {
  const { context, state } = desk
  const long = signal.action === "long"
  const { stop } = signal
  if (stop === undefined) return "an entry needs a protective stop"
  if (long ? stop >= signal.entry : stop <= signal.entry) return `the stop of a ${signal.action} is beyond its entry`
  const definition = context.instruments.at(instrument)
  if (isAfterSquareOff(desk, instrument)) return "intraday positions are being squared off"
  const key = keyOf(deployment, instrument)
  const holding = held(desk, deployment, instrument)
  if (holding !== 0 && holding > 0 === long) return `it is ${signal.action} already`
  if (workingIn(desk, deployment, instrument).some((order) => !order.reduceOnly)) return "an entry is working already"
  if (holding !== 0) {
    if (state.reversals[key] !== undefined) return "the opposite position is on its way out already"
    exitPosition(desk, deployment, instrument, "exit")
    state.reversals[key] = { deployment, instrument, signal }
    return undefined
  }
  const outcome = decideOrder(desk, deployment, {
    clientTag: nextTag(desk, deployment, instrument),
    instrument,
    side: long ? "buy" : "sell",
    quantity: (state.deployments[deployment]?.lots ?? 0) * definition.lotSize,
    type: "market",
    validity: "DAY",
    product: "intraday",
    purpose: "entry",
    reduceOnly: false
  })
  if (outcome._tag === "Refused") return outcome.reason
  state.brackets[key] = { stop, target: signal.target, trail: signal.trail }
  if (outcome.orderId !== undefined) {
    // The first moment of the grid at which it is no longer valid.
    state.deadlines[outcome.orderId] = (Math.floor(signal.validUntil / DECISION_GRID) + 1) * DECISION_GRID
  }
  return undefined
}

/** After a fill that left the book flat: the entry that waited for it is decided now. */
export const turnRound = (desk: Desk, book: string, instrument: number): void => {
  const key = keyOf(book, instrument)
  const waiting = desk.state.reversals[key]
  if (waiting === undefined) return
  delete desk.state.reversals[key]
  followSignal(desk, waiting.deployment, waiting.instrument, waiting.signal)
}
