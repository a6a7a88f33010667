import * as Schema from "effect/Schema"
import { MasterBroker } from "./master/MasterEntry.ts"

/** A master that cannot be believed: broken, short or out of order. The one before it stays in force. */
export class MasterRefused extends Schema.TaggedError<MasterRefused>()("MasterRefused", {
  broker: MasterBroker,
  /** In India. */
  day: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `the instrument master of ${this.broker} for ${this.day} is refused: ${this.reason}. ` +
      "The master before it stays in force"
  }
}
