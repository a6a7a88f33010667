import type { FrameDecoder } from "../port/FrameDecoder.ts"
import { FeedBatch } from "../wire/FeedBatch.ts"
import { KeyTable } from "../wire/KeyTable.ts"
import { UpstoxDecoder } from "./UpstoxDecoder.ts"

/** Frames of one connection to Upstox's market data feed. */
export const upstoxFrames = (): FrameDecoder => {
  const keys = new KeyTable()
  const decoder = new UpstoxDecoder(keys)
  const batch = new FeedBatch(256)
  const { counters } = decoder
  return {
    learn: (instruments) => {
      for (const { index, token } of instruments) keys.add(token, index)
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
      // Its heartbeats are pings of the socket, which nobody counts.
      heartbeats: 0,
      get malformed() {
        return counters.droppedFrames + counters.badPackets
      }
    }
  }
}
