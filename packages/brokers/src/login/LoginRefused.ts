import * as Schema from "effect/Schema"
import { Broker } from "../port/Broker.ts"

/** A login did not give a token. Nothing secret is in the words. */
export class LoginRefused extends Schema.TaggedError<LoginRefused>()("LoginRefused", {
  broker: Broker,
  account: Schema.String,
  reason: Schema.String,
  remedy: Schema.String,
  /** Whether the broker said no to what was typed: tried again too often, it may lock the account. */
  refusedByBroker: Schema.Boolean
}) {
  override get message(): string {
    return `Login of ${this.account} at ${this.broker}: ${this.reason}. ${this.remedy}`
  }
}
