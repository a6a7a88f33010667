import * as Schema from "effect/Schema"

/** No or an expired login, or a token without the scope that the call needs. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {
  needed: Schema.Literals(["view", "trade", "admin"]),
  message: Schema.String
}) {}

/** The engine understood the request and refused it: `reason` says what was wrong, `remedy` what to do. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  reason: Schema.String,
  remedy: Schema.String
}) {}

/** What was asked for does not exist in this session. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  what: Schema.String,
  key: Schema.String
}) {}
