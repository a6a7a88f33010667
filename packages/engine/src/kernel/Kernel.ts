/**
 * The kernel: one deterministic, synchronous fold of a session's inputs into its decisions. It reads no clock, does no
 * I/O and draws no chance but its seed's, so the same inputs give the same decisions bit for bit, live, in replay and
 * after a crash, whatever the framing, the pace and the number of partitions.
 *
 * Order of events. Rows are taken in *slices*: runs of rows whose event time lies in one {@link QUANTUM} of the
 * watermark. Inside a slice cells do not see each other; after it their outputs are merged by (row, actor) and go to the
 * order desk. What the desk sends back takes effect at least one quantum of event time later, and what strategies are
 * told arrives on a quantum's edge: always in a later slice, however the rows were framed. Before a slice, everything
 * that is due by its first row fires at its own due time, in this order: candles, messages to strategies, their timers,
 * the feed monitor, the desk's schedule, the end of the session.
 */
import type { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import { coverageFault } from "@keepgaining/core/calendar/coverageFault.ts"
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { FEED_GAP } from "@keepgaining/core/candles/CandleBuilder.ts"
import { type Interval, intervals } from "@keepgaining/core/candles/Interval.ts"
import { segmentsOf } from "@keepgaining/core/candles/segmentOf.ts"
import type { Hours } from "@keepgaining/core/candles/TradingHours.ts"
import { closedCandles } from "@keepgaining/core/candles/warmUp.ts"
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { foldDecision } from "@keepgaining/core/decisions/foldDecision.ts"
import { type DeskSettings, initialDesk } from "@keepgaining/core/desk/DeskState.ts"
import { OrderDesk } from "@keepgaining/core/desk/OrderDesk.ts"
import { Digest } from "@keepgaining/core/digest/Digest.ts"
import { istDay } from "@keepgaining/core/market/IndianTime.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import type { GuardInstruction } from "@keepgaining/core/orders/Guard.ts"
import type { ExchangeInstruction } from "@keepgaining/core/orders/Order.ts"
import type { OrderUpdate } from "@keepgaining/core/strategies/Strategy.ts"
import { DeadLetters } from "../actors/DeadLetters.ts"
import { CandleHistory } from "./CandleHistory.ts"
import type { CellServices } from "./Cell.ts"
import type { LetterRetry } from "./CellMessage.ts"
import { Deployments } from "./Deployments.ts"
import { executeCommand } from "./executeCommand.ts"
import { FeedMonitor } from "./FeedMonitor.ts"
import type { KernelOptions } from "./KernelOptions.ts"
import { merge, type Outbox, type Output } from "./Outbox.ts"
import { Partition } from "./Partition.ts"
import { QuoteBoard } from "./QuoteBoard.ts"

/** Event-time grid of slices, ms. No latency of the engine's models may be shorter. */
export const QUANTUM = 10

/** The next edge of the grid strictly after `at`. */
export const nextEdge = (at: number): number => (Math.floor(at / QUANTUM) + 1) * QUANTUM

/** A decision and the number of the input that it followed from. */
export interface RecordedDecision {
  readonly cause: number
  readonly decision: Decision
}

interface PendingUpdate {
  readonly due: number
  readonly instrument: number
  readonly deployment: string
  readonly update: OrderUpdate
}

/** Outcomes of commands that are remembered, so that a command sent twice is done once. */
const OUTCOMES_KEPT = 10_000

export class Kernel {
  readonly options: KernelOptions
  readonly instruments: InstrumentTable
  readonly quotes: QuoteBoard
  readonly history = new CandleHistory()
  readonly deadLetters = new DeadLetters<LetterRetry>()
  readonly partitions: ReadonlyArray<Partition>
  readonly desk: OrderDesk
  readonly deployments: Deployments
  readonly monitor: FeedMonitor
  /** Number of the newest input. */
  sequence = 0
  /** Number of the input that decisions are attributed to. */
  cause = 0
  /** Event-time watermark, epoch ms. */
  now = 0
  ticks = 0
  /** Decisions made but not yet taken by the owner. */
  decisions: Array<RecordedDecision> = []
  decisionCount = 0
  signals = 0
  fills = 0
  /** Fingerprint of the decisions, in order. */
  decided = new Digest()
  pendingUpdates: Array<PendingUpdate> = []
  outcomes = new Map<string, CommandOutcome>()
  /** Close of the current session, epoch ms; 0 before its first tick. */
  sessionClose = 0
  sessionEnded = false
  /** The alarm is on that the calendar ends soon. */
  calendarEnds = false
  day = 0
  /** The desk has nothing to do before this event time; 0 = it has to be asked. */
  #deskBound = 0
  readonly #outboxes: ReadonlyArray<Outbox>
  readonly #rowsOf: ReadonlyArray<{ rows: Int32Array; count: number }>
  #nowOf = new Float64Array(0)
  #segmentsKnown: ReadonlyArray<Segment> = []
  /** Whole second up to which candles were closed. */
  closedTo = 0

  constructor(options: KernelOptions) {
    this.options = options
    this.instruments = options.instruments
    this.quotes = new QuoteBoard(options.instruments.size)
    this.monitor = new FeedMonitor(options.staleAfter)
    const { charges, margins, seed } = options
    const desk: DeskSettings = { ...options.desk, charges, margins, fills: { ...options.desk.fills, seed } }
    const services: CellServices = {
      deadLetters: this.deadLetters,
      history: this.history,
      fills: desk.fills,
      faults: options.faults,
      // An instrument of the table has a segment.
      hoursOf: (index) => options.hours.of(this.#segments()[index]!),
      cause: () => this.cause
    }
    this.partitions = Array.from(
      { length: Math.max(1, options.partitions) },
      (_, number) => new Partition(number, options.instruments, services)
    )
    for (const index of options.warmUp?.keys() ?? []) {
      for (const candle of this.candlesBefore(index)) this.history.append(candle)
    }
    this.#outboxes = this.partitions.map((partition) => partition.outbox)
    this.#rowsOf = this.partitions.map(() => ({ rows: new Int32Array(0), count: 0 }))
    this.deployments = new Deployments(this)
    this.desk = new OrderDesk(desk, {
      now: () => this.now,
      cause: () => this.cause,
      instruments: options.instruments,
      quote: (instrument) => this.quotes.quote(instrument),
      lastPrice: (instrument) => this.quotes.lastPrice(instrument),
      // An instrument of the table has a segment.
      segmentOf: (instrument) => this.#segments()[instrument]!,
      session: (segment, instant) => options.hours.of(segment).day(instant),
      emit: (decision) => this.emit(decision),
      send: (instruction) => this.#toBook(instruction),
      guard: (instruction) => this.#toGuard(instruction),
      notify: (book, instrument, update) => this.#tell(book, instrument, update)
    }, initialDesk())
  }

  /** What the instrument's candles were before the session began, in the order in which they closed. */
  candlesBefore(instrument: number, wanted?: ReadonlyArray<Interval>): ReadonlyArray<Candle> {
    const minutes = this.options.warmUp?.get(instrument)
    if (minutes === undefined) return []
    // An instrument of the table has a segment.
    return closedCandles(instrument, minutes, this.options.hours.of(this.#segments()[instrument]!), wanted)
  }

  /**
   * What a strategy that is deployed now would have seen: the candles from before the session and those that it has closed so far, of
   * the wanted intervals, in the order in which they closed. Never with a hole: where not all of its own are kept any more, the
   * newest of them stand alone.
   */
  candlesSoFar(instrument: number, wanted: ReadonlyArray<Interval>): ReadonlyArray<Candle> {
    const candles: Array<Candle> = []
    for (const interval of wanted) {
      if (interval === "1s") continue
      const before = this.candlesBefore(instrument, [interval])
      // Those from before it were the first that the history was given.
      const own = this.history.total(instrument, interval) - before.length
      const kept = this.history.kept(interval)
      if (own <= kept) candles.push(...before)
      if (own > 0) candles.push(...this.history.newest(instrument, interval, Math.min(own, kept)))
    }
    return candles.sort((a, b) => a.end - b.end || intervals.indexOf(a.interval) - intervals.indexOf(b.interval))
  }

  /** From the first open to the last close of what is watched, on the instant's day; `undefined` when nothing trades. */
  sessionDay(instant: number): Hours | undefined {
    return this.options.hours.day(instant, new Set(this.#segments()))
  }

  /** By instrument; anew when the table has grown. */
  #segments(): ReadonlyArray<Segment> {
    if (this.#segmentsKnown.length !== this.instruments.size) this.#segmentsKnown = segmentsOf(this.instruments)
    return this.#segmentsKnown
  }

  /** The partition that owns an instrument. */
  partitionOf(instrument: number): Partition {
    // A small multiplicative hash spreads neighbours; every index maps to an existing partition.
    return this
      .partitions[
        this.partitions.length === 1
          ? 0
          : (Math.imul(instrument, 0x9e3779b1) >>> 16) % this.partitions.length
      ]!
  }

  // ---- inputs ------------------------------------------------------------------------------------------------------

  /** Folds a whole batch. */
  batch(batch: TickBatch): void {
    this.begin()
    this.rows(batch, 0, batch.length)
    this.finish(batch.now)
  }

  /** Gives the next number to an input that {@link rows} and {@link finish} then fold. */
  begin(): number {
    return ++this.sequence
  }

  /** Folds rows `[from, to)` of the batch that was begun. */
  rows(batch: TickBatch, from: number, to: number): void {
    if (this.#nowOf.length < batch.length) this.#nowOf = new Float64Array(Math.max(batch.length, 8_192))
    const nowOf = this.#nowOf
    const eventTime = batch.eventTime
    let row = from
    while (row < to) {
      const first = eventTime[row]!
      this.advance(first)
      this.cause = this.sequence
      let now = this.now
      const edge = nextEdge(now)
      const start = row
      while (row < to) {
        const time = eventTime[row]!
        if (time >= edge) break
        if (time > now) now = time
        nowOf[row++] = now
      }
      this.#slice(batch, start, row, nowOf)
      this.now = now
    }
    this.ticks += to - from
  }

  /** Ends the input that was begun: its watermark passes. */
  finish(watermark: number): void {
    this.advance(watermark)
    this.cause = this.sequence
  }

  /** A command is an input of its own. The same id is the same command and is answered again, not done again. */
  command(commandId: string, command: Command): CommandOutcome {
    const known = this.outcomes.get(commandId)
    if (known !== undefined) return known
    this.cause = ++this.sequence
    this.#deskBound = 0
    const outcome = executeCommand(this, command)
    this.#route()
    this.outcomes.set(commandId, outcome)
    if (this.outcomes.size > OUTCOMES_KEPT) {
      const oldest = this.outcomes.keys().next()
      if (oldest.done !== true) this.outcomes.delete(oldest.value)
    }
    return outcome
  }

  /**
   * Lets event time pass up to `to`: everything due fires at its own due time. Splitting a span changes nothing, so a
   * paced replay may call it as often as it likes between two inputs.
   */
  advance(to: number): void {
    if (to <= this.now) return
    for (;;) {
      let due = this.#nextDue()
      if (due > to) break
      for (const partition of this.partitions) partition.refreshDue()
      this.#deskBound = this.desk.nextDue(this.now)
      due = this.#nextDue()
      if (due > to) break
      if (due > this.now) this.now = due
      this.#fire(due)
    }
    this.now = to
  }

  /** Raises the alarm about the end of the calendar, or ends it. It is said again as often as it is looked up. */
  coverage(until: string | null, at: number): void {
    const fault = coverageFault(until, at)
    if (fault === undefined && !this.calendarEnds) return
    this.calendarEnds = fault !== undefined
    const detail = fault ?? `Trading days are known until ${until}`
    const raised = this.calendarEnds
    this.emit({ _tag: "Alarm", kind: "calendar", subject: "trading days", raised, detail, since: at, at })
  }

  takeDecisions(): Array<RecordedDecision> {
    const taken = this.decisions
    this.decisions = []
    return taken
  }

  emit(decision: Decision): void {
    this.decisions.push({ cause: this.cause, decision })
    this.decisionCount++
    foldDecision(this.decided, decision)
    if (decision._tag === "SignalRaised") this.signals++
    else if (decision._tag === "Filled") this.fills++
    this.deployments.observe(decision)
  }

  /** Fingerprint over all candles (in instrument order) and all decisions (in their order). */
  digest(): string {
    const digest = new Digest()
    for (let i = 0; i < this.instruments.size; i++) {
      const cell = this.partitionOf(i).cells[i]
      if (cell === undefined) continue
      digest.int(i)
      digest.int(cell.digest.low)
      digest.int(cell.digest.high)
    }
    digest.int(this.decided.low)
    digest.int(this.decided.high)
    return digest.hex()
  }

  candles(): number {
    let total = 0
    for (const partition of this.partitions) for (const cell of partition.own) total += cell.candlesClosed
    return total
  }

  // ---- time --------------------------------------------------------------------------------------------------------

  #nextDue(): number {
    let due = Infinity
    for (const partition of this.partitions) {
      due = Math.min(due, Math.max(partition.closeBound, this.closedTo + 1), partition.timerBound)
    }
    const update = this.pendingUpdates[0]
    if (update !== undefined && update.due < due) due = update.due
    if (this.sessionClose > 0 && !this.sessionEnded) {
      due = Math.min(due, this.monitor.nextDue(this.sessionClose), this.#deskBound, this.sessionClose)
    }
    return due
  }

  #fire(due: number): void {
    this.#deskBound = 0
    let closing = false
    for (const partition of this.partitions) {
      if (partition.closeBound <= due) {
        closing = true
        partition.closeCandles(due)
      }
    }
    // A close that its actor gave up is tried again with the next second, not for ever at this one.
    if (closing) this.closedTo = due
    this.#route()
    while (this.pendingUpdates.length > 0 && this.pendingUpdates[0]!.due <= due) {
      const { deployment, instrument, update } = this.pendingUpdates.shift()!
      this.partitionOf(instrument).deliver(instrument, { _tag: "Update", deployment, update }, this.now)
    }
    for (const partition of this.partitions) if (partition.timerBound <= due) partition.fireTimers(due)
    this.#route()
    if (this.sessionClose === 0 || this.sessionEnded) return
    if (this.monitor.nextDue(this.sessionClose) <= due) this.emit(this.monitor.silence(due))
    if (this.desk.nextDue(due - 1) <= due) this.desk.onTime(due)
    this.#route()
    if (this.sessionClose <= due) this.#endSession(due)
  }

  #endSession(now: number): void {
    this.sessionEnded = true
    for (const partition of this.partitions) {
      for (const cell of partition.own) cell.deliver({ _tag: "SessionEnd" }, now, partition.outbox)
    }
    this.#route()
    this.desk.onSessionEnd(now)
    this.#route()
    this.monitor.sessionEnd()
  }

  #startDay(now: number): void {
    this.#deskBound = 0
    this.day = istDay(now)
    this.quotes.rollDay()
    const hours = this.sessionDay(now)
    this.sessionClose = hours === undefined ? 0 : hours.close
    this.sessionEnded = hours === undefined || now >= hours.close
    this.desk.onSessionStart(now, this.sessionEnded)
  }

  // ---- rows --------------------------------------------------------------------------------------------------------

  #slice(batch: TickBatch, from: number, to: number, nowOf: Float64Array): void {
    const now = nowOf[from]!
    if (istDay(now) !== this.day) this.#startDay(now)
    if (!this.sessionEnded) {
      const ended = this.monitor.tick(Math.floor(now / QUANTUM) * QUANTUM)
      if (ended.length > 0) this.#feedIsBack(now, ended)
    }
    for (let row = from; row < to; row++) this.quotes.update(batch, row)
    const partitions = this.partitions
    if (partitions.length === 1) partitions[0]!.runRange(batch, from, to, nowOf)
    else if (to - from === 1) this.partitionOf(batch.instrument[from]!).runRange(batch, from, to, nowOf)
    else {
      for (const each of this.#rowsOf) {
        each.count = 0
        if (each.rows.length < to - from) each.rows = new Int32Array(Math.max(to - from, 1_024))
      }
      for (let row = from; row < to; row++) {
        const each = this.#rowsOf[this.partitionOf(batch.instrument[row]!).number]!
        each.rows[each.count++] = row
      }
      for (const partition of partitions) {
        const each = this.#rowsOf[partition.number]!
        if (each.count > 0) partition.run(batch, each.rows, each.count, nowOf)
      }
    }
    this.now = nowOf[to - 1]!
    this.#route()
  }

  #feedIsBack(now: number, alarms: ReadonlyArray<Decision>): void {
    for (const alarm of alarms) this.emit(alarm)
    const gap = this.monitor.gaps.at(-1)
    if (gap === undefined || gap.to - gap.from < FEED_GAP) return
    for (const partition of this.partitions) {
      for (const cell of partition.own) cell.deliver({ _tag: "FeedGap" }, now, partition.outbox)
    }
  }

  // ---- routing -----------------------------------------------------------------------------------------------------

  /** Hands what the cells put out to the desk, in the one order, until nothing is left. */
  #route(): void {
    while (this.#hasOutputs()) for (const output of merge(this.#outboxes)) this.#take(output)
  }

  #hasOutputs(): boolean {
    for (let i = 0; i < this.#outboxes.length; i++) if (this.#outboxes[i]!.outputs.length > 0) return true
    return false
  }

  #take(output: Output): void {
    this.#deskBound = 0
    switch (output._tag) {
      case "Report":
        return this.desk.onReport(output.report)
      case "Guard":
        return this.desk.onGuard(output.trigger)
      case "Signal":
        this.emit({
          _tag: "SignalRaised",
          deployment: output.deployment,
          instrument: output.instrument,
          signal: output.signal,
          at: output.at
        })
        return this.desk.onSignal(output.deployment, output.instrument, output.signal)
      case "Request":
        this.desk.onRequest(output.deployment, output.request)
        return
      case "Cancel":
        this.desk.onCancel(output.orderId, undefined, output.deployment)
        return
      case "Log":
        return this.emit({
          _tag: "DeploymentLog",
          deployment: output.deployment,
          instrument: output.instrument,
          message: output.message,
          at: output.at
        })
      case "ActorStopped":
        this.emit({
          _tag: "Alarm",
          kind: "actor-stopped",
          subject: output.path,
          raised: true,
          detail: output.failure,
          since: output.at,
          at: output.at
        })
        if (output.deployment !== undefined) this.deployments.crashed(output.deployment, output.failure)
    }
  }

  #toBook(instruction: ExchangeInstruction): void {
    const instrument = instruction._tag === "Place" ? instruction.order.instrument : instruction.instrument
    this.partitionOf(instrument).deliver(instrument, { _tag: "Instruct", instruction }, this.now)
  }

  #toGuard(instruction: GuardInstruction): void {
    this.partitionOf(instruction.instrument).deliver(instruction.instrument, { _tag: "Guard", instruction }, this.now)
  }

  #tell(book: string, instrument: number, update: OrderUpdate): void {
    if (!this.deployments.has(book)) return
    this.pendingUpdates.push({ due: nextEdge(this.now + QUANTUM), instrument, deployment: book, update })
  }
}
