import { Digest } from "../digest/Digest.ts"
import type { Order } from "../orders/Order.ts"
import * as Random from "../random/Random.ts"

/** What an order's luck is drawn from. */
export type OrderSeed = Pick<Order, "book" | "instrument" | "clientTag">

/**
 * A number in [0, 1) that belongs to an order and to what it is drawn for (`draw`: 0 its latency, n > 0 its n-th
 * execution). There is no stream that orders share: besides the session's `seed` it depends on what the order is within
 * its own book and instrument, not on its number in the session, so what happens elsewhere changes nobody's luck.
 */
export const orderLuck = (seed: number, order: OrderSeed, draw: number): number => {
  const digest = new Digest()
  digest.int(seed)
  digest.text(order.book)
  digest.int(order.instrument)
  digest.text(order.clientTag)
  return Random.uniform(Random.fromSeed(digest.low >>> 0, draw))
}
