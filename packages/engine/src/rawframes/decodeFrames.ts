/**
 * Decodes a recording of frames again, by the decoder that its broker's feed uses, into a tick log: so that a day that was
 * recorded can become a replay, or a test.
 */
import { adapters } from "@keepgaining/brokers/adapters.ts"
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { FrameDecoder } from "@keepgaining/brokers/port/FrameDecoder.ts"
import type { HoursRules } from "@keepgaining/core/candles/TradingHours.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as Effect from "effect/Effect"
import { TickCollector } from "../feeds/broker/TickCollector.ts"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import type { BatchRefused, TickLogCorrupt, TickLogRefused } from "../ticklog/TickLogError.ts"
import * as TickLogWriter from "../ticklog/TickLogWriter.ts"
import { findSegments } from "./findSegments.ts"
import { type About, type FrameRecord, readRecords, type Subscribed } from "./FrameFormat.ts"
import { RawFramesRefused } from "./RawFramesRefused.ts"
import { noFrames } from "./surveyFrames.ts"

/** Rows travel together for so long, as they do in a session, ms. */
const BATCH_MS = 20

/** Whose frames they are stands at the beginning of a segment. */
const ABOUT_WITHIN = 4_096

export interface DecodedFrames extends About {
  readonly log: string
  readonly frames: number
  readonly rows: number
  readonly instruments: number
  /** What the decoder could not read. */
  readonly malformed: number
  /** Frames that were not recorded, and bytes of the recording that are damaged: behind them, values may be missing. */
  readonly shed: number
  readonly damagedBytes: number
}

export interface DecodeFrames {
  /** Of one account: any number of its days. */
  readonly folder: string
  /** The tick log, which must not be there yet. */
  readonly log: string
  /** Trading hours that the log keeps. */
  readonly hours?: HoursRules
}

export const decodeFrames = ({ folder, hours, log }: DecodeFrames): Effect.Effect<
  DecodedFrames,
  StorageError | RawFramesRefused | TickLogRefused | TickLogCorrupt | BatchRefused,
  DurableFiles
> =>
  Effect.scoped(Effect.gen(function*() {
    const files = yield* DurableFiles
    const found = yield* findSegments(folder)
    if (found.length === 0) return yield* noFrames(folder)
    const about = yield* whose(folder, found)
    const fresh = adapters[about.broker].frames
    const table = new InstrumentTable()
    const writer = yield* TickLogWriter.open({
      folder: log,
      mode: "create",
      origin: "recording",
      instruments: table,
      ...(hours === undefined ? {} : { hours })
    })
    const collector = new TickCollector()
    let decoder: FrameDecoder = yield* fresh
    let known: ReadonlyArray<BrokerInstrument> = []
    let totals = { frames: 0, rows: 0, malformed: 0, shed: 0, damagedBytes: 0 }
    let begun = 0
    let last = 0
    const flush = (now: number) =>
      collector.length === 0 ? Effect.void : Effect.asVoid(writer.append(collector.take(now)))
    const anew = Effect.gen(function*() {
      totals.malformed += decoder.counters.malformed
      decoder = yield* fresh
      decoder.learn(known)
    })

    const take = (record: FrameRecord): Effect.Effect<void, StorageError | BatchRefused> => {
      switch (record._tag) {
        case "About":
          return Effect.void
        case "Instruments":
          known = learnt(table, record.subscribed)
          decoder.learn(known)
          return Effect.void
        case "Connection":
          return anew
        case "Shed":
          totals.shed += record.count
          return Effect.void
        case "Damage":
          totals.damagedBytes += record.bytes
          return Effect.void
        case "Frame": {
          const due = record.time - begun >= BATCH_MS ? flush(record.time) : Effect.void
          return Effect.map(due, () => {
            if (collector.length === 0) begun = record.time
            last = record.time
            totals.frames++
            const { length, ticks } = decoder.decode(record.frame, record.time)
            for (let row = 0; row < length; row++) collector.add(ticks, row)
            totals.rows += length
          })
        }
      }
    }

    for (const { files: segments } of found) {
      for (const segment of segments) {
        for (const record of readRecords(yield* files.read(segment))) yield* take(record)
      }
    }
    yield* flush(last)
    totals = { ...totals, malformed: totals.malformed + decoder.counters.malformed }
    return { ...about, log, instruments: table.size, ...totals }
  }))

/** The one account whose frames they are. */
const whose = (
  folder: string,
  found: ReadonlyArray<{ readonly files: ReadonlyArray<string> }>
): Effect.Effect<About, StorageError | RawFramesRefused, DurableFiles> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const all = new Map<string, About>()
    for (const { files: segments } of found) {
      for (const segment of segments) {
        for (const record of readRecords(yield* files.read(segment, 0, ABOUT_WITHIN))) {
          if (record._tag !== "About") continue
          all.set(record.about.account, record.about)
          break
        }
      }
    }
    const [only] = all.values()
    if (only !== undefined && all.size === 1) return only
    return yield* new RawFramesRefused({
      folder,
      reason: only === undefined
        ? "no segment says whose frames it holds"
        : `there are frames of several accounts in it: ${[...all.keys()].join(", ")}`,
      remedy: only === undefined ? "Restore it from a copy" : "Give the folder of one of them"
    })
  })

/** As the log numbers them. */
const learnt = (table: InstrumentTable, subscribed: ReadonlyArray<Subscribed>): ReadonlyArray<BrokerInstrument> =>
  subscribed.map(({ instrument, token, tradingSymbol }) => ({
    index: table.add(instrument),
    instrument,
    token,
    tradingSymbol
  }))
