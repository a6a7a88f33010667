/**
 * What the session's events add up to: the orders as they are now with how they came there, fills, signals, alarms. Plain
 * data and a reducer, bounded, so that a day of any length fits a browser tab.
 */
import { type KillStage } from "@keepgaining/core/commands/Command.ts"
import { type Decision } from "@keepgaining/core/decisions/Decision.ts"
import { isWorking, type Order } from "@keepgaining/core/orders/Order.ts"
import { type Event } from "@keepgaining/rpc/contract/Trading.ts"

type Of<Tag extends Decision["_tag"]> = Extract<Decision, { readonly _tag: Tag }>

/** A decision of one kind with its number in the session. */
export interface Noted<D extends Decision> {
  readonly number: number
  readonly cause: number
  readonly decision: D
}

export type SignalNote = Noted<Of<"SignalRaised"> | Of<"SignalIgnored">>
export type LogNote = Noted<Of<"DeploymentLog"> | Of<"DeploymentChanged">>

/** One step in the life of an order. */
export interface OrderStep {
  readonly number: number
  readonly cause: number
  readonly order: Order
}

export interface EventBook {
  /** Number of the newest event in it; the stream resumes after it. */
  last: number
  /** By id, in the order in which they came. */
  readonly orders: Map<string, Order>
  readonly steps: Map<string, Array<OrderStep>>
  /** Of live orders, by order id: which account they went through, and why. */
  readonly routes: Map<string, Noted<Of<"OrderRouted">>>
  readonly fills: Array<Noted<Of<"Filled">>>
  readonly signals: Array<SignalNote>
  readonly log: Array<LogNote>
  readonly refusals: Array<Noted<Of<"RiskRefused">>>
  /** Alarms that are on, by kind and subject. */
  readonly alarms: Map<string, Noted<Of<"Alarm">>>
  /** Alarms raised and ended. */
  readonly alarmHistory: Array<Noted<Of<"Alarm">>>
  /** Accounts armed and disarmed. */
  readonly armings: Array<Noted<Of<"AccountArmed">>>
  killStage: KillStage
}

/** Most entries kept of each kind; older ones are dropped, orders only once they are done. */
export const limits = {
  orders: 5_000,
  fills: 5_000,
  signals: 2_000,
  log: 2_000,
  refusals: 500,
  alarms: 500,
  armings: 200
} as const

export const emptyBook = (): EventBook => ({
  last: 0,
  orders: new Map(),
  steps: new Map(),
  routes: new Map(),
  fills: [],
  signals: [],
  log: [],
  refusals: [],
  alarms: new Map(),
  alarmHistory: [],
  armings: [],
  killStage: "none"
})

/** Takes an event in; one that was seen before (the stream was resumed) changes nothing. Says whether it was new. */
export const applyEvent = (book: EventBook, event: Event): boolean => {
  if (event.number <= book.last) return false
  book.last = event.number
  const { cause, decision, number } = event
  switch (decision._tag) {
    case "OrderChanged":
      changeOrder(book, { number, cause, order: decision.order })
      break
    case "Filled":
      keep(book.fills, { number, cause, decision }, limits.fills)
      break
    case "SignalRaised":
    case "SignalIgnored":
      keep(book.signals, { number, cause, decision }, limits.signals)
      break
    case "DeploymentLog":
    case "DeploymentChanged":
      keep(book.log, { number, cause, decision }, limits.log)
      break
    case "RiskRefused":
      keep(book.refusals, { number, cause, decision }, limits.refusals)
      break
    case "OrderRouted":
      book.routes.set(decision.orderId, { number, cause, decision })
      break
    case "AccountArmed":
      keep(book.armings, { number, cause, decision }, limits.armings)
      break
    case "KillSwitch":
      book.killStage = decision.stage
      break
    case "Alarm": {
      const key = alarmKey(decision)
      if (decision.raised) book.alarms.set(key, { number, cause, decision })
      else book.alarms.delete(key)
      keep(book.alarmHistory, { number, cause, decision }, limits.alarms)
      break
    }
  }
  return true
}

export const alarmKey = (alarm: { readonly kind: string; readonly subject: string }): string =>
  `${alarm.kind} ${alarm.subject}`

/** Event time of the decision, epoch ms. */
export const decidedAt = (decision: Decision): number => {
  switch (decision._tag) {
    case "OrderChanged":
      return decision.order.updatedAt
    case "Filled":
      return decision.fill.at
    default:
      return decision.at
  }
}

const changeOrder = (book: EventBook, step: OrderStep): void => {
  const { order } = step
  book.orders.set(order.id, order)
  const steps = book.steps.get(order.id)
  if (steps === undefined) book.steps.set(order.id, [step])
  else steps.push(step)
  if (book.orders.size > limits.orders) dropOldestDone(book)
}

const dropOldestDone = (book: EventBook): void => {
  for (const [id, order] of book.orders) {
    if (isWorking(order.status)) continue
    book.orders.delete(id)
    book.steps.delete(id)
    book.routes.delete(id)
    return
  }
}

/** Appends; cuts a tenth at once, so that a long list is not shifted at every entry. */
const keep = <A>(list: Array<A>, entry: A, limit: number): void => {
  list.push(entry)
  if (list.length > limit) list.splice(0, list.length - Math.floor(limit * 0.9))
}

/** Newest first. */
export const newestOrders = (book: EventBook, wanted: (order: Order) => boolean): Array<Order> => {
  const found: Array<Order> = []
  for (const order of book.orders.values()) if (wanted(order)) found.push(order)
  return found.reverse()
}
