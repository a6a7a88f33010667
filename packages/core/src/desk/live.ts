/**
 * Live orders as the desk sees them. The desk decides what is to be sent; the dispatcher outside asks it which account an
 * order may take (once: that decision is durable before the wire is touched, so no order is sent twice) and brings back what
 * the broker says. Which accounts take live orders is a leave that ends with the day.
 */
import type { CommandOutcome } from "../commands/Command.ts"
import {
  type ExchangeInstruction,
  type ExchangeReport,
  isWorking,
  liveBook,
  type Order,
  type OrderSlice,
  sign,
  type Venue
} from "../orders/Order.ts"
import { keyOf, quantityOf } from "../portfolio/Ledger.ts"
import type { RiskRefusal } from "../risk/Risk.ts"
import { decisionTime, type Desk, type LiveOrder } from "./DeskState.ts"

const done: CommandOutcome = { _tag: "Done" }
const refused = (reason: string, remedy: string): CommandOutcome => ({ _tag: "Refused", reason, remedy })

export const venueOf = (desk: Desk, book: string): Venue =>
  book === liveBook ? "live" : desk.state.deployments[book]?.venue ?? "paper"

/** Why a live order cannot be; exits need no leave. */
export const liveRefusal = (desk: Desk, book: string, reduces: boolean): RiskRefusal | undefined => {
  if (venueOf(desk, book) === "paper") return undefined
  if (!desk.settings.live) {
    return { rule: "live", detail: "this session trades on paper only; start one with --profile live" }
  }
  if (reduces || armedAccounts(desk).length > 0) return undefined
  return { rule: "armed", detail: "no account is armed for live orders today" }
}

export const armedAccounts = (desk: Desk): ReadonlyArray<string> => {
  const now = desk.context.now()
  return Object.keys(desk.state.armed).filter((account) => (desk.state.armed[account] ?? 0) > now)
}

export const arm = (desk: Desk, account: string, until: number): CommandOutcome => {
  if (!desk.settings.live) {
    return refused("This session trades on paper only", "Start one with --profile live to send orders to brokers")
  }
  if (until > 0) desk.state.armed[account] = until
  else delete desk.state.armed[account]
  desk.context.emit({ _tag: "AccountArmed", account, until: Math.max(0, until), at: decisionTime(desk) })
  return done
}

const untouched: LiveOrder = { account: undefined, slices: [], plan: undefined, change: undefined, cancel: undefined }

/** To the paper exchange, or, for the dispatcher, into what was decided. */
export const send = (desk: Desk, order: Order, instruction: ExchangeInstruction): void => {
  if (order.venue === "paper") return desk.context.send(instruction)
  const { state } = desk
  const known = state.live[order.id] ?? untouched
  state.live[order.id] = instruction._tag === "Modify"
    ? { ...known, change: instruction }
    : instruction._tag === "Cancel"
    ? { ...known, cancel: instruction.reason }
    : known
  desk.context.emit({ _tag: "InstructionSent", instruction, at: decisionTime(desk) })
}

export interface Route {
  readonly orderId: string
  readonly account: string
  readonly slices: ReadonlyArray<OrderSlice>
  readonly why: ReadonlyArray<string>
  readonly plan?: string
}

/** The account that an order of the book in the instrument must take, because what it belongs to is there. */
export const holderOf = (desk: Desk, book: string, instrument: number): string | undefined => {
  const { state } = desk
  if (quantityOf(state.ledger, book, instrument) !== 0) return state.holders[keyOf(book, instrument)]
  for (const id of state.working) {
    const order = state.orders[id]?.order
    if (order?.book === book && order.instrument === instrument && order.account !== undefined) return order.account
  }
  return undefined
}

/** Whether all that is left of the order can only make its book's position smaller. */
export const reducesHolding = (desk: Desk, order: Order): boolean => {
  const holding = quantityOf(desk.state.ledger, order.book, order.instrument)
  const left = order.quantity - order.filledQuantity
  return order.reduceOnly || (holding * sign(order.side) < 0 && left <= Math.abs(holding))
}

export const takeRoute = (desk: Desk, { account, orderId, plan, slices, why }: Route): CommandOutcome => {
  const { state } = desk
  const tracked = state.orders[orderId]
  const live = state.live[orderId]
  if (tracked === undefined || live === undefined) {
    return refused(`No live order ${orderId}`, "Only orders of the desk are sent")
  }
  const { order } = tracked
  if (live.account !== undefined) return refused(`${orderId} was sent already`, "It is never sent twice")
  if (!isWorking(order.status)) return refused(`${orderId} is ${order.status}`, "There is nothing left to send")
  if (live.cancel !== undefined) return refused(`${orderId} is being cancelled`, "It need not be sent")
  const holder = holderOf(desk, order.book, order.instrument)
  if (holder !== undefined && holder !== account) {
    return refused(`The position of ${orderId} is at ${holder}`, "An order goes where its position is")
  }
  if (!reducesHolding(desk, order) && !armedAccounts(desk).includes(account)) {
    return refused(`${account} is not armed`, "Arm it for the day, or route the order elsewhere")
  }
  const routed: Order = { ...order, account }
  state.orders[orderId] = { ...tracked, order: routed }
  state.live[orderId] = { ...live, account, slices, plan }
  state.holders[keyOf(order.book, order.instrument)] = account
  desk.context.emit({ _tag: "OrderRouted", orderId, account, slices, why, at: decisionTime(desk) })
  desk.context.emit({ _tag: "OrderChanged", order: routed })
  return done
}

/** A change or a cancellation that the broker has answered is not outstanding any more. */
export const answered = (desk: Desk, report: ExchangeReport): void => {
  const live = desk.state.live[report.orderId]
  if (live === undefined) return
  if (report._tag === "Modified") desk.state.live[report.orderId] = { ...live, change: undefined }
  if (report._tag === "ChangeRefused") {
    desk.state.live[report.orderId] = { ...live, change: undefined, cancel: undefined }
  }
}

/** A new day: yesterday's orders and leaves are over. */
export const forgetEnded = (desk: Desk): void => {
  const { state } = desk
  for (const id of Object.keys(state.live)) if (state.orders[id] === undefined) delete state.live[id]
  const now = desk.context.now()
  for (const [account, until] of Object.entries(state.armed)) if (until <= now) delete state.armed[account]
  state.retries = {}
}
