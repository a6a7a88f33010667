import * as Schema from "effect/Schema"

/** The folder holds no tick log, or one that this version must not touch. Nothing was changed. */
export class TickLogRefused extends Schema.TaggedError<TickLogRefused>()("TickLogRefused", {
  folder: Schema.String,
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.folder}: ${this.reason}. ${this.remedy}`
  }
}

/** Bytes of the log are not what was written. Everything before `batch` is good. */
export class TickLogCorrupt extends Schema.TaggedError<TickLogCorrupt>()("TickLogCorrupt", {
  /** Segment file. */
  file: Schema.String,
  /** Byte of the file at which the bad message starts. */
  offset: Schema.Int,
  /** Number of the batch within the segment, from 0. */
  batch: Schema.Int,
  what: Schema.String
}) {
  override get message(): string {
    return `${this.file}: batch ${this.batch} at byte ${this.offset}: ${this.what}. ` +
      "Run `keepgaining ticks inspect` on the log to see how much of it is good; restore the file from a copy"
  }
}

/** What was to be appended does not fit the log. Nothing was written. */
export class BatchRefused extends Schema.TaggedError<BatchRefused>()("BatchRefused", {
  reason: Schema.String
}) {
  override get message(): string {
    return `Batch refused by the tick log: ${this.reason}`
  }
}
