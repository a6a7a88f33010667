/** Orders in words. */
import { type Order, type OrderRequest, type OrderStatus } from "@keepgaining/core/orders/Order.ts"
import { price } from "../format/numbers.ts"

/** `BUY 150`. */
export const sideAndQuantity = (order: Pick<OrderRequest, "side" | "quantity">): string =>
  `${order.side === "buy" ? "BUY" : "SELL"} ${order.quantity.toLocaleString("en-IN")}`

/** `limit 1,234.50`, `stop, trigger 1,200.00`. */
export const pricing = (order: Pick<OrderRequest, "type" | "limitPrice" | "triggerPrice">): string => {
  const parts: Array<string> = [order.type.replace("-", " ")]
  // What has no limit of its own goes to the exchange with one that protects it.
  const isOwn = order.type === "limit" || order.type === "stop-limit"
  if (order.limitPrice !== undefined) parts[0] += `${isOwn ? "" : " protected at"} ${price(order.limitPrice)}`
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
  unknown: "asking the broker"
}

/** Its reason is what a person should read: it did not go, or nobody knows. */
export const isTrouble = ({ status }: Pick<Order, "status">): boolean => status === "rejected" || status === "unknown"

/** What speaks against an order, each as a sentence of its own: reasons of several checks come joined by bars. */
export const reasonLines = (reason: string | undefined): ReadonlyArray<string> =>
  (reason ?? "").split(" | ").map((line) => line.trim()).filter((line) => line !== "")

/** What happened between two states of an order, for its timeline. */
export const stepText = (before: Order | undefined, order: Order): string => {
  if (before === undefined) return `created, ${statusText[order.status]}`
  const parts: Array<string> = []
  if (before.status !== order.status) parts.push(statusText[order.status])
  if (before.account !== order.account && order.account !== undefined) parts.push(`goes through ${order.account}`)
  const filled = order.filledQuantity - before.filledQuantity
  if (filled > 0) {
    parts.push(`filled ${filled.toLocaleString("en-IN")}, average ${price(order.averagePrice)}`)
  }
  if (before.quantity !== order.quantity) parts.push(`quantity now ${order.quantity.toLocaleString("en-IN")}`)
  if (before.limitPrice !== order.limitPrice || before.triggerPrice !== order.triggerPrice) parts.push(pricing(order))
  if (order.reason !== undefined && order.reason !== before.reason) parts.push(...reasonLines(order.reason))
  return parts.length === 0 ? "confirmed" : parts.join("; ")
}
