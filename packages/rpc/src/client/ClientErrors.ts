import * as Schema from "effect/Schema"

/** No server answered in time. */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  url: Schema.String,
  message: Schema.String
}) {}

/** Client and server speak different versions of the contract. */
export class ContractMismatch extends Schema.TaggedError<ContractMismatch>()("ContractMismatch", {
  client: Schema.Int,
  server: Schema.Int,
  engineVersion: Schema.String,
  /** Says which of the two to upgrade. */
  message: Schema.String
}) {}

/** The replay was rewound: event numbers start again, and what the client holds belongs to another timeline. */
export class TimelineChanged extends Schema.TaggedError<TimelineChanged>()("TimelineChanged", {
  from: Schema.String,
  to: Schema.String,
  message: Schema.String
}) {}

/** A symbol that this session does not know. */
export class UnknownSymbol extends Schema.TaggedError<UnknownSymbol>()("UnknownSymbol", {
  symbol: Schema.String,
  message: Schema.String
}) {}
