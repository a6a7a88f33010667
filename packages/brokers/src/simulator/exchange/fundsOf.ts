/** An account's money: what positions and working orders hold of it, and what is left. */
import type { SimInstrument } from "../market/SimInstrument.ts"
import { averagePrice, netQuantity, orderMargin, realisedToday, type SimAccount } from "./SimAccount.ts"
import { isWorking, type SimOrder } from "./SimOrder.ts"

/** In paise. */
export interface Funds {
  readonly available: number
  readonly used: number
}

/** `orders`: the account's own. */
export const fundsOf = (
  account: SimAccount,
  orders: ReadonlyArray<SimOrder>,
  lastPrice: (of: SimInstrument) => number
): Funds => {
  let used = usedByPositions(account)
  for (const order of orders) {
    if (!isWorking(order)) continue
    const price = order.limitPrice ?? order.triggerPrice ?? lastPrice(order.of)
    used += orderMargin(order, order.quantity - order.filled, price)
  }
  return { available: Math.floor(account.cash + realisedToday(account) - used), used: Math.ceil(used) }
}

const usedByPositions = (account: SimAccount): number => {
  let used = 0
  for (const position of account.positions.values()) {
    const net = netQuantity(position)
    if (net === 0) continue
    const side = net > 0 ? "buy" : "sell"
    used += orderMargin({ of: position.of, product: position.product, side }, Math.abs(net), averagePrice(position))
  }
  return used
}
