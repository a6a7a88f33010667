/**
 * Makes a log fit for appending: looks at the segments that the manifest does not list as closed, cuts the last of them at
 * the first bytes that are not good, and closes it. What is cut is kept beside the segment.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { DurableFiles, StorageError } from "../storage/DurableFile.ts"
import { type Manifest, type SegmentEntry, segmentFiles } from "./Manifest.ts"
import { endOfStream } from "./SegmentFormat.ts"
import { type SegmentSurvey, surveySegment } from "./SegmentSurvey.ts"
import { TickLogCorrupt, TickLogRefused } from "./TickLogError.ts"

/** What was wrong with the log's end, and what was done about it. */
export interface Cut {
  readonly file: string
  /** The segment is this long now (without its end mark). */
  readonly offset: number
  /** So many bytes were cut. */
  readonly bytes: number
  readonly what: string
  /** Where they are kept; `undefined` when they were all zero. */
  readonly keptAs: string | undefined
}

export interface Recovered {
  readonly segments: ReadonlyArray<SegmentEntry>
  readonly cut: Cut | undefined
}

/** Runs code that throws this package's errors. Anything else it throws is a defect. */
export const reading = <A>(
  run: () => A
): Effect.Effect<A, TickLogRefused | TickLogCorrupt | StorageError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (cause) {
      if (cause instanceof TickLogRefused || cause instanceof TickLogCorrupt || cause instanceof StorageError) {
        return Effect.fail(cause)
      }
      return Effect.die(cause)
    }
  })

/** Fails with {@link TickLogCorrupt} when the damage is not at the very end: cutting there would lose good data. */
export const recover = Effect.fn("TickLog.recover")(function*(folder: string, manifest: Manifest) {
  const files = yield* DurableFiles
  const known = new Set(manifest.segments.map((segment) => segment.file))
  const names = (yield* reading(() => segmentFiles(folder, files.reading))).filter((name) => !known.has(name))
  const segments: Array<SegmentEntry> = []
  let cut: Cut | undefined
  for (const name of names) {
    const survey = yield* reading(() => surveyFile(path.join(folder, name), name))
    const last = name === names.at(-1)
    if (!last && survey.stop._tag !== "End" && survey.size > survey.goodBytes) return yield* damaged(folder, survey)
    if (survey.entry.batches === 0 && last) {
      cut = yield* cutAt(folder, survey)
      yield* files.remove(path.join(folder, name))
      break
    }
    if (survey.stop._tag === "End") segments.push({ ...survey.entry, bytes: survey.size })
    else {
      cut = yield* cutAt(folder, survey)
      const bytes = yield* close(path.join(folder, name), survey.goodBytes)
      segments.push({ ...survey.entry, bytes })
    }
  }
  const recovered: Recovered = { segments: [...manifest.segments, ...segments], cut }
  return recovered

  function surveyFile(file: string, name: string): SegmentSurvey & { readonly size: number } {
    const open = files.reading.open(file)
    try {
      return { ...surveySegment(name, open), size: open.size() }
    } finally {
      open.close()
    }
  }
})

const describe = ({ stop }: SegmentSurvey): string =>
  stop._tag === "Bad" ? stop.what : "a batch was not written in full"

const damaged = (folder: string, survey: SegmentSurvey) =>
  new TickLogCorrupt({
    file: path.join(folder, survey.entry.file),
    offset: survey.goodBytes,
    batch: survey.entry.batches,
    what: `${describe(survey)}, and there are later segments`
  })

const cutAt = Effect.fnUntraced(function*(folder: string, survey: SegmentSurvey & { readonly size: number }) {
  const bytes = survey.size - survey.goodBytes
  if (bytes === 0) return undefined
  const files = yield* DurableFiles
  const file = path.join(folder, survey.entry.file)
  const tail = yield* files.read(file, survey.goodBytes)
  const keptAs = tail.some((byte) => byte !== 0) ? `${file}.cut-${survey.goodBytes}` : undefined
  if (keptAs !== undefined) yield* files.replace(keptAs, tail)
  const cut: Cut = { file, offset: survey.goodBytes, bytes, what: describe(survey), keptAs }
  return cut
})

/** Cuts the file there, ends it properly, and answers its size. */
const close = (file: string, goodBytes: number) =>
  Effect.scoped(Effect.gen(function*() {
    const files = yield* DurableFiles
    const opened = yield* files.open(file)
    if ((yield* opened.size) !== goodBytes) yield* opened.truncate(goodBytes)
    yield* opened.append([endOfStream])
    yield* opened.sync
    return yield* opened.size
  }))
