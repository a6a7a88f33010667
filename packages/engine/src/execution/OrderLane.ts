/**
 * One live order on its way: it is routed, its pieces are placed, what became of a lost answer is found out, changes and
 * cancellations follow, and the desk is told. A lane acts only on what the desk has decided durably, reads everything it needs
 * to know from the desk's state and the broker's rows, and so can be begun anew at any time.
 *
 * Its steps are tried in a fixed order, one a turn; when none has anything to do it waits for news or for a deadline.
 */
import { nextLook } from "@keepgaining/brokers/orders/Placement.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { type BrokerOrder, isFinal, type NewOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { LiveOrder } from "@keepgaining/core/desk/DeskState.ts"
import { armedAccounts, holderOf } from "@keepgaining/core/desk/live.ts"
import { isExit } from "@keepgaining/core/desk/workingOrders.ts"
import { type ExchangeInstruction, type ExchangeReport, isWorking, type Order } from "@keepgaining/core/orders/Order.ts"
import type { TrackedOrder } from "@keepgaining/core/orders/OrderReducer.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import { withTurn } from "../brokers/CallGate.ts"
import { orderTag } from "../brokers/orderTag.ts"
import { bandText } from "../brokers/PriceBands.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import { changedOrder } from "./changedOrder.ts"
import { changeFault } from "./changeFault.ts"
import type { ExchangeToday } from "./ExchangeToday.ts"
import type { LiveOrderPort, LiveOrderPorts } from "./LiveOrderPort.ts"
import { isAsAsked, nextReport } from "./nextReport.ts"
import { OrderPieces, SHOWN_WITHIN_MS } from "./OrderPieces.ts"
import { QueuedOrder } from "./QueuedOrder.ts"

/** Where an order goes and as what, decided before the wire. */
export interface Prepared {
  readonly account: string
  /** Why that account, in words. */
  readonly why: ReadonlyArray<string>
  /** Its pieces: more than one when it exceeds the freeze quantity. */
  readonly pieces: ReadonlyArray<Omit<NewOrder, "tag">>
  /** Of brokerage there, when the session has its rates. */
  readonly plan?: string
}

/** Why an order cannot be sent. */
export interface Unprepared {
  /** In words. */
  readonly reason: string
  /** Waiting mends nothing: the order itself is at fault. */
  readonly lasting: boolean
}

export type Prepare = (order: Order, kernel: Kernel) => Effect.Effect<Result.Result<Prepared, Unprepared>>

export interface LaneServices {
  readonly kernel: () => Kernel
  /** Gives the kernel an input and answers once it is durable. */
  readonly tell: (command: Command) => Effect.Effect<CommandOutcome>
  readonly ports: LiveOrderPorts["Service"]
  readonly prepare: Prepare
  readonly today: ExchangeToday
  /** Key of the session's timeline; tags follow from it. */
  readonly session: string
  /** From now on the broker's rows with that tag are of the order. */
  readonly tagged: (tag: string, orderId: string) => void
}

/** An order that waits for its turn looks again after so long, ms. */
const TURN_MS = 100
/** So many pieces of an order may be sent before it is routed; the rest waits at the gate. */
const PIECES_AT_ONCE = 4
/** An exit that cannot be sent waits so long before it is tried again, ms. */
const RETRY_MS = 1_000
/** A way out that does not leave is tried again for so long, ms; then the desk decides anew, at the prices of that time. */
const RESEND_FOR_MS = 120_000
/** The broker's clock may be so far behind ours, ms. */
const STAMPS_WITHIN_MS = 5_000
/** A change or cancellation whose effect nobody has shown is asked for again after so long, ms. */
const EFFECT_WITHIN_MS = 4_000
/** Between looks at the price band of a way out that works, ms. */
const BAND_LOOK_MS = 1_000
/** Longest wait without news, ms. */
const IDLE_MS = 10_000

interface Asked {
  at: number | undefined
  tries: number
}

type Turn = "again" | "ended" | { readonly until: number }

export class OrderLane {
  readonly id: string
  readonly #services: LaneServices
  readonly #latch = Latch.makeUnsafe(true)
  readonly #pieces = new OrderPieces()
  /** It was decided in an earlier life of the dispatcher. */
  readonly #isRecovered: boolean
  #cancel: (Asked & { readonly reason: string }) | undefined
  /** Its cancellation is ours: the order can be changed no more and has to be sent anew. */
  #renews = false
  /** Changes that the broker counts against the order. */
  #changes = 0
  #change: (Asked & { readonly instruction: Extract<ExchangeInstruction, { readonly _tag: "Modify" }> }) | undefined
  #lastLook = 0
  #waitsFor = ""
  readonly #queued = new QueuedOrder(() => this.wake())

  constructor(id: string, isRecovered: boolean, services: LaneServices) {
    this.id = id
    this.#isRecovered = isRecovered
    this.#services = services
    const live = services.kernel().desk.state.live[id]
    if (!isRecovered || live === undefined) return
    if (live.cancel !== undefined) this.#cancel = { reason: live.cancel, at: undefined, tries: 0 }
    if (live.change !== undefined) this.#change = { instruction: live.change, at: undefined, tries: 0 }
  }

  /** A durable instruction of the desk. */
  instruct(instruction: ExchangeInstruction): void {
    if (instruction._tag === "Cancel") {
      if (this.#renews) this.#cancel = undefined
      this.#renews = false
      this.#cancel ??= { reason: instruction.reason, at: undefined, tries: 0 }
    }
    if (instruction._tag === "Modify") this.#change = { instruction, at: undefined, tries: 0 }
    this.wake()
  }

  /** Something is known of it that was not. */
  wake(): void {
    this.#latch.openUnsafe()
  }

  get #tracked(): TrackedOrder | undefined {
    return this.#services.kernel().desk.state.orders[this.id]
  }

  get #live(): LiveOrder | undefined {
    return this.#services.kernel().desk.state.live[this.id]
  }

  /** Until nothing more can happen to the order. */
  readonly run: Effect.Effect<void> = Effect.gen({ self: this }, function*(this: OrderLane) {
    this.#pieces.abandon(yield* Clock.currentTimeMillis)
    yield* Effect.ensuring(this.#loop, Effect.sync(() => this.#queued.leave()))
  })

  readonly #loop: Effect.Effect<void> = Effect.gen({ self: this }, function*(this: OrderLane) {
    while (true) {
      this.#latch.closeUnsafe()
      const turn = yield* this.#turn()
      if (turn === "ended") return
      if (turn === "again") continue
      const now = yield* Clock.currentTimeMillis
      yield* Effect.raceFirst(this.#latch.await, Effect.sleep(Math.min(IDLE_MS, Math.max(1, turn.until - now))))
    }
  })

  #turn(): Effect.Effect<Turn> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const tracked = this.#tracked
      const live = this.#live
      if (tracked === undefined || live === undefined) return "ended"
      const now = yield* Clock.currentTimeMillis
      if (live.account === undefined) return yield* this.#route(tracked.order, now)
      const port = this.#services.ports.of(live.account)
      if (port === undefined) return { until: now + RETRY_MS }
      const rows = port.rows(new Set(live.slices.map(({ tag }) => tag)))
      this.#pieces.observe(live.slices, rows, tracked.facts.accepted, now)

      if (yield* this.#recognise(tracked.order, live, port)) return "again"

      const report = nextReport(tracked, live, rows, this.#pieces.notPlaced(), now)
      if (report !== undefined) return yield* this.#report(report, tracked, now)
      if (this.#isOver(tracked.order, live, rows)) return "ended"
      const isFollowed = isExit(tracked.order) && rows.some(({ status }) => !isFinal(status))
      if (isFollowed && (yield* this.#tellBand(tracked.order))) return "again"
      const search = yield* this.#search(tracked, port, now)
      if (search !== undefined) return search
      const working = rows.filter(({ status }) => !isFinal(status))
      if (working.length > 0 && this.#cancel !== undefined) return yield* this.#sendCancel(port, working, now)
      if (working.length > 0 && this.#change !== undefined) return yield* this.#sendChange(tracked, port, rows, now)
      return { until: now + (isFollowed ? BAND_LOOK_MS : rows.length === 0 ? SHOWN_WITHIN_MS : IDLE_MS) }
    })
  }

  /** The desk moves the limit of a way out after the market: it is told how far the exchange lets it. Whether it was. */
  #tellBand({ instrument }: Order): Effect.Effect<boolean> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const { kernel, tell, today } = this.#services
      const { desk, instruments } = kernel()
      const { symbol } = instruments.at(instrument)
      yield* today.askBand(symbol)
      const band = yield* today.band(symbol)
      const told = desk.state.bands[instrument]
      if (band === undefined || (told?.lowest === band.lowest && told.highest === band.highest)) return false
      const { highest, lowest } = band
      const outcome = yield* tell({ _tag: "TakeBand", instrument, lowest, highest, source: bandText(band) })
      return outcome._tag === "Done"
    })
  }

  // ---- placing -----------------------------------------------------------------------------------------------------

  #route(order: Order, now: number): Effect.Effect<Turn> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const { kernel, prepare, session, tell } = this.#services
      if (!isWorking(order.status)) return "ended"
      const cancelled = this.#cancel?.reason ?? this.#live?.cancel
      if (cancelled !== undefined) {
        this.#queued.leave()
        yield* this.#tell({ _tag: "Cancelled", orderId: this.id, reason: cancelled, at: now })
        return "again"
      }
      const reject = (reason: string) =>
        this.#tell({ _tag: "Rejected", orderId: this.id, reason, at: now, neverSent: true })
      if (this.#isRecovered && !order.reduceOnly) {
        yield* reject("the engine stopped before it was sent; prices have moved on since")
        return "again"
      }
      // Preparing asks brokers for margins, so it waits until somebody could take the order at all.
      if (!order.reduceOnly && this.#isCrowded(order)) return { until: now + TURN_MS }
      const prepared = yield* prepare(order, kernel())
      if (Result.isFailure(prepared)) {
        this.#queued.leave()
        const { lasting, reason } = prepared.failure
        // The position is open: its exit waits until its account can take it.
        if (order.reduceOnly && !lasting) return yield* this.#wait(reason, now)
        yield* reject(reason)
        return "again"
      }
      const { account, pieces, plan, why } = prepared.success
      // It waits for its turn before it is routed: so it can still be cancelled for certain, and a crash finds it unsent.
      const leaves = pieces.some((piece) => piece.isExit === true)
      const gate = this.#services.ports.of(account)?.actor.gate
      const turns = gate === undefined
        ? []
        : this.#queued.turns(gate, Math.min(pieces.length, PIECES_AT_ONCE), leaves)
      if (turns === undefined) return { until: now + (leaves ? RETRY_MS : TURN_MS) }
      const named = pieces.map((piece, i) => ({
        ...piece,
        tag: orderTag(session, pieces.length === 1 ? this.id : `${this.id}/${i + 1}`)
      }))
      const outcome = yield* tell({
        _tag: "RouteOrder",
        orderId: this.id,
        account,
        slices: named.map(({ quantity, tag }) => ({ tag, quantity })),
        why,
        ...(plan === undefined ? {} : { plan })
      })
      // Something has changed since it was prepared: it was cancelled, or another order took the book elsewhere.
      if (outcome._tag === "Refused") {
        this.#queued.leave()
        if (this.#live?.account === undefined) yield* Effect.sleep(TURN_MS)
        return "again"
      }
      // The route is durable: from here on the order may be at the broker.
      for (const { tag } of named) this.#services.tagged(tag, this.id)
      const port = this.#services.ports.of(account)
      for (const { tag } of named) this.#pieces.begin(tag, now)
      // A stream may show it, filled even, long before the answer comes or fails to.
      yield* Effect.forkChild(Effect.all(
        named.map((piece, i) => withTurn(turns[i], this.#place(port, piece))),
        { concurrency: PIECES_AT_ONCE, discard: true }
      ))
      return "again"
    })
  }

  /** Whether every account that the order might take has used up its allowance for the moment. */
  #isCrowded(order: Order): boolean {
    const { kernel, ports } = this.#services
    const { desk } = kernel()
    const holder = holderOf(desk, order.book, order.instrument)
    const open = (holder === undefined ? armedAccounts(desk) : [holder]).flatMap((account) => ports.of(account) ?? [])
    return open.length > 0 && open.every(({ actor }) => actor.gate.room() === 0)
  }

  #wait(reason: string, now: number): Effect.Effect<Turn> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      if (reason !== this.#waitsFor) {
        this.#waitsFor = reason
        yield* this.#tell({ _tag: "ChangeRefused", orderId: this.id, reason: `waits to be sent: ${reason}`, at: now })
      }
      return { until: now + RETRY_MS }
    })
  }

  #place(port: LiveOrderPort | undefined, order: NewOrder): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      this.#pieces.begin(order.tag, yield* Clock.currentTimeMillis)
      const error = port === undefined ? "gone" : yield* this.#send(port, order)
      this.#pieces.settle(order.tag, yield* Clock.currentTimeMillis, error)
      this.wake()
    })
  }

  /** A way out that certainly did not leave is sent again under its tag, until the desk had better decide anew. */
  #send(port: LiveOrderPort, order: NewOrder): Effect.Effect<BrokerError | undefined> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const attempt = Effect.flip(port.place(order)).pipe(Effect.orElseSucceed(() => undefined))
      const until = (yield* Clock.currentTimeMillis) + RESEND_FOR_MS
      for (;;) {
        const error = yield* attempt
        const now = yield* Clock.currentTimeMillis
        if (order.isExit !== true || error?._tag !== "NotSent" || this.#cancel !== undefined || now >= until) {
          return error
        }
        yield* this.#wait(error.message, now)
        yield* Effect.sleep(RETRY_MS)
      }
    })
  }

  // ---- what is known -----------------------------------------------------------------------------------------------

  #isOver(order: Order, { slices }: LiveOrder, rows: ReadonlyArray<BrokerOrder>): boolean {
    if (isWorking(order.status)) return false
    if (this.#services.kernel().sessionEnded) return true
    return this.#pieces.areOver(slices, rows)
  }

  /**
   * A row without a tag that can only be a piece that is missing is that piece; whether there was one. Of several that could be,
   * none is: a person may have sent the same.
   */
  #recognise(order: Order, { slices }: LiveOrder, port: LiveOrderPort): Effect.Effect<boolean> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      for (const tag of this.#pieces.missing()) {
        const [row, ...others] = this.#lookalikes(order, slices.find((slice) => slice.tag === tag)?.quantity, port)
        if (row === undefined || others.length > 0) continue
        yield* Effect.logWarning(`Order ${row.orderId} of ${port.account} has no tag and is taken for ${this.id}`)
        yield* port.name(tag, [row.orderId])
        return true
      }
      return false
    })
  }

  /** Orders without a tag that say the same as a piece of so many units. */
  #lookalikes(order: Order, quantity: number | undefined, port: LiveOrderPort): ReadonlyArray<BrokerOrder> {
    const { symbol } = this.#services.kernel().instruments.at(order.instrument)
    return port.untagged((row) =>
      row.symbol === symbol && row.side === order.side && row.product === order.product && row.quantity === quantity &&
      (row.changedAt === 0 || row.changedAt >= order.createdAt - STAMPS_WITHIN_MS)
    )
  }

  /** Looks for pieces whose outcome is not known; `undefined` when there are none. */
  #search({ facts, order }: TrackedOrder, port: LiveOrderPort, now: number): Effect.Effect<Turn | undefined> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const unknown = this.#pieces.unknown()
      const [first] = unknown
      if (first === undefined) return undefined
      if (!facts.accepted && facts.doubt === null) {
        yield* this.#tell({ _tag: "Unknown", orderId: this.id, reason: first.reason, at: now })
        return "again"
      }
      const due = nextLook(first, this.#lastLook) ?? now
      if (due > now) return { until: due }
      this.#lastLook = now
      const startedAt = yield* port.readBook(now).pipe(Effect.orElseSucceed(() => undefined))
      if (startedAt === undefined) return { until: now + RETRY_MS }
      for (const { tag } of unknown) {
        const quantity = this.#live?.slices.find((slice) => slice.tag === tag)?.quantity
        const isShown = port.rows(new Set([tag])).length > 0 || this.#lookalikes(order, quantity, port).length > 0
        if (!isShown) this.#pieces.absent(tag, startedAt)
      }
      return "again"
    })
  }

  // ---- changes -----------------------------------------------------------------------------------------------------

  #sendCancel(port: LiveOrderPort, working: ReadonlyArray<BrokerOrder>, now: number): Effect.Effect<Turn> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const cancel = this.#cancel
      if (cancel === undefined) return "again"
      const again = cancel.at === undefined ? now : cancel.at + EFFECT_WITHIN_MS
      if (again > now) return { until: again }
      cancel.at = now
      cancel.tries++
      let refusal: BrokerError | undefined
      for (const { orderId } of working) {
        const error = yield* Effect.flip(port.cancel(orderId)).pipe(Effect.orElseSucceed(() => undefined))
        // What was not done for any other reason is asked for again.
        if (error?._tag === "Refused") refusal = error
      }
      yield* this.#lookAgain(port, now)
      if (refusal === undefined || this.#rowsOf(port).every(({ status }) => isFinal(status))) return "again"
      this.#cancel = undefined
      yield* this.#tell({ _tag: "ChangeRefused", orderId: this.id, reason: refusal.message, at: now })
      return "again"
    })
  }

  #sendChange(
    { order }: TrackedOrder,
    port: LiveOrderPort,
    rows: ReadonlyArray<BrokerOrder>,
    now: number
  ): Effect.Effect<Turn> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const change = this.#change
      if (change === undefined) return "again"
      const { instruction } = change
      const total = rows.reduce((sum, row) => sum + row.quantity, 0)
      const [working] = rows.filter(({ status }) => !isFinal(status))
      if (working !== undefined && isAsAsked(instruction, total, working)) {
        this.#change = undefined
        return "again"
      }
      const refuse = (reason: string) =>
        Effect.suspend(() => {
          this.#change = undefined
          return this.#tell({ _tag: "ChangeRefused", orderId: this.id, reason, at: now })
        })
      const { kernel, today } = this.#services
      const instrument = kernel().instruments.at(order.instrument)
      const { broker } = port.actor.record
      const fault = changeFault(
        instruction,
        instrument,
        yield* today.band(instrument.symbol),
        today.lot(broker, instrument.symbol)
      )
      if (fault !== undefined) {
        yield* refuse(fault)
        return "again"
      }
      if (rows.length > 1 && instruction.quantity !== total) {
        yield* refuse("it went to the exchange in several pieces; their quantity cannot be changed, only their price")
        return "again"
      }
      if (this.#changes >= (port.mostChanges ?? Infinity)) {
        const reason = `the broker lets no order be changed more than ${this.#changes} times`
        yield* refuse(reason)
        if (isExit(order)) {
          this.#renews = true
          this.#cancel = { reason: `${reason}; it is sent anew`, at: undefined, tries: 0 }
        }
        return "again"
      }
      if (change.tries >= MOST_CHANGES) {
        yield* refuse("the broker did not show the change; the order is as the book shows it")
        return "again"
      }
      const again = change.at === undefined ? now : change.at + EFFECT_WITHIN_MS
      if (again > now) return { until: again }
      change.at = now
      change.tries++
      this.#changes++
      for (const row of rows) {
        if (isFinal(row.status)) continue
        const quantity = rows.length === 1 ? instruction.quantity : row.quantity
        const asked = changedOrder(row, instruction, quantity, order.reduceOnly)
        const error = yield* Effect.flip(port.modify(asked)).pipe(Effect.orElseSucceed(() => undefined))
        if (error?._tag === "Refused") {
          yield* this.#lookAgain(port, now)
          if (this.#change === change) yield* refuse(error.message)
          return "again"
        }
      }
      yield* this.#lookAgain(port, now)
      return "again"
    })
  }

  /** The stream usually shows the effect first; the book makes sure. */
  #lookAgain(port: LiveOrderPort, now: number): Effect.Effect<void> {
    return Effect.ignore(port.readBook(now))
  }

  #rowsOf(port: LiveOrderPort): ReadonlyArray<BrokerOrder> {
    return port.rows(new Set((this.#live?.slices ?? []).map(({ tag }) => tag)))
  }

  // ---- telling the desk --------------------------------------------------------------------------------------------

  #report(report: ExchangeReport, before: TrackedOrder, now: number): Effect.Effect<Turn> {
    return Effect.gen({ self: this }, function*(this: OrderLane) {
      const isOurs = this.#renews && report._tag === "Cancelled"
      yield* this.#tell(isOurs ? { ...report, reason: this.#cancel?.reason ?? report.reason, renew: true } : report)
      if (this.#tracked !== before) return "again"
      yield* Effect.logWarning(`The desk made nothing of ${report._tag} for order ${this.id}`)
      return { until: now + IDLE_MS }
    })
  }

  #tell(report: ExchangeReport): Effect.Effect<void> {
    return Effect.asVoid(this.#services.tell({ _tag: "TakeReport", report }))
  }
}

const MOST_CHANGES = 3
