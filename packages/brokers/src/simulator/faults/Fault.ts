/** The ways in which a simulated broker misbehaves, each on purpose, a number of times, by chance or always. */
import * as Schema from "effect/Schema"
import { Broker } from "../../port/Broker.ts"

/** What a request asks for, whatever the broker calls it. */
export const Operation = Schema.Literals([
  "login",
  "profile",
  "funds",
  "positions",
  "holdings",
  "place",
  "modify",
  "cancel",
  "book",
  "trades",
  "quotes",
  "chain",
  "candles",
  "instruments",
  "margin",
  "gtt",
  "other",
  "market-feed",
  "order-feed"
])
export type Operation = typeof Operation.Type

/** Of a request. `applied` in the rule says whether the request took effect before it went wrong. */
export const requestFaults = [
  /** The connection is reset; with `applied` that is a lost acknowledgement. */
  "reset",
  /** No answer ever. */
  "hang",
  /** The answer is cut in its middle. */
  "truncate",
  /** The answer waits for `delay` ms; what it caused is on the order stream first. */
  "delay",
  /** HTTP `status` with the broker's own error body, or HTML. */
  "server-error",
  "server-error-html",
  /** HTTP 200 with a page instead of an answer. */
  "html-answer",
  "rate-limit",
  "unauthorised",
  /** IP not registered, permission missing. */
  "forbidden"
] as const

/** Of an order. */
export const orderFaults = [
  /** Acknowledged with an id, and never heard of again. */
  "ghost",
  "reject-at-once",
  /** Acknowledged, then rejected by the risk system. */
  "reject-later",
  /** Filled in `parts`, the price moving a little. */
  "part-fills",
  /** One request becomes several orders. */
  "slice"
] as const

/** Of a stream. */
export const streamFaults = [
  "disconnect",
  "reset",
  "cut-frame",
  /** The socket closes without saying so. */
  "half-open",
  /** Pings go on, data does not. */
  "stale",
  /** Nothing goes on. */
  "silent",
  "bad-opcode",
  "bad-payload",
  "duplicate",
  /** A frame waits until the next one has gone. */
  "reorder",
  "miss",
  "refuse-upgrade"
] as const

export const loginFaults = [
  "wrong-code",
  "late-code",
  "used-grant",
  "redirect-mismatch",
  "changed-page",
  "captcha"
] as const

export const FaultKind = Schema.Literals([
  ...new Set([...requestFaults, ...orderFaults, ...streamFaults, ...loginFaults])
])
export type FaultKind = typeof FaultKind.Type

export const FaultRule = Schema.Struct({
  fault: FaultKind,
  broker: Schema.optionalKey(Broker),
  /** The broker's user id. */
  account: Schema.optionalKey(Schema.String),
  operation: Schema.optionalKey(Operation),
  /** Our symbol. */
  symbol: Schema.optionalKey(Schema.String),
  /** How often; without it until it is removed. */
  count: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** Of happening each time that it could, 0 to 1; 1 without it. */
  probability: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** Whether the request takes effect although its answer goes wrong. */
  applied: Schema.optionalKey(Schema.Boolean),
  /** HTTP status of `server-error` and `refuse-upgrade`. */
  status: Schema.optionalKey(Schema.Int),
  /** ms. */
  delay: Schema.optionalKey(Schema.Finite),
  parts: Schema.optionalKey(Schema.Int)
})
export type FaultRule = typeof FaultRule.Type
