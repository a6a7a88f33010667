/**
 * How a call to a broker can fail, told apart by what the caller may do next. Only {@link UnknownOutcome} leaves it open
 * whether an order exists: it is never sent again blindly, but looked for by its tag.
 */
import * as Schema from "effect/Schema"
import { Broker } from "./Broker.ts"

const where = {
  broker: Broker,
  /** Our name of the account. */
  account: Schema.String,
  /** What was asked, `place order`. */
  operation: Schema.String
}

/** Not executed; may be sent again after `retryAfter` (ms), if the broker said how long. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...where,
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {
  override get message(): string {
    const wait = this.retryAfter === undefined ? "later" : `after ${this.retryAfter} ms`
    return `${this.broker} (${this.account}) takes no more calls for now: ${this.operation} was not done. Try ${wait}`
  }
}

/** The token is missing, wrong or past its end; nothing was executed. */
export class Unauthorised extends Schema.TaggedError<Unauthorised>()("Unauthorised", {
  ...where,
  code: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `${this.broker} (${this.account}) refused the token for ${this.operation}. ` +
      `Log in again: keepgaining brokers login ${this.broker}`
  }
}

/** The broker understood and said no; nothing was executed. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  ...where,
  /** The broker's own code, `UDAPI1158`, `MarginException`, `-99`. */
  code: Schema.String,
  /** The broker's own words. */
  reason: Schema.String,
  /** What the user can do about it, where we know. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const remedy = this.remedy === undefined ? "" : `. ${this.remedy}`
    return `${this.broker} (${this.account}) refused ${this.operation}: ${this.reason} (${this.code})${remedy}`
  }
}

/** What is done about a lost answer, or is to be done, by what was asked; of what changes nothing the last. */
const afterLoss = (operation: string): string => {
  switch (operation) {
    case "place order":
    case "place GTT":
      return "It is being looked up and will not be sent twice"
    case "modify order":
    case "cancel order":
      return "The order is being looked up, and this is asked for again if it had no effect"
    case "cancel GTT":
      return "The list of GTT orders is being read; cancel it again if it is still active there"
    case "log in":
      return "Begin the login anew: what it was begun with may be used up"
    case "log out":
      return "The login may go on at the broker until its usual end; see the sessions in the broker's app"
    default:
      return "Nothing was changed by it, so it can simply be asked for again"
  }
}

/** Sent, but whether it was executed is not known: a timeout, a reset, a cut or senseless answer, a failing gateway. */
export class UnknownOutcome extends Schema.TaggedError<UnknownOutcome>()("UnknownOutcome", {
  ...where,
  reason: Schema.String,
  /** Tag of the order, to look for it; absent for calls that change nothing. */
  tag: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `It is not known whether ${this.broker} (${this.account}) did ${this.operation}: ${this.reason}. ` +
      afterLoss(this.operation)
  }
}

/** The answer came whole but is not as documented. For a call that changes something this is an {@link UnknownOutcome}. */
export class UnreadableAnswer extends Schema.TaggedError<UnreadableAnswer>()("UnreadableAnswer", {
  ...where,
  problem: Schema.String
}) {
  override get message(): string {
    return `The answer of ${this.broker} (${this.account}) to ${this.operation} cannot be read: ${this.problem}`
  }
}

/** The call never left, so nothing was executed and it may be sent again. */
export class NotSent extends Schema.TaggedError<NotSent>()("NotSent", { ...where, reason: Schema.String }) {
  override get message(): string {
    return `${this.broker} (${this.account}) could not be reached for ${this.operation}: ${this.reason}`
  }
}

export type BrokerError = RateLimited | Unauthorised | Refused | UnknownOutcome | UnreadableAnswer | NotSent

/** Whether the same call may simply be made again. */
export const isSafeToRepeat = (error: BrokerError): boolean => error._tag === "RateLimited" || error._tag === "NotSent"
