/**
 * One instrument and everybody who lives on its ticks: the instrument actor (candles), the paper book, the guards and
 * the strategies. A cell is the unit of rebuilding: its actors share one ring of inputs since their common snapshot, so
 * whichever of them fails is rebuilt alone, from the snapshot plus those inputs, while the others are not touched.
 *
 * Order inside one input: instrument, book, guards, strategies in order of deployment. A failing actor's outputs of the
 * failed input are taken back; the input is tried again on the rebuilt state (a transient fault therefore leaves no
 * trace) and becomes a dead letter when it fails again.
 */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { type CandleBuilder } from "@keepgaining/core/candles/CandleBuilder.ts"
import { foldCandle } from "@keepgaining/core/candles/foldCandle.ts"
import { intervals } from "@keepgaining/core/candles/Interval.ts"
import type { SegmentHours } from "@keepgaining/core/candles/TradingHours.ts"
import { Digest } from "@keepgaining/core/digest/Digest.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import type { FillModel } from "@keepgaining/core/matching/PaperBook.ts"
import type { DeadLetters } from "../actors/DeadLetters.ts"
import type { FaultPlan } from "../actors/FaultPlan.ts"
import { policies } from "../actors/Policies.ts"
import { failureText, giveUp } from "../actors/Supervision.ts"
import { BookActor } from "./BookActor.ts"
import type { CandleHistory } from "./CandleHistory.ts"
import { type CellMessage, handMessage, type LetterRetry, type RetainedInput } from "./CellMessage.ts"
import { GuardActor } from "./GuardActor.ts"
import { CLOSE, emptyTick, InputRing, TICK } from "./InputRing.ts"
import { InstrumentActor } from "./InstrumentActor.ts"
import type { Outbox } from "./Outbox.ts"
import type { StrategyActor } from "./StrategyActor.ts"

export type CellActor = InstrumentActor | BookActor | GuardActor | StrategyActor

/** What the cells of one kernel share. */
export interface CellServices {
  readonly deadLetters: DeadLetters<LetterRetry>
  readonly history: CandleHistory
  /** How the paper exchange fills. */
  readonly fills: FillModel
  /** Faults to inject; only tests and drills set it. */
  readonly faults: FaultPlan | undefined
  /** Trading hours of the instrument. */
  readonly hoursOf: (index: number) => SegmentHours
  /** Number of the input being folded. */
  readonly cause: () => number
}

/** Ordinals leave this much room for the actors of one cell. */
export const ACTORS_PER_CELL = 64

export class Cell {
  readonly index: number
  readonly instrument: InstrumentActor
  readonly book: BookActor
  readonly guard: GuardActor
  strategies: Array<StrategyActor> = []
  /** Fingerprint of every candle it closed. */
  readonly digest = new Digest()
  candlesClosed = 0
  /** No timer of its strategies is due before this event time; see `Partition.timerBound`. */
  timerBound = 0
  /** Cumulative volume of the latest tick; -1 before the first of a day. */
  previousVolume = -1
  readonly ring = new InputRing<CellMessage>()
  readonly #services: CellServices
  /** The latest tick, as its actors see it. */
  readonly lastTick = emptyTick()
  /** It, when the snapshot was taken. */
  readonly #savedTick = emptyTick()
  readonly #shadowTick = emptyTick()
  /** Inputs that an actor gave up since the snapshot: it is not fed them again. */
  #skipped: Map<CellActor, Set<number>> | undefined
  #snapshotDue = false
  /** Outputs before it belong to actors that already handled the current input. */
  #mark = 0
  #shadow: CandleBuilder | undefined

  constructor(instrument: Instrument, index: number, services: CellServices) {
    this.index = index
    const path = instrument.symbol
    const ordinal = index * ACTORS_PER_CELL
    this.instrument = new InstrumentActor(path, instrument, index, services.hoursOf(index))
    this.book = new BookActor(`${path}/book`, instrument, index, ordinal + 1, services.fills)
    this.guard = new GuardActor(`${path}/guard`, index, ordinal + 2)
    this.#services = services
  }

  get isStopped(): boolean {
    return this.instrument.record.state !== "running"
  }

  actors(): Array<CellActor> {
    return [this.instrument, this.book, this.guard, ...this.strategies]
  }

  tick(batch: TickBatch, row: number, now: number, outbox: Outbox): void {
    if (this.isStopped) return
    const tick = this.lastTick
    this.ring.pushTick(batch, row, now, this.previousVolume, tick)
    this.previousVolume = tick.volume
    const faults = this.#services.faults
    const instrument = this.instrument
    instrument.record.handled++
    try {
      if (faults !== undefined) faults.strike(instrument.path, instrument.record.handled, now)
      instrument.tick(tick)
    } catch (failure) {
      this.#recover(instrument, failure, now, outbox)
    }
    if (!this.book.isIdle) this.#run(this.book, now, outbox)
    if (!this.guard.isIdle) this.#run(this.guard, now, outbox)
    for (let i = 0; i < this.strategies.length; i++) {
      const strategy = this.strategies[i]!
      if (strategy.wantsTicks) this.#run(strategy, now, outbox)
    }
    if (this.#snapshotDue || this.ring.isFull) this.save()
  }

  /** Closes the candles that ended by event time `now`. */
  close(now: number, outbox: Outbox): void {
    if (this.isStopped) return
    this.ring.pushClose(now)
    const instrument = this.instrument
    instrument.record.handled++
    try {
      this.#services.faults?.strike(instrument.path, instrument.record.handled, now)
      instrument.close(now)
    } catch (failure) {
      this.#recover(instrument, failure, now, outbox)
    }
    const mask = instrument.justClosed
    if (mask !== 0) {
      this.#keepCandles(mask)
      for (let i = 0; i < this.strategies.length; i++) {
        const strategy = this.strategies[i]!
        if ((strategy.mask & mask) !== 0) this.#run(strategy, now, outbox)
      }
    }
    if (this.#snapshotDue || this.ring.isFull) this.save()
  }

  deliver(message: CellMessage, now: number, outbox: Outbox): void {
    if (this.isStopped) return
    this.ring.pushMessage(now, message)
    if (message._tag === "FeedGap") this.previousVolume = -1
    const actor = this.#addressee(message)
    if (actor !== undefined) this.#run(actor, now, outbox)
    if (message._tag === "SessionEnd") this.#run(this.guard, now, outbox)
    if (this.#snapshotDue || this.ring.isFull) this.save()
  }

  strategy(deployment: string): StrategyActor | undefined {
    return this.strategies.find((actor) => actor.deployment.id === deployment)
  }

  /** The common snapshot of all its actors; what came before need not be kept any longer. */
  save(): void {
    for (const actor of this.actors()) actor.save()
    Object.assign(this.#savedTick, this.lastTick)
    this.ring.clear()
    this.#skipped = undefined
    this.#snapshotDue = false
  }

  #addressee(message: CellMessage): CellActor | undefined {
    switch (message._tag) {
      case "Instruct":
      case "SessionEnd":
        return this.book
      case "Guard":
        return this.guard
      case "FeedGap":
        return this.instrument
      default:
        return this.strategy(message.deployment)
    }
  }

  #keepCandles(mask: number): void {
    for (let bit = 0; bit < intervals.length; bit++) {
      if ((mask & (1 << bit)) === 0) continue
      const candle = this.instrument.builder.closed(intervals[bit]!)
      foldCandle(this.digest, candle)
      this.candlesClosed++
      this.#services.history.append(candle)
    }
  }

  /** Gives the newest input to one actor, under supervision. */
  #run(actor: CellActor, now: number, outbox: Outbox): void {
    if (actor.record.state === "stopped") return
    this.#mark = outbox.outputs.length
    actor.record.handled++
    try {
      this.#services.faults?.strike(actor.path, actor.record.handled, now)
      this.#hand(actor, this.ring.length - 1, outbox, undefined)
    } catch (failure) {
      this.#recover(actor, failure, now, outbox)
    }
    if (actor.kind === "strategy" && actor.nextTimer < this.timerBound) this.timerBound = actor.nextTimer
  }

  /**
   * Gives one retained input to one actor. With a `shadow` builder (inputs fed again) candles come from it, for the live
   * one is further on.
   */
  #hand(actor: CellActor, index: number, outbox: Outbox | undefined, shadow: CandleBuilder | undefined): void {
    const ring = this.ring
    const now = ring.now(index)
    actor.speakInto(outbox, now)
    switch (ring.kind(index)) {
      case TICK: {
        const isAgain = outbox === undefined
        const tick = isAgain ? this.#shadowTick : this.lastTick
        if (isAgain) ring.readTick(index, tick)
        if (actor.kind !== "strategy") actor.tick(tick)
        else if (actor.wantsTicks) actor.observe(tick)
        return
      }
      case CLOSE:
        if (actor.kind === "instrument") actor.close(now)
        else if (actor.kind === "strategy") {
          actor.see(outbox === undefined ? this.#shadowTick : this.lastTick)
          this.#handCandles(actor, shadow)
        }
        return
      default: {
        const message = ring.message(index)
        if (actor.kind === "strategy") actor.see(outbox === undefined ? this.#shadowTick : this.lastTick)
        if (
          message._tag === "SessionEnd"
            ? actor.kind === "book" || actor.kind === "guard"
            : this.#addressee(message) === actor
        ) {
          handMessage(actor, message, now)
        }
      }
    }
  }

  #handCandles(actor: StrategyActor, shadow: CandleBuilder | undefined): void {
    const builder = shadow ?? this.instrument.builder
    const mask = (shadow === undefined ? this.instrument.justClosed : this.#shadowClosed) & actor.mask
    for (let bit = 0; bit < intervals.length; bit++) {
      if ((mask & (1 << bit)) === 0) continue
      const candle: Candle = builder.closed(intervals[bit]!)
      actor.candle(candle)
    }
  }

  #shadowClosed = 0

  #recover(actor: CellActor, failure: unknown, now: number, outbox: Outbox): void {
    const policy = policies[actor.kind]
    const record = actor.record
    const last = this.ring.length - 1
    let reason = failure
    this.#snapshotDue = true
    if (actor.kind === "instrument") this.#mark = outbox.outputs.length
    for (let attempt = 0; attempt < policy.retries; attempt++) {
      outbox.outputs.length = this.#mark
      this.#rebuild(actor, last)
      try {
        this.#services.faults?.strike(actor.path, record.handled, now)
        this.#hand(actor, last, outbox, undefined)
        record.lastFailure = failureText(failure)
        return
      } catch (again) {
        reason = again
      }
    }
    outbox.outputs.length = this.#mark
    this.#skip(actor, last)
    this.#rebuild(actor, last)
    record.lastFailure = failureText(reason)
    this.#services.deadLetters.add({
      actor: actor.path,
      message: this.#describe(last),
      failure: record.lastFailure,
      cause: this.#services.cause(),
      at: now
    }, actor.kind === "strategy" ? this.#retryOf(actor, last) : undefined)
    const verdict = giveUp(policy, record, now)
    if (verdict === "resume") return
    const stopped = actor.kind === "strategy" ? [actor] : this.#stopAll()
    for (const each of stopped) {
      outbox.outputs.push({
        _tag: "ActorStopped",
        row: outbox.row,
        actor: this.index * ACTORS_PER_CELL,
        instrument: this.index,
        at: now,
        path: each.path,
        deployment: each.kind === "strategy" ? each.deployment.id : undefined,
        failure: record.lastFailure
      })
    }
  }

  /** When what everybody lives on stops, children stop before it. */
  #stopAll(): Array<CellActor> {
    const all = this.actors().reverse()
    for (const actor of all) actor.record.state = "stopped"
    return all
  }

  #skip(actor: CellActor, index: number): void {
    this.#skipped ??= new Map()
    const skipped = this.#skipped.get(actor) ?? new Set<number>()
    skipped.add(index)
    this.#skipped.set(actor, skipped)
  }

  /** State of the actor before input `until`: its snapshot plus the inputs since, without what it gave up. */
  #rebuild(actor: CellActor, until: number): void {
    actor.record.restarts++
    actor.restore()
    const skipped = this.#skipped?.get(actor)
    if (actor.kind !== "strategy") {
      for (let i = 0; i < until; i++) if (skipped?.has(i) !== true) this.#hand(actor, i, undefined, undefined)
      return
    }
    const lost = this.#skipped?.get(this.instrument)
    const shadow = this.#shadow ??= this.instrument.shadowBuilder()
    this.instrument.loadSavedInto(shadow)
    Object.assign(this.#shadowTick, this.#savedTick)
    for (let i = 0; i < until; i++) {
      this.#shadowClosed = 0
      if (this.ring.kind(i) === TICK) this.ring.readTick(i, this.#shadowTick)
      if (lost?.has(i) !== true) {
        if (this.ring.kind(i) === TICK) {
          const { openInterest, price, time, volume } = this.#shadowTick
          shadow.onTick(time, price, volume, openInterest)
        } else if (this.ring.kind(i) === CLOSE) this.#shadowClosed = shadow.closeUntil(this.ring.now(i))
        else if (this.ring.message(i)._tag === "FeedGap") shadow.passGap()
      }
      if (skipped?.has(i) !== true) this.#hand(actor, i, undefined, shadow)
    }
  }

  #retryOf(actor: StrategyActor, index: number): LetterRetry {
    const retry = (input: RetainedInput): LetterRetry => ({
      instrument: this.index,
      deployment: actor.deployment.id,
      input
    })
    switch (this.ring.kind(index)) {
      case TICK: {
        const tick = emptyTick()
        this.ring.readTick(index, tick)
        return retry({ _tag: "Tick", tick })
      }
      case CLOSE: {
        const mask = this.instrument.justClosed & actor.mask
        const closed = intervals.filter((_, bit) => (mask & (1 << bit)) !== 0)
        return retry({ _tag: "Candles", candles: closed.map((interval) => this.instrument.builder.closed(interval)) })
      }
      default:
        return retry({ _tag: "Message", message: this.ring.message(index) })
    }
  }

  #describe(index: number): string {
    switch (this.ring.kind(index)) {
      case TICK: {
        this.ring.readTick(index, this.#shadowTick)
        return `tick ${JSON.stringify(this.#shadowTick)}`
      }
      case CLOSE:
        return `candles closed at ${this.ring.now(index)}`
      default:
        return JSON.stringify(this.ring.message(index))
    }
  }
}
