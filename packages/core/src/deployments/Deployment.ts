import * as Schema from "effect/Schema"

/** A strategy with parameters, put to work on instruments. */
export const Deployment = Schema.Struct({
  id: Schema.NonEmptyString,
  strategy: Schema.NonEmptyString,
  /** As accepted by the strategy's parameter schema, encoded. */
  parameters: Schema.Record(Schema.String, Schema.Unknown),
  /** Symbols; the desk refuses indices. */
  instruments: Schema.Array(Schema.String),
  /** Lots per entry. */
  lots: Schema.Int.check(Schema.isGreaterThan(0)),
  /** `signal` only reports, `paper` trades on the paper exchange, `live` through an armed account with real money. */
  mode: Schema.Literals(["signal", "paper", "live"])
})
export type Deployment = typeof Deployment.Type

export const DeploymentState = Schema.Literals(["running", "paused", "stopped", "crashed"])
export type DeploymentState = typeof DeploymentState.Type
