import * as Schema from "effect/Schema"

/** Candles that the archive does not take; nothing of them was stored. */
export class CandlesRefused extends Schema.TaggedError<CandlesRefused>()("CandlesRefused", {
  symbol: Schema.String,
  /** Row from 0. */
  row: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `Candles of ${this.symbol}, row ${this.row}: ${this.reason}. Nothing of them was stored`
  }
}

/** A block's bytes are not what was written. */
export class ArchiveDamaged extends Schema.TaggedError<ArchiveDamaged>()("ArchiveDamaged", {
  /** Which block: an instrument's month, or a part of a day. */
  block: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `The archive is damaged: ${this.block} does not have its checksum. ${this.remedy}`
  }
}
