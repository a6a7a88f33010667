/**
 * The whole state of a kernel as bytes: what recovery starts from. Written between two inputs, so it stands for exactly
 * the inputs before it. Encoded with V8's structured serialisation, which keeps numbers and typed arrays bit for bit.
 *
 * A snapshot of another {@link SNAPSHOT_VERSION} is not read: recovery then starts from an older one or from nothing,
 * because the inputs are all there.
 */
import type { CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { deserialize, serialize } from "node:v8"
import { clonePlain } from "../actors/PlainData.ts"
import type { SupervisionRecord } from "../actors/Supervision.ts"
import type { BookActor } from "./BookActor.ts"
import type { CandleTrackDump } from "./CandleHistory.ts"
import type { DeploymentRecord } from "./Deployments.ts"
import type { FeedGap } from "./FeedMonitor.ts"
import type { GuardActor } from "./GuardActor.ts"
import type { CellTick } from "./InputRing.ts"
import type { Kernel } from "./Kernel.ts"
import type { StrategyData } from "./StrategyActor.ts"

/** Raise it whenever the shape of any part of the state changes. */
export const SNAPSHOT_VERSION = 7

interface CellDump {
  readonly index: number
  readonly instrument: Float64Array
  readonly instrumentRecord: SupervisionRecord
  readonly book: BookActor["data"]
  readonly bookRecord: SupervisionRecord
  readonly guard: GuardActor["data"]
  readonly guardRecord: SupervisionRecord
  readonly digest: readonly [number, number]
  readonly candlesClosed: number
  readonly previousVolume: number
  readonly lastTick: CellTick
  readonly strategies: ReadonlyArray<{
    readonly deployment: string
    /** Of the strategy's code. */
    readonly version: number
    readonly data: StrategyData
    readonly record: SupervisionRecord
    readonly paused: boolean
  }>
}

interface KernelDump {
  readonly version: number
  readonly counters: Pick<
    Kernel,
    | "sequence"
    | "cause"
    | "now"
    | "ticks"
    | "decisionCount"
    | "signals"
    | "fills"
    | "sessionClose"
    | "sessionEnded"
    | "calendarEnds"
    | "day"
    | "closedTo"
  >
  readonly decided: readonly [number, number]
  readonly pendingUpdates: Kernel["pendingUpdates"]
  readonly outcomes: ReadonlyArray<readonly [string, CommandOutcome]>
  readonly quotes: Readonly<Record<string, ArrayLike<number>>>
  readonly monitor: { readonly lastTick: number; readonly raised: boolean; readonly gaps: ReadonlyArray<FeedGap> }
  readonly history: ReadonlyArray<CandleTrackDump>
  readonly deadLetters: { readonly total: number; readonly kept: ReturnType<Kernel["deadLetters"]["all"]> }
  readonly deployments: ReadonlyArray<DeploymentRecord>
  readonly desk: Kernel["desk"]["state"]
  readonly cells: ReadonlyArray<CellDump>
}

/** The bytes are no snapshot of this version; nothing was loaded. */
export class SnapshotUnreadable extends Schema.TaggedError<SnapshotUnreadable>()("SnapshotUnreadable", {
  reason: Schema.String
}) {}

const quoteColumns = [
  "changes",
  "time",
  "last",
  "previousClose",
  "open",
  "high",
  "low",
  "volume",
  "openInterest",
  "bid",
  "ask",
  "bidQuantity",
  "askQuantity"
] as const

export const dumpKernel = (kernel: Kernel): Uint8Array => {
  const cells: Array<CellDump> = []
  for (const partition of kernel.partitions) {
    for (const cell of partition.own) {
      cells.push({
        index: cell.index,
        instrument: cell.instrument.dump(),
        instrumentRecord: cell.instrument.record,
        book: cell.book.data,
        bookRecord: cell.book.record,
        guard: cell.guard.data,
        guardRecord: cell.guard.record,
        digest: [cell.digest.low, cell.digest.high],
        candlesClosed: cell.candlesClosed,
        previousVolume: cell.previousVolume,
        lastTick: { ...cell.lastTick },
        strategies: cell.strategies.map((actor) => ({
          deployment: actor.deployment.id,
          version: actor.strategy.version,
          data: actor.data,
          record: actor.record,
          paused: actor.paused
        }))
      })
    }
  }
  const quotes: Record<string, ArrayLike<number>> = {}
  for (const column of quoteColumns) quotes[column] = kernel.quotes[column]
  const dump: KernelDump = {
    version: SNAPSHOT_VERSION,
    counters: {
      sequence: kernel.sequence,
      cause: kernel.cause,
      now: kernel.now,
      ticks: kernel.ticks,
      decisionCount: kernel.decisionCount,
      signals: kernel.signals,
      fills: kernel.fills,
      sessionClose: kernel.sessionClose,
      sessionEnded: kernel.sessionEnded,
      calendarEnds: kernel.calendarEnds,
      day: kernel.day,
      closedTo: kernel.closedTo
    },
    decided: [kernel.decided.low, kernel.decided.high],
    pendingUpdates: kernel.pendingUpdates,
    outcomes: Array.from(kernel.outcomes),
    quotes,
    monitor: { lastTick: kernel.monitor.lastTick, raised: kernel.monitor.raised, gaps: kernel.monitor.gaps },
    history: kernel.history.dump(),
    deadLetters: { total: kernel.deadLetters.total, kept: kernel.deadLetters.all() },
    deployments: kernel.deployments.dump(),
    desk: kernel.desk.state,
    cells
  }
  return serialize(dump)
}

/** Puts a fresh kernel, made with the same options, into the state of the snapshot. */
export const loadKernel = (kernel: Kernel, bytes: Uint8Array): Result.Result<void, SnapshotUnreadable> => {
  let dump: KernelDump
  try {
    // Only `dumpKernel` writes snapshots, they are stored with a checksum, and the version is checked next.
    dump = deserialize(bytes) as KernelDump
  } catch (failure) {
    return Result.fail(new SnapshotUnreadable({ reason: String(failure) }))
  }
  if (dump.version !== SNAPSHOT_VERSION) {
    return Result.fail(
      new SnapshotUnreadable({ reason: `version ${dump.version}, this engine reads ${SNAPSHOT_VERSION}` })
    )
  }
  Object.assign(kernel, dump.counters)
  kernel.decided.low = dump.decided[0]
  kernel.decided.high = dump.decided[1]
  kernel.pendingUpdates = dump.pendingUpdates
  kernel.outcomes = new Map(dump.outcomes)
  for (const column of quoteColumns) kernel.quotes[column].set(dump.quotes[column]!)
  kernel.monitor.lastTick = dump.monitor.lastTick
  kernel.monitor.raised = dump.monitor.raised
  kernel.monitor.gaps = [...dump.monitor.gaps]
  kernel.history.load(dump.history)
  kernel.deadLetters.load(dump.deadLetters.total, dump.deadLetters.kept)
  kernel.deployments.load(dump.deployments)
  kernel.desk.state = dump.desk
  const records = new Map(dump.deployments.map((record) => [record.deployment.id, record.deployment]))
  for (const from of dump.cells) {
    const cell = kernel.partitionOf(from.index).cell(from.index)
    cell.instrument.load(from.instrument)
    cell.instrument.record = from.instrumentRecord
    cell.book.data = from.book
    cell.book.record = from.bookRecord
    cell.guard.data = from.guard
    cell.guard.record = from.guardRecord
    cell.digest.low = from.digest[0]
    cell.digest.high = from.digest[1]
    cell.candlesClosed = from.candlesClosed
    cell.previousVolume = from.previousVolume
    Object.assign(cell.lastTick, from.lastTick)
    for (const each of from.strategies) {
      const deployment = records.get(each.deployment)
      const strategy = deployment === undefined ? undefined : kernel.options.strategyNamed(deployment.strategy)
      if (deployment === undefined || strategy === undefined) {
        return Result.fail(
          new SnapshotUnreadable({ reason: `strategy of deployment ${each.deployment} is not installed` })
        )
      }
      if (strategy.version !== each.version) {
        const reason =
          `${strategy.name} has version ${strategy.version} now, the snapshot is of version ${each.version}`
        return Result.fail(new SnapshotUnreadable({ reason }))
      }
      const parameters = Schema.decodeUnknownResult(strategy.parameters)(deployment.parameters)
      if (Result.isFailure(parameters)) {
        return Result.fail(
          new SnapshotUnreadable({ reason: `parameters of ${each.deployment}: ${parameters.failure.message}` })
        )
      }
      const actor = kernel.deployments.attach(deployment, from.index, parameters.success)
      if (actor === undefined) continue
      actor.load(clonePlain(each.data))
      actor.record = each.record
      actor.paused = each.paused
    }
    cell.save()
  }
  return Result.succeed(undefined)
}
