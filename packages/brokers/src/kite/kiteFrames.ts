import type { FrameDecoder } from "../port/FrameDecoder.ts"
import { FeedBatch } from "../wire/FeedBatch.ts"
import { KiteDecoder } from "./KiteDecoder.ts"
import { KiteTokens } from "./KiteTokens.ts"

/** Frames of one connection to the Kite ticker. */
export const kiteFrames = (): FrameDecoder => {
  const tokens = new KiteTokens()
  const decoder = new KiteDecoder(tokens)
  const batch = new FeedBatch(256)
  const { counters } = decoder
  return {
    learn: (instruments) => {
      for (const { index, token } of instruments) tokens.add(Number(token), index)
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
      get heartbeats() {
        return counters.heartbeats
      },
      get malformed() {
        return counters.droppedFrames + counters.badPackets
      }
    }
  }
}
