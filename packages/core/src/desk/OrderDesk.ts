/**
 * The order desk of one account: what turns signals, requests, reports of the exchange and the passing of time into
 * orders, positions and protective guards. Synchronous and deterministic over its plain state; everything it decides is
 * emitted. This file is its entrance; how it decides is in `signals`, `requests`, `exits`, `fills` and `dayResult`.
 *
 * Invariants. A reduce-only order never takes a book through zero for longer than the correction's latency. A position
 * opened by a signal has its guard from the first fill. The same client tag is the same order. What enlarges a position
 * passes every risk rule; what only reduces one is refused only for what an exchange would refuse.
 */
import { Segment } from "../calendar/CalendarRules.ts"
import type { CommandOutcome, KillStage } from "../commands/Command.ts"
import type { Position } from "../decisions/Decision.ts"
import type { Deployment } from "../deployments/Deployment.ts"
import { istDay } from "../market/IndianTime.ts"
import type { Paise } from "../market/Money.ts"
import type { GuardTrigger } from "../orders/Guard.ts"
import { type ExchangeReport, isWorking, type OrderRequest } from "../orders/Order.ts"
import { positionOf } from "../portfolio/Ledger.ts"
import type { Signal } from "../strategies/Signal.ts"
import { netResult, startDay, watchLoss } from "./dayResult.ts"
import {
  DECISION_GRID,
  decisionTime,
  type Desk,
  type DeskContext,
  type DeskSettings,
  type DeskState,
  type PriceLimits
} from "./DeskState.ts"
import { chase, exitAll, exitPosition, squareOff } from "./exits.ts"
import { raiseOpenPosition, setGuard, takeReport } from "./fills.ts"
import { answered, arm, forgetEnded, type Route, takeRoute } from "./live.ts"
import { forgetNeeds } from "./marginGroup.ts"
import { changeFault, done, refused, requestOrder } from "./requests.ts"
import { settleExpired } from "./settlement.ts"
import { followSignal } from "./signals.ts"
import { squareOffAt } from "./squareOff.ts"
import { cancel, cancelAll, held, isExit, modify, workingOrders } from "./workingOrders.ts"

export class OrderDesk implements Desk {
  readonly settings: DeskSettings
  readonly context: DeskContext
  state: DeskState
  #squareOffDay = Number.NaN
  #squareOffTimes: ReadonlyArray<readonly [Segment, number]> = []

  constructor(settings: DeskSettings, context: DeskContext, state: DeskState) {
    this.settings = settings
    this.context = context
    this.state = state
  }

  // ---- deployments -------------------------------------------------------------------------------------------------

  onDeployed(deployment: Deployment): void {
    this.state.deployments[deployment.id] = {
      lots: deployment.lots,
      trades: deployment.mode !== "signal",
      venue: deployment.mode === "live" ? "live" : "paper",
      paused: false,
      stopped: false
    }
  }

  /** A paused deployment opens nothing; its exits and guards go on. */
  onDeploymentPaused(id: string, paused: boolean): void {
    const deployment = this.state.deployments[id]
    if (deployment !== undefined) deployment.paused = paused
  }

  /** Cancels its entries; with `exit` it also leaves what it holds, else its positions stay, guarded. */
  onDeploymentStopped(id: string, exit: boolean): void {
    const deployment = this.state.deployments[id]
    if (deployment !== undefined) deployment.stopped = true
    for (const [key, { deployment: owner }] of Object.entries(this.state.reversals)) {
      if (owner === id) delete this.state.reversals[key]
    }
    if (exit) exitAll(this, (book) => book === id, "exit")
    else cancelAll(this, (order) => order.book === id && !isExit(order), "deployment stopped")
  }

  // ---- what is asked -----------------------------------------------------------------------------------------------

  onSignal(deployment: string, instrument: number, signal: Signal): void {
    followSignal(this, deployment, instrument, signal)
  }

  onRequest(book: string, request: OrderRequest): CommandOutcome {
    return requestOrder(this, book, request)
  }

  /** With `book` given, only an order of that book. */
  onModify(
    change: {
      readonly orderId: string
      readonly quantity: number
      readonly limitPrice?: Paise
      readonly triggerPrice?: Paise
    },
    book?: string
  ): CommandOutcome {
    const order = this.#order(change.orderId, book)
    if (order === undefined) return refused(`No order ${change.orderId}`, "See the list of orders")
    if (!isWorking(order.status)) return refused(`Order is ${order.status}`, "Only a working order can be changed")
    const { limitPrice, quantity, triggerPrice } = change
    // What became of the limit of a market order, or of a triggered stop, is the engine's.
    const { limitPrice: _, ...withoutLimit } = order
    const asked: OrderRequest = {
      ...(order.type === "limit" || order.type === "stop-limit" ? order : withoutLimit),
      quantity,
      ...(limitPrice === undefined ? {} : { limitPrice }),
      ...(triggerPrice === undefined ? {} : { triggerPrice })
    }
    const fault = changeFault(this, order, asked)
    if (fault !== undefined) return refused(fault.reason, fault.remedy)
    modify(this, order, change)
    return done(order.id)
  }

  /** With `book` given, only an order of that book. */
  onCancel(orderId: string, reason = "cancelled by request", book?: string): CommandOutcome {
    const order = this.#order(orderId, book)
    if (order === undefined) return refused(`No order ${orderId}`, "See the list of orders")
    if (!isWorking(order.status)) return refused(`Order is ${order.status}`, "Nothing is left to cancel")
    cancel(this, order, reason)
    return done(orderId)
  }

  onExitPosition(book: string, instrument: number): CommandOutcome {
    if (held(this, book, instrument) === 0) return refused("The position is flat", "Nothing is left to exit")
    const order = exitPosition(this, book, instrument, "exit")
    if (order !== undefined) return done(order.id)
    return refused("The position is on its way out already", "Wait for its exit; it follows the market")
  }

  onKill(stage: KillStage): CommandOutcome {
    const { state } = this
    if (state.killStage === "lock") {
      return refused(
        "Trading is locked until the next session",
        "A lock cannot be undone; it ends with the next session"
      )
    }
    state.killStage = stage
    this.context.emit({ _tag: "KillSwitch", stage, at: decisionTime(this) })
    if (stage === "none" || stage === "pause") return done()
    state.reversals = {}
    if (stage === "stop") cancelAll(this, (order) => !isExit(order), "kill switch: stop")
    else exitAll(this, () => true, "flatten")
    return done()
  }

  // ---- live orders -------------------------------------------------------------------------------------------------

  onArm(account: string, until: number): CommandOutcome {
    return arm(this, account, until)
  }

  onRoute(route: Route): CommandOutcome {
    return takeRoute(this, route)
  }

  /** Of today: it holds until another one comes or the next session begins. */
  onBand(instrument: number, { highest, lowest }: PriceLimits): CommandOutcome {
    this.state.bands[instrument] = { lowest, highest }
    return done()
  }

  // ---- what happens ------------------------------------------------------------------------------------------------

  onReport(report: ExchangeReport): void {
    takeReport(this, report)
    answered(this, report)
  }

  onGuard(trigger: GuardTrigger): void {
    exitPosition(this, trigger.book, trigger.instrument, trigger.purpose)
  }

  /** The next moment of event time after `now` at which {@link onTime} has something to do; it may lie in the past. */
  nextDue(now: number): number {
    const { deadlines, lossReached, open, sessionEnded, squaredOff } = this.state
    if (sessionEnded) return Infinity
    let due = Infinity
    for (const [segment, at] of this.#squareOffs(now)) if (!squaredOff.includes(segment)) due = Math.min(due, at)
    if (open.length > 0 && !lossReached) due = Math.min(due, (Math.floor(now / 1_000) + 1) * 1_000)
    for (const id in deadlines) due = Math.min(due, deadlines[id] ?? Infinity)
    return Math.ceil(due / DECISION_GRID) * DECISION_GRID
  }

  onTime(now: number): void {
    const { squaredOff } = this.state
    const ending = this.#squareOffs(now).flatMap(([segment, at]) =>
      at <= now && !squaredOff.includes(segment) ? [segment] : []
    )
    if (ending.length > 0) {
      squaredOff.push(...ending)
      squareOff(this, ending)
    }
    for (const [id, deadline] of Object.entries(this.state.deadlines)) {
      if (deadline > now) continue
      delete this.state.deadlines[id]
      const order = this.#order(id, undefined)
      if (order === undefined || !isWorking(order.status)) continue
      if (isExit(order)) chase(this, order)
      else cancel(this, order, "the signal is no longer valid")
    }
    if (this.state.open.length > 0 && now % 1_000 === 0) watchLoss(this)
  }

  /** `ended`: nothing trades that day, or no more. */
  onSessionStart(_now: number, ended = false): void {
    const { state } = this
    state.sessionEnded = ended
    state.squaredOff = []
    startDay(this)
    for (const [id, { order }] of Object.entries(state.orders)) if (!isWorking(order.status)) delete state.orders[id]
    forgetEnded(this)
    state.abandoned = {}
    state.cancelling = {}
    state.bands = {}
    state.recent = []
    forgetNeeds(this)
    settleExpired(this, false)
    if (state.killStage === "lock") {
      state.killStage = "none"
      this.context.emit({ _tag: "KillSwitch", stage: "none", at: decisionTime(this) })
    }
    for (const key of state.open) {
      const entry = state.ledger[key]
      if (entry === undefined) continue
      // The trail of a position that was carried starts anew, from the latest price.
      const reference = this.context.quote(entry.instrument)?.price
      if (reference !== undefined) setGuard(this, entry.book, entry.instrument, reference)
    }
  }

  /** After the books have expired what worked in them. What none of them reported cannot be alive either. */
  onSessionEnd(now: number): void {
    const { state } = this
    state.reversals = {}
    for (const order of workingOrders(this)) {
      takeReport(this, { _tag: "Expired", orderId: order.id, reason: "end of session", at: now })
    }
    settleExpired(this, true)
    state.deadlines = {}
    state.sessionEnded = true
    state.dayStart = netResult(this)
    for (const key of state.open) {
      const entry = state.ledger[key]
      if (entry === undefined || state.products[key] !== "intraday" || state.unsettled[key] === true) continue
      raiseOpenPosition(this, entry.book, entry.instrument, `${entry.quantity} intraday left open at the close`)
    }
  }

  // ---- what is known -----------------------------------------------------------------------------------------------

  /** Of every book and instrument that ever traded, flat ones too. */
  positions(): ReadonlyArray<Position> {
    return Object.values(this.state.ledger).map(positionOf)
  }

  openPositions(): number {
    return this.state.open.length
  }

  workingOrders(): number {
    return this.state.working.length
  }

  killStage(): KillStage {
    return this.state.killStage
  }

  /** Result of the day so far, at the latest prices and after charges, paise. */
  dayProfit(): number {
    return netResult(this) - this.state.dayStart
  }

  /** When the segments that have a session on the instant's day are squared off, epoch ms. */
  #squareOffs(instant: number): ReadonlyArray<readonly [Segment, number]> {
    const day = istDay(instant)
    if (day === this.#squareOffDay) return this.#squareOffTimes
    const { context, settings } = this
    this.#squareOffDay = day
    this.#squareOffTimes = Segment.literals.flatMap((segment) => {
      const at = squareOffAt(settings.squareOff, segment, context.session(segment, instant), instant)
      return at === undefined ? [] : [[segment, at] as const]
    })
    return this.#squareOffTimes
  }

  #order(id: string, book: string | undefined) {
    const order = this.state.orders[id]?.order
    return order === undefined || (book !== undefined && order.book !== book) ? undefined : order
  }
}
