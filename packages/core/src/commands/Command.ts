/** What people and programs may ask of a session. Commands are inputs: sequenced, journalled, replayed. */
import * as Schema from "effect/Schema"
import { Deployment } from "../deployments/Deployment.ts"
import { Paise } from "../market/Money.ts"
import { OrderRequest } from "../orders/Order.ts"

/**
 * Stages of the kill switch, each including the ones before: `pause` lets nothing open new exposure (exits and stops go
 * on), `stop` stops strategies and cancels working orders, `flatten` also squares off every position, `lock` keeps all
 * that until the next session and cannot be undone.
 */
export const KillStage = Schema.Literals(["none", "pause", "stop", "flatten", "lock"])
export type KillStage = typeof KillStage.Type

export const Command = Schema.Union([
  Schema.TaggedStruct("Deploy", { deployment: Deployment }),
  Schema.TaggedStruct("PauseDeployment", { deployment: Schema.String }),
  Schema.TaggedStruct("ResumeDeployment", { deployment: Schema.String }),
  /** `exit` also squares off what the deployment holds. */
  Schema.TaggedStruct("StopDeployment", { deployment: Schema.String, exit: Schema.Boolean }),
  Schema.TaggedStruct("PlaceOrder", { request: OrderRequest }),
  Schema.TaggedStruct("ModifyOrder", {
    orderId: Schema.String,
    quantity: Schema.Int.check(Schema.isGreaterThan(0)),
    limitPrice: Schema.optionalKey(Paise),
    triggerPrice: Schema.optionalKey(Paise)
  }),
  Schema.TaggedStruct("CancelOrder", { orderId: Schema.String }),
  /** Squares off one position of a book, reduce-only. */
  Schema.TaggedStruct("ExitPosition", { book: Schema.String, instrument: Schema.Int }),
  Schema.TaggedStruct("Kill", { stage: KillStage }),
  /** Gives a strategy an input once more that it had failed at. */
  Schema.TaggedStruct("RetryDeadLetter", { id: Schema.Int })
])
export type Command = typeof Command.Type

/** What became of a command. A refusal says what was wrong and what to do. */
export const CommandOutcome = Schema.Union([
  Schema.TaggedStruct("Done", { orderId: Schema.optionalKey(Schema.String) }),
  Schema.TaggedStruct("Refused", { reason: Schema.String, remedy: Schema.String })
])
export type CommandOutcome = typeof CommandOutcome.Type
