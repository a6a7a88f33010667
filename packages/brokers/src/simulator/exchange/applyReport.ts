import type { ExchangeReport } from "@keepgaining/core/orders/Order.ts"
import type { SimOrder, SimOrderEvent } from "./SimOrder.ts"

/** Changes the order as the matching reports, and says what happened to it; `undefined` when that is not known. */
export const applyReport = (
  order: SimOrder,
  report: ExchangeReport,
  now: number
): SimOrderEvent["kind"] | undefined => {
  order.changedAt = now
  switch (report._tag) {
    case "Accepted":
      order.status = order.type === "stop" || order.type === "stop-limit" ? "waiting" : "open"
      return order.status
    case "Triggered":
      order.status = "open"
      return "triggered"
    case "Filled": {
      const { price, quantity } = report
      order.averagePrice = (order.averagePrice * order.filled + price * quantity) / (order.filled + quantity)
      order.filled += quantity
      if (order.filled < order.quantity) return "filled"
      order.status = "complete"
      return "complete"
    }
    case "Modified":
      order.quantity = report.quantity
      if (report.limitPrice !== undefined) order.limitPrice = report.limitPrice
      if (report.triggerPrice !== undefined) order.triggerPrice = report.triggerPrice
      return "modified"
    case "ChangeRefused":
      return "change-refused"
    case "Rejected":
      order.status = "rejected"
      order.message = report.reason
      return "rejected"
    case "Cancelled":
    case "Expired":
      order.status = "cancelled"
      order.message = report.reason
      return "cancelled"
    case "Unknown":
      return undefined
  }
}
