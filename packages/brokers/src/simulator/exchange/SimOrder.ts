/** Orders, trades and positions as the simulated exchange keeps them; each broker's layer writes them in its own words. */
import type { Paise } from "@keepgaining/core/market/Money.ts"
import type { OrderType, Product, Side, Validity } from "@keepgaining/core/orders/Order.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"

/**
 * `received`: the broker has it. `waiting`: a stop before its trigger. `open` with fills is a part fill. `cancelled` keeps
 * what was filled. `strange`: a word that no document has, in what a stream tells; no order is ever so.
 */
export type SimOrderStatus = "received" | "open" | "waiting" | "complete" | "cancelled" | "rejected" | "strange"

export interface SimOrder {
  readonly orderId: string
  readonly exchangeOrderId: string
  readonly parentId: string | undefined
  readonly account: string
  readonly tag: string | undefined
  /** Of the algorithm that it says it is from. */
  readonly algo: string | undefined
  readonly of: SimInstrument
  readonly side: Side
  type: OrderType
  readonly product: Product
  validity: Validity
  quantity: number
  limitPrice: Paise | undefined
  triggerPrice: Paise | undefined
  status: SimOrderStatus
  filled: number
  /** In paise, unrounded. */
  averagePrice: number
  /** Why it was rejected or cancelled. */
  message: string | undefined
  modifications: number
  readonly receivedAt: number
  changedAt: number
}

/** Neither filled, nor cancelled, nor rejected. */
export const isWorking = ({ status }: SimOrder): boolean =>
  status === "received" || status === "open" || status === "waiting"

export interface SimTrade {
  readonly tradeId: string
  readonly order: SimOrder
  readonly quantity: number
  readonly price: Paise
  readonly at: number
}

export interface SimPosition {
  readonly of: SimInstrument
  readonly product: Product
  buyQuantity: number
  sellQuantity: number
  /** Paise times units. */
  buyValue: number
  sellValue: number
}

export interface SimHolding {
  readonly of: SimInstrument
  quantity: number
  readonly averagePrice: Paise
}

export interface SimGtt {
  readonly id: string
  readonly account: string
  readonly of: SimInstrument
  readonly side: Side
  readonly quantity: number
  readonly product: Product
  readonly lastPrice: Paise
  readonly legs: ReadonlyArray<{ readonly triggerPrice: Paise; readonly limitPrice: Paise }>
  status: "active" | "triggered" | "cancelled"
  /** Of the order that it placed. */
  orderId: string | undefined
  readonly createdAt: number
  changedAt: number
}

export interface PlaceRequest {
  readonly tag?: string | undefined
  readonly algo?: string | undefined
  readonly of: SimInstrument
  readonly side: Side
  readonly type: OrderType
  readonly product: Product
  readonly validity: Validity
  readonly quantity: number
  readonly limitPrice?: Paise | undefined
  readonly triggerPrice?: Paise | undefined
  /** Whether quantities above the freeze become several orders. */
  readonly slice?: boolean
}

export interface ModifyRequest {
  readonly orderId: string
  readonly type?: OrderType | undefined
  readonly validity?: Validity | undefined
  readonly quantity?: number | undefined
  readonly limitPrice?: Paise | undefined
  readonly triggerPrice?: Paise | undefined
}

/** Why a request is refused before it becomes an order; each broker has its own code for each. */
export type RefusalCause =
  | "quantity"
  | "freeze"
  | "price"
  | "margin"
  | "holdings"
  | "not-tradable"
  | "unknown-order"
  | "final-order"
  | "too-many-changes"
  | "risk"
  | "closed"

export interface Refusal {
  readonly _tag: "Refusal"
  readonly cause: RefusalCause
  readonly message: string
}

export const refusal = (cause: RefusalCause, message: string): Refusal => ({ _tag: "Refusal", cause, message })

/** What happened to an order, with the order as it stood then. */
export interface SimOrderEvent {
  readonly kind:
    | "received"
    | "open"
    | "waiting"
    | "triggered"
    | "filled"
    | "complete"
    | "modified"
    | "change-refused"
    | "cancelled"
    | "rejected"
  readonly order: Readonly<SimOrder>
  /** Of a fill. */
  readonly trade?: SimTrade
}
