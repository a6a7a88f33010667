/**
 * What the desk's live books hold at one account: signed units by `positionKey`. Deliveries are not positions for long, and
 * contracts that have expired are none any more: brokers show them for a while all the same, each for its own. Pure.
 */
import { positionKey } from "@keepgaining/brokers/orders/reconcile.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import type { ExpectedPositions } from "../brokers/AccountBooks.ts"
import type { Kernel } from "../kernel/Kernel.ts"

/** `at`: now, epoch ms; the kernel's own time stands still while no ticks come. */
export const positionsAt = (
  { desk, instruments, now, sessionEnded }: Pick<Kernel, "desk" | "instruments" | "now" | "sessionEnded">,
  account: string,
  at: number
): ExpectedPositions => {
  const { holders, ledger, open, products } = desk.state
  const today = formatIstDate(at)
  const isDayOver = sessionEnded && formatIstDate(now) === today
  const isOver = (symbol: string): boolean => {
    const index = instruments.indexOf(symbol)
    const expiry = index === undefined ? undefined : instruments.at(index).expiry
    return expiry !== undefined && (expiry < today || (expiry === today && isDayOver))
  }
  const held = new Map<string, number>()
  for (const key of open) {
    const entry = ledger[key]
    const product = products[key]
    if (entry === undefined || product === undefined || product === "delivery" || holders[key] !== account) continue
    const { symbol } = instruments.at(entry.instrument)
    if (isOver(symbol)) continue
    const place = positionKey(symbol, product)
    held.set(place, (held.get(place) ?? 0) + entry.quantity)
  }
  return { held, isOver }
}
