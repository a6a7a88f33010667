/**
 * How asking for historical candles can fail, told apart by what the download does next. Asking changes nothing, so it may
 * always be repeated.
 */
import * as Schema from "effect/Schema"

const where = {
  source: Schema.String,
  /** What was asked: `NSE:RELIANCE 1m 2025-01-01 to 2025-02-28`. */
  asked: Schema.String
}

/** Too many requests; nothing may be asked for `retryAfter` ms, when the server said how long. */
export class HistoryRateLimited extends Schema.TaggedError<HistoryRateLimited>()("HistoryRateLimited", {
  ...where,
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {
  override get message(): string {
    const wait = this.retryAfter === undefined ? "" : `; it asked to wait ${this.retryAfter} ms`
    return `${this.source} had too many requests at ${this.asked}${wait}`
  }
}

/** No answer, a cut one, or one that says the server is not well: later it may be. */
export class HistoryUnavailable extends Schema.TaggedError<HistoryUnavailable>()("HistoryUnavailable", {
  ...where,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.source} did not answer ${this.asked}: ${this.reason}`
  }
}

/** An answer that is not candles, or candles that cannot be. */
export class HistoryMalformed extends Schema.TaggedError<HistoryMalformed>()("HistoryMalformed", {
  ...where,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.source} answered ${this.asked} with what cannot be right: ${this.reason}`
  }
}

/** The server understood and said no: an unknown symbol, a range it does not have. */
export class HistoryRefused extends Schema.TaggedError<HistoryRefused>()("HistoryRefused", {
  ...where,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.source} refused ${this.asked}: ${this.reason}`
  }
}

/** The token is missing, wrong or past its end: nothing else will be answered either. */
export class HistoryUnauthorised extends Schema.TaggedError<HistoryUnauthorised>()("HistoryUnauthorised", where) {
  override get message(): string {
    return `${this.source} refused the token at ${this.asked}. Log in again: a running engine then goes on, any other download when it is started again`
  }
}

export type HistoryError =
  | HistoryRateLimited
  | HistoryUnavailable
  | HistoryMalformed
  | HistoryRefused
  | HistoryUnauthorised
