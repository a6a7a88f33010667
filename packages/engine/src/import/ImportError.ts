import * as Schema from "effect/Schema"

/** What was asked cannot be done with these files and this folder; the log is as it was. */
export class ImportRefused extends Schema.TaggedError<ImportRefused>()("ImportRefused", {
  file: Schema.String,
  /** Line of the file, from 1; 0 when it is about the file as a whole. */
  line: Schema.Int,
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.file}${this.line > 0 ? `:${this.line}` : ""}: ${this.reason}. ${this.remedy}`
  }
}

/** A file could not be read to its end; the log is as it was. */
export class SourceUnreadable extends Schema.TaggedError<SourceUnreadable>()("SourceUnreadable", {
  file: Schema.String,
  /** Bytes of the file read before that. */
  offset: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file}: reading stopped after ${this.offset} bytes: ${this.reason}. Check the file; nothing was imported`
  }
}
