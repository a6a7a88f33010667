/** What is in recordings of frames, a row an account and day. Changes nothing. */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import * as Effect from "effect/Effect"
import { DurableFiles, type StorageError } from "../storage/DurableFile.ts"
import { findSegments } from "./findSegments.ts"
import { type FrameRecord, readRecords } from "./FrameFormat.ts"
import { RawFramesRefused } from "./RawFramesRefused.ts"

export interface FrameSurvey {
  readonly folder: string
  /** `null` when its first record is damaged. */
  readonly broker: Broker | null
  readonly account: string | null
  readonly segments: number
  readonly bytes: number
  readonly frames: number
  /** Bytes of the frames alone. */
  readonly frameBytes: number
  readonly connections: number
  readonly instruments: number
  /** Frames that were left out for want of room. */
  readonly shed: number
  /** Of the first and the last frame, epoch ms; `null` without any. */
  readonly from: number | null
  readonly to: number | null
  readonly damages: ReadonlyArray<{ readonly file: string; readonly offset: number; readonly bytes: number }>
}

const none = {
  broker: null,
  account: null,
  segments: 0,
  bytes: 0,
  frames: 0,
  frameBytes: 0,
  connections: 0,
  instruments: 0,
  shed: 0,
  from: null,
  to: null,
  damages: []
}

const withRecord = (survey: FrameSurvey, record: FrameRecord, file: string): FrameSurvey => {
  switch (record._tag) {
    case "About":
      return { ...survey, broker: record.about.broker, account: record.about.account }
    case "Instruments":
      return { ...survey, instruments: Math.max(survey.instruments, record.subscribed.length) }
    case "Connection":
      return { ...survey, connections: survey.connections + 1 }
    case "Frame":
      return {
        ...survey,
        frames: survey.frames + 1,
        frameBytes: survey.frameBytes + record.frame.byteLength,
        from: survey.from ?? record.time,
        to: record.time
      }
    case "Shed":
      return { ...survey, shed: survey.shed + record.count }
    case "Damage":
      return { ...survey, damages: [...survey.damages, { file, offset: record.offset, bytes: record.bytes }] }
  }
}

export const noFrames = (folder: string): RawFramesRefused =>
  new RawFramesRefused({
    folder,
    reason: "there are no recorded frames in it",
    remedy: "Give the folder `raw` of a session, one of an account in it, or one of a day. They are recorded by " +
      "keepgaining serve --record-raw"
  })

export const surveyFrames = (
  folder: string
): Effect.Effect<ReadonlyArray<FrameSurvey>, StorageError | RawFramesRefused, DurableFiles> =>
  Effect.gen(function*() {
    const files = yield* DurableFiles
    const found = yield* findSegments(folder)
    if (found.length === 0) return yield* noFrames(folder)
    return yield* Effect.forEach(found, (day) =>
      Effect.gen(function*() {
        let survey: FrameSurvey = { ...none, folder: day.folder }
        for (const file of day.files) {
          const bytes = yield* files.read(file)
          survey = { ...survey, segments: survey.segments + 1, bytes: survey.bytes + bytes.byteLength }
          for (const record of readRecords(bytes)) survey = withRecord(survey, record, file)
        }
        return survey
      }))
  })
