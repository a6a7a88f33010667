import type { FrameDecoder } from "../port/FrameDecoder.ts"
import { FeedBatch } from "../wire/FeedBatch.ts"
import { KeyTable } from "../wire/KeyTable.ts"
import { AngelDecoder } from "./AngelDecoder.ts"
import { feedKeyOf } from "./angelInstrument.ts"

const LEVELS = 20

/** Binary frames of one connection to Angel's SmartStream; its heartbeats are text. */
export const angelFrames = (): FrameDecoder => {
  const keys = new KeyTable()
  const decoder = new AngelDecoder(keys)
  const batch = new FeedBatch(16, LEVELS)
  const { counters } = decoder
  return {
    learn: (instruments) => {
      for (const of of instruments) keys.add(feedKeyOf(of), of.index)
    },
    decode: (frame, receivedAt) => {
      batch.clear()
      decoder.decode(frame, receivedAt, batch)
      return batch
    },
    counters: {
      get frames() {
        return counters.frames
      },
      heartbeats: 0,
      get malformed() {
        return counters.droppedFrames + counters.badPackets
      }
    }
  }
}
