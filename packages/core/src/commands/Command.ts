/** What people and programs may ask of a session. Commands are inputs: sequenced, journalled, replayed. */
import * as Schema from "effect/Schema"
import { CalendarDate } from "../calendar/CalendarRules.ts"
import { Deployment } from "../deployments/Deployment.ts"
import { Paise } from "../market/Money.ts"
import { ExchangeReport, OrderRequest, OrderSlice, Venue } from "../orders/Order.ts"

/**
 * Stages of the kill switch, each including the ones before: `pause` lets nothing open new exposure (exits and stops go
 * on), `stop` stops strategies and cancels working orders, `flatten` also squares off every position, `lock` keeps all
 * that until the next session and cannot be undone.
 */
export const KillStage = Schema.Literals(["none", "pause", "stop", "flatten", "lock"])
export type KillStage = typeof KillStage.Type

/** From people and programs. */
export const ClientCommand = Schema.Union([
  Schema.TaggedStruct("Deploy", { deployment: Deployment }),
  Schema.TaggedStruct("PauseDeployment", { deployment: Schema.String }),
  Schema.TaggedStruct("ResumeDeployment", { deployment: Schema.String }),
  /** `exit` also squares off what the deployment holds. */
  Schema.TaggedStruct("StopDeployment", { deployment: Schema.String, exit: Schema.Boolean }),
  /** On paper unless it says otherwise. */
  Schema.TaggedStruct("PlaceOrder", { request: OrderRequest, venue: Schema.optionalKey(Venue) }),
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
export type ClientCommand = typeof ClientCommand.Type

/** From the engine's own parts, which watch over what they may say. */
export const EngineCommand = Schema.Union([
  /** Lets an account take live orders until then, epoch ms; 0 takes the leave back. Exits are possible in any case. */
  Schema.TaggedStruct("ArmAccount", { account: Schema.String, until: Schema.Finite }),
  /**
   * From the dispatcher of live orders, before the wire is touched: which account the order goes through and under what
   * tags. Done at most once an order, so an order is sent at most once.
   */
  Schema.TaggedStruct("RouteOrder", {
    orderId: Schema.String,
    account: Schema.String,
    slices: Schema.Array(OrderSlice),
    why: Schema.Array(Schema.String),
    /** Of brokerage, by which its fills are charged; the session's without it. */
    plan: Schema.optionalKey(Schema.String)
  }),
  /** From the dispatcher of live orders: what an account's broker says of an order. */
  Schema.TaggedStruct("TakeReport", { report: ExchangeReport }),
  /** From the dispatcher of live orders: between which prices the exchange takes orders today, by which the desk prices ways out. */
  Schema.TaggedStruct("TakeBand", {
    instrument: Schema.Int,
    lowest: Paise,
    highest: Paise,
    /** Who said so and when, in words. */
    source: Schema.String
  }),
  /** From whoever watches over the calendar, at most once a day: until when trading days are known. Raises an alarm, or ends it. */
  Schema.TaggedStruct("TakeCoverage", {
    /** Last date that is known; `null` when today is not. */
    until: Schema.NullOr(CalendarDate),
    /** When that was looked up, epoch ms. */
    at: Schema.Finite
  })
])
export type EngineCommand = typeof EngineCommand.Type

export const Command = Schema.Union([...ClientCommand.members, ...EngineCommand.members])
export type Command = typeof Command.Type

/** What became of a command. A refusal says what was wrong and what to do. */
export const CommandOutcome = Schema.Union([
  Schema.TaggedStruct("Done", { orderId: Schema.optionalKey(Schema.String) }),
  Schema.TaggedStruct("Refused", { reason: Schema.String, remedy: Schema.String })
])
export type CommandOutcome = typeof CommandOutcome.Type
