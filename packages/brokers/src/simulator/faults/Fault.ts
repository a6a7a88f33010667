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

/** Of a request. */
export const requestFaults = [
  "reset",
  "hang",
  "truncate",
  "delay",
  "server-error",
  "server-error-html",
  "html-answer",
  "rate-limit",
  "unauthorised",
  "forbidden",
  "kick"
] as const

/** Of an order. */
export const orderFaults = [
  "ghost",
  "reject-at-once",
  "reject-later",
  "part-fills",
  "slice",
  "market-closed",
  "old-stamp",
  "strange-status",
  "unconfirmed"
] as const

/** Of what the order book says. */
export const bookFaults = ["book-without-tag"] as const

/** Of a stream. */
export const streamFaults = [
  "disconnect",
  "reset",
  "cut-frame",
  "half-open",
  "stale",
  "silent",
  "bad-opcode",
  "bad-payload",
  "no-price",
  "duplicate",
  "reorder",
  "miss",
  "burst",
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

/** It lasts. */
export const tokenFaults = ["early-end"] as const

/** They last: while such a rule is there, the broker's clock is off. */
export const clockFaults = ["clock-skew"] as const

/** Of one instrument, by its symbol; they come into force with the next day's master. */
export const masterFaults = ["renumber", "lot-change", "freeze-change"] as const

export const FaultKind = Schema.Literals([
  ...new Set([
    ...requestFaults,
    ...orderFaults,
    ...bookFaults,
    ...streamFaults,
    ...loginFaults,
    ...tokenFaults,
    ...clockFaults,
    ...masterFaults
  ])
])
export type FaultKind = typeof FaultKind.Type

/** What each of them does, for people. */
export const faultWords: Readonly<Record<FaultKind, string>> = {
  reset:
    "the connection of a request or a stream is reset; of a request that is `applied`, its acknowledgement is lost",
  hang: "a request gets no answer ever",
  truncate: "an answer is cut in its middle",
  delay: "an answer waits for `delay` ms; what the request caused is on the order stream first",
  "server-error": "HTTP `status` (500) with the broker's own error body",
  "server-error-html": "HTTP `status` (503) with a page",
  "html-answer": "HTTP 200 with a page instead of an answer",
  "rate-limit": "too many calls, in the broker's own words",
  unauthorised: "one request's token is refused",
  forbidden: "the IP is not registered, or a permission is missing",
  kick: "at a request the customer's tokens end, and the sockets are closed: somebody logged in elsewhere",
  ghost: "an order is acknowledged with an id, and never heard of again",
  "reject-at-once": "an order is refused by the risk system in the answer",
  "reject-later": "an order is acknowledged, then rejected by the risk system",
  "part-fills": "an order is filled in `parts`, the price moving a little",
  slice: "one request becomes several orders",
  "market-closed": "orders, changes and cancellations are refused as outside the session",
  "old-stamp": "a change of an order or a GTT order keeps the time of the change before it",
  "strange-status": "a frame of the order stream says a status that nobody knows; the books stay right",
  unconfirmed: "Fyers takes an order without the exchange's word (code 201); it never appears unless it is `applied`",
  "book-without-tag": "the order book lists orders without the tag that they were placed with; the stream has it",
  disconnect: "a stream is closed in good order",
  "cut-frame": "a stream ends in the middle of a frame",
  "half-open": "a stream is closed without a word to the client",
  stale: "pings go on, data does not",
  silent: "nothing goes on, not even answers to pings",
  "bad-opcode": "a frame of a kind that WebSockets do not have",
  "bad-payload": "a frame whose content cannot be read",
  "no-price": "a tick's price is 0: a field that is left out, or one that has no value yet",
  duplicate: "a frame comes twice",
  reorder: "a frame waits until the next one has gone",
  miss: "a frame is left out; the books stay right",
  burst: "a frame comes `parts` (1000) times over, as fast as the socket takes it",
  "refuse-upgrade": "a stream is answered with HTTP `status` (503)",
  "wrong-code": "a login's code is refused although it is right",
  "late-code": "a login's code comes `delay` ms (two minutes) after it was made",
  "used-grant": "a grant was used before",
  "redirect-mismatch": "the redirect URL is not the registered one; Kite sends the browser elsewhere",
  "changed-page": "the login page has other fields than before",
  captcha: "the login page asks for a captcha",
  "early-end": "while it lasts tokens end `delay` ms (an hour) after their login, and say so where they say anything",
  "clock-skew": "while it lasts the broker's clock is `delay` ms ahead, or behind when negative: ticks, tokens, codes",
  renumber: "from the next day's master on the instrument has the exchange token `to`",
  "lot-change": "from the next day's master on its lot is `to`",
  "freeze-change": "from the next day's master on its freeze quantity is `to`"
}

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
  /** How often it lets pass what it applies to before it begins. */
  after: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  /** Of happening each time that it could, 0 to 1; 1 without it. */
  probability: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** Whether the request takes effect although its answer goes wrong. */
  applied: Schema.optionalKey(Schema.Boolean),
  /** HTTP status of `server-error` and `refuse-upgrade`. */
  status: Schema.optionalKey(Schema.Int),
  /** ms. */
  delay: Schema.optionalKey(Schema.Finite),
  parts: Schema.optionalKey(Schema.Int),
  /** New number of the instrument, of faults of the master. */
  to: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
})
export type FaultRule = typeof FaultRule.Type
