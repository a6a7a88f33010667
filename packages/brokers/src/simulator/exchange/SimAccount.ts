/** One customer of a simulated broker: money, positions, holdings, and the margin that they need. Amounts in paise. */
import type { Broker } from "../../port/Broker.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import type { PlaceRequest, SimHolding, SimOrder, SimPosition, SimTrade } from "./SimOrder.ts"

export interface SimAccountOptions {
  readonly broker: Broker
  /** The broker's user or client id. */
  readonly userId: string
  readonly name: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly password: string
  readonly pin: string
  /** Base32. */
  readonly totpSecret: string
  readonly mobile: string
  readonly redirectUrl: string
  /** Paise. */
  readonly cash: number
}

export interface SimAccount extends SimAccountOptions {
  readonly positions: Map<string, SimPosition>
  readonly holdings: Map<string, SimHolding>
  readonly trades: Array<SimTrade>
}

/** What an account is kept under: ids are a broker's own. */
export const accountKey = (broker: string, userId: string): string => `${broker}|${userId}`

export const keyOf = (account: SimAccount): string => accountKey(account.broker, account.userId)

export const openAccount = (options: SimAccountOptions): SimAccount => ({
  ...options,
  positions: new Map(),
  holdings: new Map(),
  trades: []
})

export const netQuantity = (position: SimPosition): number => position.buyQuantity - position.sellQuantity

/** Of the open quantity, in paise, unrounded; 0 when flat. */
export const averagePrice = (position: SimPosition): number => {
  const net = netQuantity(position)
  if (net === 0) return 0
  return net > 0 ? position.buyValue / position.buyQuantity : position.sellValue / position.sellQuantity
}

/** Booked by what was both bought and sold, in paise, before charges. */
export const realised = (position: SimPosition): number => {
  const closed = Math.min(position.buyQuantity, position.sellQuantity)
  if (closed === 0) return 0
  return closed * (position.sellValue / position.sellQuantity - position.buyValue / position.buyQuantity)
}

export const bookTrade = (account: SimAccount, trade: SimTrade): void => {
  const { of, product, side } = trade.order
  const key = `${of.index}|${product}`
  const position = account.positions.get(key) ??
    { of, product, buyQuantity: 0, sellQuantity: 0, buyValue: 0, sellValue: 0 }
  if (side === "buy") {
    position.buyQuantity += trade.quantity
    position.buyValue += trade.quantity * trade.price
  } else {
    position.sellQuantity += trade.quantity
    position.sellValue += trade.quantity * trade.price
  }
  account.positions.set(key, position)
  account.trades.push(trade)
}

/** Shares of the value that a position holds as margin: a stage's model, simple on purpose. */
const share = (of: SimInstrument, product: PlaceRequest["product"], side: "buy" | "sell"): number => {
  const { kind } = of.instrument
  if (kind === "equity") return product === "intraday" ? 0.2 : 1
  if (kind === "option" && side === "buy") return 1
  return 0.14
}

/** What an order of that price would hold; options that are sold by the strike, as brokers do. */
export const orderMargin = (
  order: Pick<SimOrder, "of" | "product" | "side">,
  quantity: number,
  price: number
): number => {
  const { of, product, side } = order
  const value = of.instrument.kind === "option" && side === "sell" ? of.instrument.strike ?? price : price
  return quantity * value * share(of, product, side)
}

export const realisedToday = (account: SimAccount): number => {
  let sum = 0
  for (const position of account.positions.values()) sum += realised(position)
  return sum
}
