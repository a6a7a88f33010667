/**
 * Runs a session: takes frames and commands, turns the kernel, makes what it decided durable, and only then shows it.
 *
 * Three fibers share the work. The *kernel loop* owns the kernel; it yields to the event loop after every few
 * milliseconds of folding. The *journal writer* makes pending decisions durable and then lets them out. The *snapshotter*
 * stores the kernel's state now and then. The loop waits when the writer is far behind, so nothing grows without bound.
 */
import type { Command, CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { block, type BlockingMailbox } from "../actors/Mailbox.ts"
import { Supervisor } from "../actors/Supervisor.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import { dumpKernel } from "../kernel/KernelSnapshot.ts"
import { type Position, type ReplayDriver } from "../replay/ReplayDriver.ts"
import { type EventLog } from "./EventLog.ts"
import { LatencyWindow } from "./LatencyWindow.ts"
import { type ReplayRequest, type ReplayStatus, SessionRefused } from "./Session.ts"
import { type Pending, type SessionCore } from "./SessionCore.ts"
import type { SessionHealth } from "./SessionHealth.ts"
import type { Timeline } from "./Timeline.ts"

/** Rows folded before the loop looks at commands and lets others run: a few milliseconds of work. */
const ROWS_PER_TURN = 16_384
/** Decisions that may wait to become durable before the loop waits for the writer. */
const PENDING_LIMIT = 20_000

interface WaitingCommand {
  readonly commandId: string
  readonly command: Command
  readonly answer: Deferred.Deferred<CommandOutcome>
}

export interface Playback {
  readonly playing: boolean
  /** Event seconds per wall second; 0 = as fast as it goes. */
  readonly speed: number
}

/** Where a session's ticks come from. */
export type TickInput =
  | {
    readonly _tag: "Replay"
    /** Name of the log, for people. */
    readonly log: string
    readonly from: number
    readonly to: number
    readonly driver: ReplayDriver
    playing: boolean
    speed: number
  }
  | {
    readonly _tag: "Feed"
    readonly frames: BlockingMailbox<TickBatch>
    /** Appends to the session's own tick log, durable later; false when the log refused it: it is then no input. */
    readonly record: (batch: TickBatch) => Effect.Effect<boolean>
    /** Makes everything recorded so far durable. */
    readonly flush: Effect.Effect<void>
    /** Batches recorded so far. */
    recorded: number
  }

export class SessionEngine {
  readonly core: SessionCore
  readonly events: EventLog
  readonly instruments: InstrumentTable
  readonly input: TickInput
  readonly #timeline: Timeline
  readonly #commands: BlockingMailbox<WaitingCommand>
  readonly #wake = Latch.makeUnsafe(false)
  readonly #toWrite = Latch.makeUnsafe(false)
  readonly #written = Latch.makeUnsafe(false)
  #answers: Array<() => void> = []
  #queue: Array<Pending> = []
  readonly #latency = new LatencyWindow()
  #ticksSeen = 0
  #ticksPerSecond = 0
  #heapMegabytes = 0
  #digest = ""
  #digestAt = -1
  #lastTickAt: number | null = null
  #anchor: { readonly wall: number; readonly event: number } | undefined
  #stepUntil: number | undefined
  /** Whether to go on playing once {@link #stepUntil} is reached. */
  #playOn = false
  #snapshotTicks = 0
  #snapshotDecisions = 0

  private constructor(options: {
    readonly core: SessionCore
    readonly events: EventLog
    readonly input: TickInput
    readonly timeline: Timeline
    readonly commands: BlockingMailbox<WaitingCommand>
  }) {
    this.core = options.core
    this.events = options.events
    this.instruments = options.core.kernel.instruments
    this.input = options.input
    this.#timeline = options.timeline
    this.#commands = options.commands
  }

  static readonly make = Effect.fnUntraced(function*(options: {
    readonly core: SessionCore
    readonly events: EventLog
    readonly input: TickInput
    readonly timeline: Timeline
  }) {
    const commands = yield* block<WaitingCommand>("commands", 256)
    const engine = new SessionEngine({ ...options, commands })
    const supervisor = yield* Supervisor
    supervisor.watch("commands", commands.view)
    if (options.input._tag === "Feed") supervisor.watch("frames", options.input.frames.view)
    supervisor.watch("journal", () => ({
      name: "journal",
      overflow: "block",
      depth: engine.unflushed,
      capacity: PENDING_LIMIT,
      shed: 0
    }))
    yield* supervisor.start("engine/journal writer", "recorder", engine.#write)
    yield* supervisor.start("engine/kernel", "kernel", engine.#loop)
    yield* supervisor.start("engine/snapshotter", "auxiliary", engine.#snapshots)
    return engine
  })

  get kernel(): Kernel {
    return this.core.kernel
  }

  get unflushed(): number {
    return this.core.pending + this.#queue.length
  }

  get position(): Position {
    return this.input._tag === "Replay" ? this.input.driver.position : { batch: this.input.recorded, row: 0 }
  }

  /** Succeeds once the command was decided and is durable. */
  execute(commandId: string, command: Command): Effect.Effect<CommandOutcome> {
    return Effect.flatMap(
      Deferred.make<CommandOutcome>(),
      (answer) =>
        this.#commands.offer({ commandId, command, answer }).pipe(
          Effect.andThen(this.#wake.open),
          Effect.andThen(Deferred.await(answer))
        )
    )
  }

  /** Somebody put a frame into the mailbox. */
  readonly wake: Effect.Effect<void> = Effect.suspend(() => Effect.asVoid(this.#wake.open))

  // ---- replay control ----------------------------------------------------------------------------------------------

  replayStatus(): ReplayStatus | undefined {
    const input = this.input
    if (input._tag !== "Replay") return undefined
    return {
      log: input.log,
      from: input.from,
      to: input.to,
      now: Math.max(this.kernel.now, input.from),
      playing: input.playing,
      speed: input.speed,
      finished: input.driver.finished
    }
  }

  /** Everything but going back in time, which needs another timeline. */
  control(request: ReplayRequest): Effect.Effect<void, SessionRefused> {
    return Effect.suspend(() => {
      const input = this.input
      if (input._tag !== "Replay") {
        return Effect.fail(
          new SessionRefused({ reason: "This session is no replay", remedy: "Start with `serve --replay LOG`" })
        )
      }
      this.#anchor = undefined
      switch (request._tag) {
        case "Play":
          input.playing = true
          this.#stepUntil = undefined
          break
        case "Pause":
          input.playing = false
          break
        case "Speed":
          input.speed = request.speed
          break
        case "Step":
          this.#stepUntil = Math.max(this.kernel.now, input.from) + request.millis
          this.#playOn = false
          input.playing = true
          break
        case "Seek":
          this.#playOn = this.#isMeantToPlay(input)
          this.#stepUntil = request.to
          input.playing = true
      }
      return Effect.asVoid(this.#wake.open)
    })
  }

  /** How a replay is set: whether it would be playing if it were not on its way to some time. */
  playback(): Playback | undefined {
    const { input } = this
    return input._tag === "Replay" ? { playing: this.#isMeantToPlay(input), speed: input.speed } : undefined
  }

  #isMeantToPlay(input: Playback): boolean {
    return this.#stepUntil === undefined ? input.playing : this.#playOn
  }

  // ---- the kernel loop ---------------------------------------------------------------------------------------------

  readonly #loop: Effect.Effect<void> = Effect.suspend(() => Effect.forever(this.#turn))

  readonly #turn: Effect.Effect<void> = Effect.gen({ self: this }, function*(this: SessionEngine) {
    this.#wake.closeUnsafe()
    this.#takeCommands()
    const busy = this.input._tag === "Replay" ? yield* this.#replay(this.input) : yield* this.#feed(this.input)
    this.core.collect()
    if (this.core.pending > 0 || this.#answers.length > 0) yield* this.#toWrite.open
    while (this.unflushed > PENDING_LIMIT) yield* Effect.raceFirst(this.#written.await, Effect.sleep("1 second"))
    if (busy) yield* Effect.yieldNow
    else yield* Effect.raceFirst(this.#wake.await, Effect.sleep("20 millis"))
  })

  #takeCommands(): void {
    for (const { answer, command, commandId } of this.#commands.poll(256)) {
      const outcome = this.core.command(commandId, command, this.position)
      this.#answers.push(() => Deferred.doneUnsafe(answer, Effect.succeed(outcome)))
    }
  }

  #replay(input: Extract<TickInput, { readonly _tag: "Replay" }>): Effect.Effect<boolean> {
    return Effect.map(Clock.currentTimeMillis, (wall) => {
      const driver = input.driver
      const before = this.kernel.ticks
      if (!input.playing || driver.finished) {
        this.#anchor = undefined
        if (driver.finished) input.playing = false
        return false
      }
      const now = Math.max(this.kernel.now, driver.peek() === undefined ? 0 : input.from)
      this.#anchor ??= { wall, event: now }
      const paced = input.speed === 0 || this.#stepUntil !== undefined
        ? Infinity
        : this.#anchor.event + (wall - this.#anchor.wall) * input.speed
      const target = Math.min(paced, this.#stepUntil ?? Infinity)
      const started = performance.now()
      const rows = driver.playTo(target, ROWS_PER_TURN)
      const more = rows >= ROWS_PER_TURN && !driver.finished
      if (!more && target !== Infinity && !driver.finished) this.kernel.advance(target)
      if (rows > 0) this.#latency.record(performance.now() - started, rows)
      if (this.kernel.ticks > before) this.#lastTickAt = wall
      if (!more && this.#stepUntil !== undefined && target >= this.#stepUntil) {
        this.#stepUntil = undefined
        input.playing = this.#playOn
      }
      return more
    })
  }

  #feed(input: Extract<TickInput, { readonly _tag: "Feed" }>): Effect.Effect<boolean> {
    return Effect.gen({ self: this }, function*(this: SessionEngine) {
      let rows = 0
      while (rows < ROWS_PER_TURN) {
        const [frame] = input.frames.poll(1)
        if (frame === undefined) return false
        rows += frame.length + 1
        const started = performance.now()
        if (!(yield* input.record(frame))) continue
        input.recorded++
        this.kernel.batch(frame)
        this.core.collect()
        if (frame.length > 0) {
          this.#latency.record(performance.now() - started, frame.length)
          this.#lastTickAt = yield* Clock.currentTimeMillis
        }
      }
      // More may be there, but the log's and the journal's writes go on only when others get the thread.
      return true
    })
  }

  // ---- the journal writer ------------------------------------------------------------------------------------------

  readonly #write: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forever(Effect.gen({ self: this }, function*(this: SessionEngine) {
      if (this.#queue.length === 0) yield* this.#toWrite.await
      this.#toWrite.closeUnsafe()
      const answers = this.#answers.length
      for (const pending of this.core.takePending()) this.#queue.push(pending)
      if (this.#queue.length > 0) {
        // Ticks before decisions: a decision must never be durable without what it follows from.
        if (this.input._tag === "Feed") yield* this.input.flush
        const batch = this.#queue
        yield* this.#timeline.append(batch)
        this.#queue = []
        const events = batch.flatMap((pending) => pending._tag === "Decision" ? [pending.event] : [])
        if (events.length > 0) yield* this.events.append(events)
      }
      // Kept until here, so that a writer that failed and was restarted still answers.
      for (const answer of this.#answers.splice(0, answers)) answer()
      yield* this.#written.release
    }))
  )

  // ---- snapshots ---------------------------------------------------------------------------------------------------

  readonly #snapshots: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forever(Effect.gen({ self: this }, function*(this: SessionEngine) {
      yield* Effect.sleep(this.#timeline.snapshotEvery)
      const { position } = this
      const kernel = this.kernel
      const moved = kernel.ticks - this.#snapshotTicks > 50_000 || kernel.decisionCount > this.#snapshotDecisions
      if (!moved) return
      // Between two turns of the loop the kernel stands still, so dump and position belong together.
      const bytes = dumpKernel(kernel)
      this.#snapshotTicks = kernel.ticks
      this.#snapshotDecisions = kernel.decisionCount
      const decisions = kernel.decisionCount
      // A snapshot ahead of the tick log or of the journal would stand for something that may be lost.
      if (this.input._tag === "Feed") yield* this.input.flush
      while (this.events.last < decisions) yield* Effect.raceFirst(this.#written.await, Effect.sleep("1 second"))
      yield* this.#timeline.saveSnapshot({ sequence: kernel.sequence, position, bytes })
    }))
  )

  // ---- the end -----------------------------------------------------------------------------------------------------

  /** After its fibers were stopped: what still waits for an answer gets one. */
  abandon(reason: string, remedy: string): void {
    const refused: CommandOutcome = { _tag: "Refused", reason, remedy }
    for (const { answer } of this.#commands.poll(Infinity)) Deferred.doneUnsafe(answer, Effect.succeed(refused))
    for (const answer of this.#answers.splice(0)) answer()
  }

  // ---- health ------------------------------------------------------------------------------------------------------

  /** Takes the sample that {@link health} shows until the next one: rates are over the time between two samples. */
  sample(elapsedMillis: number): void {
    const ticks = this.kernel.ticks
    this.#ticksPerSecond = elapsedMillis <= 0 ? 0 : Math.round((ticks - this.#ticksSeen) * 1_000 / elapsedMillis)
    this.#ticksSeen = ticks
    this.#latency.roll()
    this.#heapMegabytes = process.memoryUsage().heapUsed / 1_048_576
    this.#digest = this.kernel.digest()
    this.#digestAt = this.kernel.ticks + this.kernel.decisionCount
  }

  health(serverTime: number): SessionHealth {
    const kernel = this.kernel
    // Folding all cells' digests costs a little; a client asks for it many times a second.
    if (this.input._tag === "Replay" && this.input.driver.finished) {
      const at = kernel.ticks + kernel.decisionCount
      if (at !== this.#digestAt) {
        this.#digest = kernel.digest()
        this.#digestAt = at
      }
    }
    return {
      serverTime,
      now: kernel.now,
      sequence: kernel.sequence,
      ticks: kernel.ticks,
      ticksPerSecond: this.#ticksPerSecond,
      feedAge: this.#lastTickAt === null ? null : Math.max(0, serverTime - this.#lastTickAt),
      feed: this.#feedState(),
      decisionP50: this.#latency.p50,
      decisionP99: this.#latency.p99,
      unflushed: this.unflushed,
      heapMegabytes: this.#heapMegabytes,
      databaseLag: this.#timeline.databaseLag(),
      digest: this.#digest
    }
  }

  #feedState(): SessionHealth["feed"] {
    if (this.input._tag === "Replay") {
      if (this.input.driver.finished) return "finished"
      if (!this.input.playing) return "paused"
    }
    if (this.kernel.monitor.raised) return "stale"
    const hours = this.kernel.now === 0 ? undefined : this.kernel.sessionDay(this.kernel.now)
    return hours === undefined || this.kernel.now < hours.open || this.kernel.now >= hours.close ? "closed" : "live"
  }
}
