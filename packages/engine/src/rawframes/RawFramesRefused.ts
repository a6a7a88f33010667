import * as Schema from "effect/Schema"

/** What was asked of a recording of frames cannot be done; nothing was changed. */
export class RawFramesRefused extends Schema.TaggedError<RawFramesRefused>()("RawFramesRefused", {
  folder: Schema.String,
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.folder}: ${this.reason}. ${this.remedy}`
  }
}
