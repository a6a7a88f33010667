import * as Schema from "effect/Schema"

/**
 * A frame that does not follow its broker's layout. All of it was dropped: where one packet is wrong, the places of
 * those after it cannot be trusted. Packets that are wrong in themselves are only counted.
 */
export class MalformedFrame extends Schema.TaggedError<MalformedFrame>()("MalformedFrame", {
  /** Which protocol: `Kite ticker`. */
  protocol: Schema.String,
  /** Length of the frame in bytes (characters for text). */
  length: Schema.Int,
  /** Where reading failed, in bytes from the start. */
  offset: Schema.Int,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.protocol} frame of ${this.length} dropped: at ${this.offset} ${this.problem}. ` +
      "Record raw frames and compare with the broker's documentation if it repeats"
  }
}
