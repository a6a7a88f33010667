/** What the desk's live books hold at one account: signed units by `positionKey`. Deliveries are not positions for long. Pure. */
import { positionKey } from "@keepgaining/brokers/orders/reconcile.ts"
import type { Kernel } from "../kernel/Kernel.ts"

export const positionsAt = ({ desk, instruments }: Kernel, account: string): ReadonlyMap<string, number> => {
  const { holders, ledger, open, products } = desk.state
  const held = new Map<string, number>()
  for (const key of open) {
    const entry = ledger[key]
    const product = products[key]
    if (entry === undefined || product === undefined || product === "delivery" || holders[key] !== account) continue
    const at = positionKey(instruments.at(entry.instrument).symbol, product)
    held.set(at, (held.get(at) ?? 0) + entry.quantity)
  }
  return held
}
