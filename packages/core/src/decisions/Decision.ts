/**
 * What a session decided, in the order in which it did. Decisions follow from the inputs and from nothing else: they are
 * journalled, shown, projected into SQL, and folded into the digest.
 */
import * as Schema from "effect/Schema"
import { KillStage } from "../commands/Command.ts"
import { Deployment, DeploymentState } from "../deployments/Deployment.ts"
import { Paise, Rupees } from "../market/Money.ts"
import { ExchangeInstruction, Fill, Order, OrderSlice } from "../orders/Order.ts"
import { Signal } from "../strategies/Signal.ts"

/** Net position of one book in one instrument. Money in paise unless it says rupees. */
export const Position = Schema.Struct({
  book: Schema.String,
  instrument: Schema.Int,
  /** Signed: negative is short. */
  quantity: Schema.Int,
  /** Paise, unrounded; 0 when flat. */
  averagePrice: Schema.Finite,
  /** Profit of what was closed, before charges, in paise, unrounded. */
  realised: Schema.Finite,
  /** All statutory and brokerage charges so far, in rupees, unrounded. */
  charges: Rupees,
  buyQuantity: Schema.Int,
  sellQuantity: Schema.Int
})
export type Position = typeof Position.Type

/** Itemised charges of one fill, rupees, unrounded. */
export const Charges = Schema.Struct({
  brokerage: Rupees,
  stt: Rupees,
  exchange: Rupees,
  ipft: Rupees,
  sebi: Rupees,
  stamp: Rupees,
  gst: Rupees,
  total: Rupees
})
export type Charges = typeof Charges.Type

export const Decision = Schema.Union([
  Schema.TaggedStruct("SignalRaised", {
    deployment: Schema.String,
    instrument: Schema.Int,
    signal: Signal,
    at: Schema.Finite
  }),
  /** The signal did not become an order, and why. */
  Schema.TaggedStruct("SignalIgnored", {
    deployment: Schema.String,
    instrument: Schema.Int,
    reason: Schema.String,
    at: Schema.Finite
  }),
  /** The order as it is after a change. */
  Schema.TaggedStruct("OrderChanged", { order: Order }),
  Schema.TaggedStruct("Filled", { fill: Fill, charges: Charges, position: Position }),
  /** A position in a contract that expired is no more. On paper its fill and charges came just before. */
  Schema.TaggedStruct("PositionSettled", {
    book: Schema.String,
    instrument: Schema.Int,
    /** Signed: what was held. */
    quantity: Schema.Int,
    /** Per unit; `null` where a broker settles it: for how much, its own books say. */
    price: Schema.NullOr(Paise),
    /** From what the price follows, in words. */
    detail: Schema.String,
    position: Position,
    at: Schema.Finite
  }),
  /** A risk rule stopped something. */
  Schema.TaggedStruct("RiskRefused", {
    rule: Schema.String,
    book: Schema.String,
    instrument: Schema.Int,
    detail: Schema.String,
    at: Schema.Finite
  }),
  Schema.TaggedStruct("DeploymentChanged", {
    deployment: Deployment,
    state: DeploymentState,
    reason: Schema.String,
    at: Schema.Finite
  }),
  Schema.TaggedStruct("KillSwitch", { stage: KillStage, at: Schema.Finite }),
  /** A live order is to be placed, changed or cancelled; once this is durable the dispatcher sends it. */
  Schema.TaggedStruct("InstructionSent", { instruction: ExchangeInstruction, at: Schema.Finite }),
  /** Which account a live order goes through, and why that one, in words. */
  Schema.TaggedStruct("OrderRouted", {
    orderId: Schema.String,
    account: Schema.String,
    slices: Schema.Array(OrderSlice),
    why: Schema.Array(Schema.String),
    at: Schema.Finite
  }),
  /** The account takes live orders until then, epoch ms; 0 = no more. */
  Schema.TaggedStruct("AccountArmed", { account: Schema.String, until: Schema.Finite, at: Schema.Finite }),
  /** `raised` false ends the alarm of the same kind and subject. */
  Schema.TaggedStruct("Alarm", {
    kind: Schema.Literals([
      "stale-feed",
      "feed-gap",
      "daily-loss",
      "actor-stopped",
      "journal",
      /** A rate is missing: fills are booked without charges. */
      "charges",
      /** The exchange's trading days are known for so short a time only that somebody has to see to it. */
      "calendar",
      /** A rate is missing: paper orders are not held against the capital. */
      "margin",
      /** A position that should have been closed is open. */
      "open-position"
    ]),
    subject: Schema.String,
    raised: Schema.Boolean,
    detail: Schema.String,
    /** Event time from which the condition held, epoch ms. */
    since: Schema.Finite,
    at: Schema.Finite
  }),
  Schema.TaggedStruct("DeploymentLog", {
    deployment: Schema.String,
    instrument: Schema.Int,
    message: Schema.String,
    at: Schema.Finite
  })
])
export type Decision = typeof Decision.Type
