/** Orders in words. */
import { type Order, type OrderRequest, type OrderStatus } from "@keepgaining/core/orders/Order.ts"
import { price } from "../format/numbers.ts"

/** `BUY 150`. */
export const sideAndQuantity = (order: Pick<OrderRequest, "side" | "quantity">): string =>
  `${order.side === "buy" ? "BUY" : "SELL"} ${order.quantity.toLocaleString("en-IN")}`

/** `limit 1,234.50`, `stop, trigger 1,200.00`. */
export const pricing = (order: Pick<OrderRequest, "type" | "limitPrice" | "triggerPrice">): string => {
  const parts: Array<string> = [order.type.replace("-", " ")]
  if (order.limitPrice !== undefined) parts[0] += ` ${price(order.limitPrice)}`
  if (order.triggerPrice !== undefined) parts.push(`trigger ${price(order.triggerPrice)}`)
  return parts.join(", ")
}

export const statusText: Readonly<Record<OrderStatus, string>> = {
  pending: "pending",
  open: "open",
  triggered: "triggered",
  partial: "partly filled",
  complete: "complete",
  cancelled: "cancelled",
  rejected: "rejected",
  expired: "expired",
  unknown: "unknown, checking"
}

/** What happened between two states of an order, for its timeline. */
export const stepText = (before: Order | undefined, order: Order): string => {
  if (before === undefined) return `created, ${statusText[order.status]}`
  const parts: Array<string> = []
  if (before.status !== order.status) parts.push(statusText[order.status])
  const filled = order.filledQuantity - before.filledQuantity
  if (filled > 0) {
    parts.push(`filled ${filled.toLocaleString("en-IN")}, average ${price(order.averagePrice)}`)
  }
  if (before.quantity !== order.quantity) parts.push(`quantity now ${order.quantity.toLocaleString("en-IN")}`)
  if (before.limitPrice !== order.limitPrice || before.triggerPrice !== order.triggerPrice) parts.push(pricing(order))
  if (order.reason !== undefined && order.reason !== before.reason) parts.push(order.reason)
  return parts.length === 0 ? "confirmed" : parts.join("; ")
}
