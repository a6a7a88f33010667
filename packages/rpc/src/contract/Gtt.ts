/** Good-till-triggered orders at brokers: the broker watches a price, for days or a year, and places a limit order. Paise. */
import { Paise } from "@keepgaining/core/market/Money.ts"
import { Product, Side } from "@keepgaining/core/orders/Order.ts"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { Refused, Unauthorized } from "./Failures.ts"

const Price = Paise.check(Schema.isGreaterThan(0))

/** One trigger and what it places. Of two, the first to trigger cancels the other. */
export const GttLeg = Schema.Struct({ triggerPrice: Price, limitPrice: Price })

const order = {
  symbol: Schema.NonEmptyString,
  side: Side,
  quantity: Schema.Int.check(Schema.isGreaterThan(0)),
  product: Product,
  legs: Schema.Array(GttLeg).check(Schema.isMinLength(1), Schema.isMaxLength(2))
}

/** As the broker lists it. */
export const GttView = Schema.Struct({
  id: Schema.String,
  symbol: Schema.String,
  side: Side,
  quantity: Schema.Int,
  product: Product,
  legs: Schema.Array(Schema.Struct({ triggerPrice: Paise, limitPrice: Paise })),
  status: Schema.Literals(["active", "triggered", "cancelled", "expired", "rejected", "unknown"]),
  /** The broker's own word for it. */
  brokerStatus: Schema.String
})
export type GttView = typeof GttView.Type

export const NewGttOrder = Schema.Struct({
  account: Schema.String,
  /** Chosen by the caller: the same id is the same order, however often it is asked for. */
  commandId: Schema.NonEmptyString,
  /** `Hello.bootId`: outcomes are remembered by one engine, so another one does not place it. */
  bootId: Schema.String,
  ...order
})
export type NewGttOrder = typeof NewGttOrder.Type

/** It may have been placed, and nobody can say. It is not sent again by itself, and should not be before somebody has looked. */
export class GttUnknown extends Schema.TaggedError<GttUnknown>()("GttUnknown", {
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.reason}. ${this.remedy}`
  }
}

const Denied = Schema.Union([Unauthorized, Refused])

/** All of it needs scope `admin`: each call is one to the broker. */
export class GttRpcs extends RpcGroup.make(
  Rpc.make("GttOrders", { payload: { account: Schema.String }, success: Schema.Array(GttView), error: Denied }),
  /** The broker's id of it. The account must be armed for the day. */
  Rpc.make("PlaceGtt", { payload: NewGttOrder, success: Schema.String, error: Schema.Union([Denied, GttUnknown]) }),
  Rpc.make("CancelGtt", { payload: { account: Schema.String, id: Schema.NonEmptyString }, error: Denied })
) {}
