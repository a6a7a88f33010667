import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import {
  encodeShed,
  type FrameRecord,
  readRecords,
  RecordKind,
  recordOf,
  segmentHead
} from "../../src/rawframes/FrameFormat.ts"

const Payload = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(
  Schema.isMaxLength(300)
)
const Frames = Schema.Array(Payload).check(Schema.isMaxLength(12))
const Place = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))

const T0 = Date.parse("2026-11-26T09:15:00+05:30")

const segmentOf = (frames: ReadonlyArray<ReadonlyArray<number>>) => {
  const records = frames.map((frame, i) => recordOf(RecordKind.frame, T0 + i, Uint8Array.from(frame)))
  return Buffer.concat([segmentHead, ...records])
}

const framesIn = (records: Iterable<FrameRecord>): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from(records).flatMap((record) => record._tag === "Frame" ? [[...record.frame]] : [])

describe("a segment of frames", () => {
  it.prop("is read as it was written", [Frames], ([frames]) => {
    const records = [...readRecords(segmentOf(frames))]
    assert.deepStrictEqual(framesIn(records), frames)
    assert.deepStrictEqual(
      records.map((record) => record._tag === "Damage" ? -1 : record.time),
      frames.map((_, i) => T0 + i)
    )
  })
  it.prop(
    "cut anywhere gives whole frames from the start, and says what is left over",
    [Frames, Place],
    ([frames, place]) => {
      const whole = segmentOf(frames)
      const cut = whole.subarray(0, place % (whole.length + 1))
      const records = [...readRecords(cut)]
      const read = framesIn(records)
      assert.deepStrictEqual(read, frames.slice(0, read.length))
      const good = segmentOf(frames.slice(0, read.length)).length
      const last = records.at(-1)
      if (cut.length > good) assert.deepStrictEqual(last, { _tag: "Damage", offset: good, bytes: cut.length - good })
      else assert.notStrictEqual(last?._tag, cut.length < segmentHead.length ? "Frame" : "Damage")
    }
  )
  it.prop(
    "with one wrong byte loses one frame at most, and never gives a wrong one",
    [Frames, Place],
    ([frames, place]) => {
      const bytes = Buffer.from(segmentOf(frames))
      const at = place % bytes.length
      // The place is within the bytes.
      bytes[at] = bytes[at]! ^ 0x5a
      const read = framesIn(readRecords(bytes))
      assert.isAtLeast(read.length, frames.length - 1)
      let from = 0
      for (const frame of read) {
        const found = frames.findIndex((each, i) => i >= from && JSON.stringify(each) === JSON.stringify(frame))
        assert.isAtLeast(found, 0, "a frame that was never written")
        from = found + 1
      }
    }
  )
  it("says how many frames were left out", () => {
    const [record] = readRecords(
      Buffer.concat([segmentHead, recordOf(RecordKind.shed, T0, encodeShed(7))])
    )
    assert.deepStrictEqual(record, { _tag: "Shed", time: T0, count: 7 })
  })
})
