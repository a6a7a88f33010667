import { armedAccounts } from "@keepgaining/core/desk/live.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { PortfolioView, ValuedPosition } from "./PortfolioView.ts"

/** Values every position of a kernel at the latest prices. */
export const valuePortfolio = (kernel: Kernel): PortfolioView => {
  const positions: Array<ValuedPosition> = []
  const byBook = new Map<string, { realised: number; unrealised: number; charges: number }>()
  let realised = 0
  let unrealised = 0
  let charges = 0
  for (const position of kernel.desk.positions()) {
    // The board has a column entry for every instrument of the session.
    const lastPrice = kernel.quotes.last[position.instrument]!
    const open = position.quantity === 0 || lastPrice === 0
      ? 0
      : position.quantity * (lastPrice - position.averagePrice)
    positions.push({
      ...position,
      lastPrice,
      unrealised: open,
      priceAge: Math.max(0, kernel.now - kernel.quotes.time[position.instrument]!)
    })
    realised += position.realised
    unrealised += open
    charges += position.charges
    const book = byBook.get(position.book) ?? { realised: 0, unrealised: 0, charges: 0 }
    book.realised += position.realised
    book.unrealised += open
    book.charges += position.charges
    byBook.set(position.book, book)
  }
  const none = { realised: 0, unrealised: 0, charges: 0 }
  return {
    now: kernel.now,
    positions,
    deployments: Array.from(kernel.deployments.all(), (record) => ({
      deployment: record.deployment,
      state: record.state,
      reason: record.reason,
      warmupLeft: kernel.deployments.warmupLeft(record.deployment.id),
      signals: record.signals,
      orders: record.orders,
      fills: record.fills,
      lastEvent: record.lastEvent,
      ...(byBook.get(record.deployment.id) ?? none)
    })),
    killStage: kernel.desk.killStage(),
    live: kernel.desk.settings.live,
    armed: armedAccounts(kernel.desk).map((account) => ({ account, until: kernel.desk.state.armed[account] ?? 0 })),
    realised,
    unrealised,
    charges,
    workingOrders: kernel.desk.workingOrders()
  }
}
