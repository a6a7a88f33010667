/**
 * Keeps what brokers' market feeds send, undecoded: segments under a folder, one folder an account and in it one an Indian
 * day. An actor of its own writes them, so that neither a slow nor a full disk holds a feed up; nothing depends on it.
 *
 * What is in a recording: binary frames of market feeds as they came with the time of their receipt, where connections
 * began, and which instruments were subscribed. What is not: texts, orders, requests of ours, addresses, tokens and secrets.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import * as path from "node:path"
import { Supervisor } from "../actors/Supervisor.ts"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import { FrameBuffer, type Subscriptions } from "./FrameBuffer.ts"
import { FrameSegments } from "./FrameSegments.ts"

/** Bytes of an account that may wait for the disk. */
const MOST_WAITING = 4 * 1024 * 1024
/** The longest that a frame waits to be written, ms. */
const WRITE_MS = 250
/** The longest that written frames wait to be safe from a power cut, ms. */
const SYNC_MS = 2_000

/** Of an account, what the recorder needs. */
export interface RecordedAccount extends Subscriptions {
  readonly record: { readonly id: string; readonly broker: Broker }
  readonly onFrame: (
    listener: (frame: Uint8Array, receivedAt: number, connection: number) => void
  ) => () => void
}

export interface FrameRecorder {
  /** Keeps the frames of the account from now on; answers how to stop. Begin before its feed is asked for anything. */
  readonly attach: (account: RecordedAccount) => () => void
  /** Frames that were kept and left out, by account. */
  readonly counts: () => ReadonlyMap<string, { readonly frames: number; readonly shed: number }>
}

export interface FrameRecorderOptions {
  /** `sessions/<name>/raw` */
  readonly folder: string
  /** Bytes of an account that may wait. */
  readonly mostWaiting?: number
  /** Bytes of a segment, about. */
  readonly segmentBytes?: number
}

const kept = Metric.counter("keepgaining_raw_frames_total", {
  description: "Undecoded frames of brokers' feeds that were written"
})
const left = Metric.counter("keepgaining_raw_frames_shed_total", {
  description: "Undecoded frames that were left out because the disk was behind or refused"
})

interface Kept {
  readonly buffer: FrameBuffer
  readonly broker: Broker
  /** Of `shed`, what the counter has. */
  told: number
}

export const make = (
  options: FrameRecorderOptions
): Effect.Effect<FrameRecorder, never, DurableFiles | Supervisor | Scope.Scope> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const supervisor = yield* Supervisor
    const accounts = new Map<string, Kept>()
    const urgent = Latch.makeUnsafe(false)

    const ofAccount = ({ broker, id }: RecordedAccount["record"]): Kept => {
      const known = accounts.get(id)
      if (known?.broker === broker) return known
      const buffer = new FrameBuffer(options.mostWaiting ?? MOST_WAITING, () => urgent.openUnsafe())
      const fresh: Kept = { buffer, broker, told: 0 }
      accounts.set(id, fresh)
      supervisor.watch(`raw frames of ${id}`, () => ({
        name: `raw frames of ${id}`,
        overflow: "fail",
        depth: buffer.length,
        capacity: buffer.capacity,
        shed: buffer.shed
      }))
      return fresh
    }

    const write = (segments: FrameSegments, account: string, of: Kept): Effect.Effect<void, StorageError> =>
      Effect.gen(function*() {
        const { buffer } = of
        const chunks = buffer.take()
        for (const [i, chunk] of chunks.entries()) {
          yield* segments.append(chunk, buffer.instruments).pipe(
            // Nothing is known about a file after it refused.
            Effect.tapError(() =>
              Effect.andThen(
                Effect.sync(() => chunks.slice(i).forEach((lost) => buffer.lose(lost))),
                Effect.ignore(segments.close)
              )
            )
          )
          yield* Metric.update(Metric.withAttributes(kept, { account }), chunk.frames)
        }
        const shed = buffer.shed - of.told
        if (shed <= 0) return
        of.told = buffer.shed
        yield* Metric.update(Metric.withAttributes(left, { account }), shed)
        yield* Effect.logWarning(`${shed} frames of ${account} were not recorded: the disk is behind`)
      })

    const run = Effect.gen(function*() {
      const open = new Map<Kept, FrameSegments>()
      const writeAll = Effect.forEach(accounts, ([id, of]) => {
        const segments = open.get(of) ??
          new FrameSegments(
            files,
            path.join(options.folder, id),
            { broker: of.broker, account: id },
            options.segmentBytes
          )
        open.set(of, segments)
        return write(segments, id, of)
      }, { discard: true })
      const syncAll = Effect.forEach(open.values(), (segments) => segments.sync, { discard: true })
      const closeAll = Effect.forEach(open.values(), (segments) => Effect.ignore(segments.close), { discard: true })
      let syncedAt = yield* Clock.currentTimeMillis
      const step = Effect.gen(function*() {
        yield* Effect.raceFirst(Effect.sleep(WRITE_MS), urgent.await)
        urgent.closeUnsafe()
        yield* writeAll
        const now = yield* Clock.currentTimeMillis
        if (now - syncedAt < SYNC_MS) return
        syncedAt = now
        yield* syncAll
      })
      return yield* Effect.forever(step).pipe(
        Effect.onInterrupt(() => Effect.ignore(writeAll, { log: "Warn" })),
        Effect.ensuring(closeAll)
      )
    })

    yield* supervisor.start("engine/raw frames", "auxiliary", run)
    yield* Effect.addFinalizer(() => supervisor.stop("engine/raw frames"))
    return {
      attach: (account) => {
        const { buffer } = ofAccount(account.record)
        return account.onFrame((frame, receivedAt, connection) => buffer.add(frame, receivedAt, connection, account))
      },
      counts: () =>
        new Map(Array.from(accounts, ([id, { buffer }]) => [id, { frames: buffer.frames, shed: buffer.shed }]))
    }
  })
