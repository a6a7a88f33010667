/** A working order at its broker as a change of ours wants it: brokers take it whole, in absolute values. Pure. */
import type { BrokerOrder, OrderChange } from "@keepgaining/brokers/port/BrokerOrder.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import type { ExchangeInstruction } from "@keepgaining/core/orders/Order.ts"

type Change = Extract<ExchangeInstruction, { readonly _tag: "Modify" }>

/**
 * `quantity`: of this row; the change's own when the order is in one piece. A stop whose trigger moves takes its limit along,
 * so its protection stays what it was.
 */
export const changedOrder = (row: BrokerOrder, change: Change, quantity: number, isExit: boolean): OrderChange => {
  const triggerPrice = change.triggerPrice ?? row.triggerPrice
  const moved = change.triggerPrice !== undefined && row.triggerPrice !== undefined
    ? change.triggerPrice - row.triggerPrice
    : 0
  const limitPrice = change.limitPrice ?? (row.limitPrice === undefined ? undefined : paise(row.limitPrice + moved))
  return {
    orderId: row.orderId,
    order: {
      tag: row.tag ?? "",
      symbol: row.symbol,
      side: row.side,
      quantity,
      // What has a price now is sent with one, whatever it began as.
      type: row.waiting
        ? (limitPrice === undefined ? "stop" : "stop-limit")
        : limitPrice === undefined
        ? row.type
        : "limit",
      product: row.product,
      validity: row.validity,
      ...(limitPrice === undefined ? {} : { limitPrice }),
      ...(row.waiting && triggerPrice !== undefined ? { triggerPrice } : {}),
      isExit
    }
  }
}
