/**
 * What the engine asks of a source of market data, be it simulated, recorded or a broker's stream.
 */
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

/** The source cannot go on by itself. */
export class FeedFailed extends Schema.TaggedError<FeedFailed>()("FeedFailed", {
  feed: Schema.String,
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.feed}: ${this.reason}. ${this.remedy}`
  }
}

export interface Feed {
  /** For logs and screens: `simulated`, `kite`. */
  readonly name: string
  /** In index order: the number in a batch's `instrument` column is the position here. */
  readonly instruments: ReadonlyArray<Instrument>
  /** Close of the session before the first batch, paise, by instrument index; empty when unknown, 0 where unknown. */
  readonly previousClose: ReadonlyArray<number>
  /**
   * Frames in the order of their watermark ({@link TickBatch.now}), which never goes back; a frame without rows says
   * only that time passed. Each frame belongs to whoever takes it. Pulled: a slow consumer slows the source.
   */
  readonly batches: Stream.Stream<TickBatch, FeedFailed>
}
