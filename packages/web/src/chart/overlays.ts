/** What the session did with an instrument, as marks and lines for its chart. */
import { isWorking } from "@keepgaining/core/orders/Order.ts"
import { type PositionView } from "@keepgaining/rpc/contract/Trading.ts"
import { quantity } from "../format/numbers.ts"
import { type EventBook } from "../state/EventBook.ts"

export interface Mark {
  /** Event time, epoch ms. */
  readonly at: number
  readonly kind: "buy" | "sell" | "long" | "short" | "exit"
  readonly text: string
}

export interface Level {
  /** Paise. */
  readonly price: number
  readonly kind: "position" | "order" | "stop" | "target"
  readonly title: string
}

/** Newest marks that are drawn; more would hide the candles and cost time. */
const maxMarks = 200

export const marksOf = (book: EventBook, instrument: number): ReadonlyArray<Mark> => {
  const marks: Array<Mark> = []
  for (const { decision: { fill } } of book.fills) {
    if (fill.instrument !== instrument) continue
    marks.push({
      at: fill.at,
      kind: fill.side,
      text: `${fill.side === "buy" ? "B" : "S"} ${quantity(fill.quantity)}`
    })
  }
  for (const { decision } of book.signals) {
    if (decision._tag !== "SignalRaised" || decision.instrument !== instrument) continue
    marks.push({ at: decision.at, kind: decision.signal.action, text: decision.signal.action })
  }
  return marks.sort((a, b) => a.at - b.at).slice(-maxMarks)
}

export const levelsOf = (
  book: EventBook,
  positions: Iterable<PositionView>,
  instrument: number
): ReadonlyArray<Level> => {
  const levels: Array<Level> = []
  for (const position of positions) {
    if (position.instrument !== instrument || position.quantity === 0) continue
    levels.push({
      price: position.averagePrice,
      kind: "position",
      title: `${quantity(position.quantity)} ${position.book}`
    })
    // The signal that opened it says where its guard stands; a trailing stop may have moved since.
    const opened = book.signals.findLast(({ decision }) =>
      decision._tag === "SignalRaised" && decision.instrument === instrument &&
      decision.deployment === position.book && decision.signal.action !== "exit"
    )
    if (opened?.decision._tag !== "SignalRaised") continue
    const { stop, target, trail } = opened.decision.signal
    if (stop !== undefined) {
      levels.push({ price: stop, kind: "stop", title: trail === undefined ? "stop" : "first stop, trailing" })
    }
    if (target !== undefined) levels.push({ price: target, kind: "target", title: "target" })
  }
  for (const order of book.orders.values()) {
    if (order.instrument !== instrument || !isWorking(order.status)) continue
    const side = `${order.side} ${quantity(order.quantity - order.filledQuantity)}`
    if (order.limitPrice !== undefined) levels.push({ price: order.limitPrice, kind: "order", title: `${side} limit` })
    if (order.triggerPrice !== undefined) {
      levels.push({ price: order.triggerPrice, kind: "order", title: `${side} stop` })
    }
  }
  return levels
}
