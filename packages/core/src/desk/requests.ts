/** What people, programs and strategies ask for: shape, reduce-only, risk, then the order. */
import type { CommandOutcome } from "../commands/Command.ts"
import { formatIstDate } from "../market/IndianTime.ts"
import { type Order, type OrderRequest, sign } from "../orders/Order.ts"
import { check, type RiskRefusal } from "../risk/Risk.ts"
import { decisionTime, type Desk } from "./DeskState.ts"
import { fundsFor } from "./funds.ts"
import { liveRefusal } from "./live.ts"
import {
  held,
  isAfterSquareOff,
  isExit,
  ordersThisSecond,
  place,
  remaining,
  workingIn,
  workingOrders
} from "./workingOrders.ts"

export const done = (orderId?: string): CommandOutcome =>
  orderId === undefined ? { _tag: "Done" } : { _tag: "Done", orderId }

export const refused = (reason: string, remedy: string): CommandOutcome => ({ _tag: "Refused", reason, remedy })

/** Asked again with the same tag it answers with the same order. What was refused may be asked again. */
export const requestOrder = (desk: Desk, book: string, request: OrderRequest): CommandOutcome => {
  const tag = `${book}|${request.clientTag}`
  const known = desk.state.tags[tag]
  if (known !== undefined) return done(known)
  const outcome = decideOrder(desk, book, request)
  if (outcome._tag === "Done" && outcome.orderId !== undefined) desk.state.tags[tag] = outcome.orderId
  return outcome
}

/** Without looking at the tag: for what the desk itself wants, whose tags are nobody's. */
export const decideOrder = (desk: Desk, book: string, request: OrderRequest): CommandOutcome => {
  const { context, state } = desk
  if (
    !Number.isInteger(request.instrument) || request.instrument < 0 || request.instrument >= context.instruments.size
  ) {
    return refused(`No instrument ${request.instrument} in this session`, "Use an index of the list of instruments")
  }
  const deployment = state.deployments[book]
  if (deployment !== undefined && !deployment.trades) {
    return ignored(desk, book, request, "the deployment only reports signals", "Deploy it in mode paper to trade")
  }
  const shape = shapeFault(request)
  if (shape !== undefined) return ignored(desk, book, request, shape, "Correct the order and send it again")
  const holding = held(desk, book, request.instrument)
  const opposite = holding !== 0 && holding > 0 !== (request.side === "buy")
  const reducible = opposite ? reducibleBy(desk, book, request) : 0
  if (request.reduceOnly && reducible === 0) {
    return ignored(desk, book, request, "there is nothing to reduce", "The position is flat or on its way out already")
  }
  const quantity = request.reduceOnly ? Math.min(request.quantity, reducible) : request.quantity
  const reduces = opposite && quantity <= reducible
  if (deployment !== undefined && !reduces && (deployment.paused || deployment.stopped)) {
    const why = `the deployment is ${deployment.stopped ? "stopped" : "paused"}`
    return ignored(desk, book, request, why, "Resume or redeploy it; exits are always possible")
  }
  const refusal = liveRefusal(desk, book, reduces) ?? riskOf(desk, book, { ...request, quantity }, reduces)
  if (refusal !== undefined) {
    context.emit({
      _tag: "RiskRefused",
      rule: refusal.rule,
      book,
      instrument: request.instrument,
      detail: refusal.detail,
      at: decisionTime(desk)
    })
    return refused(`${refusal.rule}: ${refusal.detail}`, remedyOf(refusal))
  }
  return done(place(desk, book, { ...request, quantity }).id)
}

const remedyOf = ({ rule }: RiskRefusal): string =>
  rule === "armed"
    ? "Arm one on the page Brokers, or with keepgaining brokers arm; or send it on paper"
    : rule === "live"
    ? "Send it on paper"
    : rule === "margin"
    ? "Make it smaller, or leave something first; the capital is set when a session begins, with --capital"
    : "Correct the order, or see the risk limits in the settings"

/** Asks the risk rules about an order, or (with `replaces`) about an order as a change would make it. */
export const riskOf = (
  desk: Desk,
  book: string,
  request: OrderRequest,
  reduces: boolean,
  replaces?: Order
): RiskRefusal | undefined => {
  const { context, settings, state } = desk
  const instrument = context.instruments.at(request.instrument)
  const quote = context.quote(request.instrument)
  return check(settings.limits, {
    instrument,
    side: request.side,
    quantity: request.quantity,
    type: request.type,
    product: request.product,
    limitPrice: request.limitPrice,
    triggerPrice: request.triggerPrice,
    lastPrice: quote?.price ?? 0,
    quoteAge: quote === undefined ? 0 : Math.max(0, decisionTime(desk) - quote.time),
    reduces,
    openPositions: openOrOpening(desk, settings.limits.maxOpenPositions),
    held: held(desk, book, request.instrument),
    working: workingIn(desk, book, request.instrument).reduce(
      (sum, order) =>
        order.side === request.side && !order.reduceOnly && order.id !== replaces?.id ? sum + remaining(order) : sum,
      0
    ),
    lossReached: state.lossReached,
    dayResult: state.dayResult,
    ordersThisSecond: reduces ? 0 : ordersThisSecond(desk),
    killStage: state.killStage,
    today: formatIstDate(decisionTime(desk)),
    sessionEnded: state.sessionEnded || isOver(desk, request.instrument),
    afterSquareOff: isAfterSquareOff(desk, request.instrument),
    funds: () => fundsFor(desk, book, request, replaces)
  })
}

/** Whether the instrument's own session has ended, or there is none today: others may go on trading. */
const isOver = (desk: Desk, instrument: number): boolean => {
  const { context } = desk
  const now = decisionTime(desk)
  const session = context.session(context.segmentOf(instrument), now)
  return session === undefined || now >= session.close
}

/** Positions that are open or being opened; or more than there are, while that is below the limit all the same. */
const openOrOpening = (desk: Desk, limit: number): number => {
  const { open, working } = desk.state
  if (open.length + working.length < limit) return open.length + working.length
  let count = open.length
  const opening = new Set<string>()
  for (const order of workingOrders(desk)) {
    if (order.reduceOnly || held(desk, order.book, order.instrument) !== 0) continue
    opening.add(`${order.instrument}|${order.book}`)
  }
  count += opening.size
  return count
}

/** How much a new order may still reduce: what is held less what works on that side already. */
const reducibleBy = (desk: Desk, book: string, request: OrderRequest): number => {
  let left = Math.abs(held(desk, book, request.instrument))
  for (const order of workingIn(desk, book, request.instrument)) {
    if (order.side === request.side) left -= remaining(order)
  }
  return Math.max(0, left)
}

/** A strategy cannot be answered: what became of its request is said in a decision. */
const ignored = (desk: Desk, book: string, request: OrderRequest, reason: string, remedy: string): CommandOutcome => {
  if (desk.state.deployments[book] !== undefined) {
    desk.context.emit({
      _tag: "SignalIgnored",
      deployment: book,
      instrument: request.instrument,
      reason: `order request: ${reason}`,
      at: decisionTime(desk)
    })
  }
  return refused(reason.charAt(0).toUpperCase() + reason.slice(1), remedy)
}

const shapeFault = (request: OrderRequest): string | undefined => {
  const { limitPrice, triggerPrice, type } = request
  const takesLimit = type === "limit" || type === "stop-limit"
  const takesTrigger = type === "stop" || type === "stop-limit"
  if (!(request.quantity > 0)) return "the quantity must be above 0"
  if (request.purpose === "settlement") return "a settlement comes with the expiry, nobody asks for it"
  if (takesLimit && limitPrice === undefined) return `a ${type} order needs a limit price`
  if (takesTrigger && triggerPrice === undefined) return `a ${type} order needs a trigger price`
  if (!takesLimit && limitPrice !== undefined) {
    return `a ${type} order has no limit price; its protection is set by the engine`
  }
  if (!takesTrigger && triggerPrice !== undefined) return `a ${type} order has no trigger price`
  return undefined
}

/** Changes a working order. A reduce-only order cannot grow; what enlarges another asks the risk rules again. */
export const changeFault = (
  desk: Desk,
  order: Order,
  changed: OrderRequest
): { readonly reason: string; readonly remedy: string } | undefined => {
  if (isExit(order)) {
    return { reason: "An exit at the market follows the market by itself", remedy: "Cancel it instead" }
  }
  const shape = shapeFault(changed)
  if (shape !== undefined) return { reason: shape, remedy: "Change only what the order has" }
  if (changed.quantity <= order.filledQuantity) {
    return {
      reason: `${order.filledQuantity} are filled already`,
      remedy: "Ask for more than that, or cancel the rest"
    }
  }
  if (order.reduceOnly && changed.quantity > order.quantity) {
    return { reason: "A reduce-only order cannot grow", remedy: "Place another order" }
  }
  const holding = held(desk, order.book, order.instrument)
  const reduces = order.reduceOnly ||
    (changed.quantity <= order.quantity && holding * sign(order.side) < 0 &&
      changed.quantity - order.filledQuantity <= Math.abs(holding))
  const refusal = riskOf(desk, order.book, changed, reduces, order)
  if (refusal === undefined) return undefined
  desk.context.emit({
    _tag: "RiskRefused",
    rule: refusal.rule,
    book: order.book,
    instrument: order.instrument,
    detail: refusal.detail,
    at: decisionTime(desk)
  })
  return { reason: `${refusal.rule}: ${refusal.detail}`, remedy: "Correct the change, or see the risk limits" }
}
