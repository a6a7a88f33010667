/**
 * Frames of a market feed into rows, without a connection: what each connection decodes by, and what a recording of its
 * frames is decoded by again.
 */
import type { FeedBatch } from "../wire/FeedBatch.ts"
import type { BrokerInstrument } from "./BrokerInstruments.ts"

/** Of one connection: some brokers' frames refer to earlier ones of it. */
export interface FrameDecoder {
  /** From now on frames may speak of these too. */
  readonly learn: (instruments: ReadonlyArray<BrokerInstrument>) => void
  /** The frame's rows, good until the next call: none of a heartbeat, an answer, or a frame that cannot be read. */
  readonly decode: (frame: Uint8Array, receivedAt: number) => FeedBatch
  readonly counters: { readonly frames: number; readonly heartbeats: number; readonly malformed: number }
}
