import type { Order } from "@keepgaining/core/orders/Order.ts"
import type { SimOrder } from "./SimOrder.ts"

/** An order as the matching of paper trading wants it. */
export const bookOrder = (order: SimOrder): Order => ({
  id: order.orderId,
  book: order.account,
  venue: "paper",
  clientTag: order.tag ?? order.orderId,
  instrument: order.of.index,
  side: order.side,
  quantity: order.quantity,
  type: order.type,
  ...(order.limitPrice === undefined ? {} : { limitPrice: order.limitPrice }),
  ...(order.triggerPrice === undefined ? {} : { triggerPrice: order.triggerPrice }),
  validity: order.validity,
  product: order.product,
  purpose: "manual",
  reduceOnly: false,
  status: "pending",
  filledQuantity: 0,
  averagePrice: 0,
  createdAt: order.receivedAt,
  updatedAt: order.receivedAt,
  cause: 0
})
