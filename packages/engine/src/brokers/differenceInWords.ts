import type { Difference } from "@keepgaining/brokers/orders/reconcile.ts"

/** For people. */
export const differenceInWords = (difference: Difference): string => {
  switch (difference._tag) {
    case "Missing":
      return `order ${difference.order.orderId} (${difference.order.symbol}) works here but is not in the broker's book`
    case "Foreign":
      return `order ${difference.order.orderId} (${difference.order.symbol}) was placed elsewhere`
    case "Differs":
      return `order ${difference.ours.orderId} (${difference.ours.symbol}): filled ${difference.ours.filled} here, ` +
        `${difference.theirs.filled} at the broker, who calls it ${difference.theirs.brokerStatus}`
    case "Position":
      return `position in ${difference.symbol} (${difference.product}): ${difference.ours} here, ` +
        `${difference.theirs} at the broker`
  }
}
