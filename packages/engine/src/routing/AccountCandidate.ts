/**
 * What is known, when an order looks for its way, of the order and of one account that it might go through. Plain data, so
 * a choice can be shown, kept and made again.
 */
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { Market } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { RequestKind } from "@keepgaining/brokers/port/RequestPass.ts"
import type { Paise, Rupees } from "@keepgaining/core/market/Money.ts"
import type { OrderType, Product } from "@keepgaining/core/orders/Order.ts"
import type { AccountPhase } from "../brokers/AccountStatus.ts"

export interface RoutedOrder {
  /** `change`: of an order that lies at the account `holder`. */
  readonly kind: "place" | "change"
  /** It can only make a position smaller. */
  readonly reduces: boolean
  /** Where the order's book is in the instrument already, by a position or a working order (`holderOf` of the desk). */
  readonly holder: string | undefined
  /** Our symbol. */
  readonly symbol: string
  readonly market: Market
  /** As it goes on the wire: a desk's `market` is a `limit` there, its `stop` a `stop-limit`. */
  readonly type: OrderType
  readonly product: Product
  /** Orders that it becomes on the wire: more than one above the freeze quantity. */
  readonly calls: number
}

export type MarginNeed =
  /** `broker`: its own margin API said so. `model`: our scenarios, which may be 15 % off. */
  | { readonly _tag: "Known"; readonly amount: Paise; readonly source: "broker" | "model" }
  | { readonly _tag: "Unknown"; readonly reason: string }

export interface AccountCandidate {
  /** Unique among the candidates. */
  readonly account: string
  readonly broker: Broker
  /** Whether it takes orders that may open positions today. */
  readonly armed: boolean
  /** Place in the user's order of preference, from 1; `null` = after all that are named. */
  readonly preference: number | null
  /** The user wants no new positions there. */
  readonly excluded: boolean
  readonly phase: AccountPhase
  /** Whether its order stream is up, so that fills are seen at once. */
  readonly ordersLive: boolean
  readonly tokenEndsAt: number | null
  /** Whether the broker's instrument master, as we have it, lists the instrument. */
  readonly knowsInstrument: boolean
  /** Where the account may trade; `null` when the broker does not say. */
  readonly markets: ReadonlyArray<Market> | null
  readonly products: ReadonlyArray<Product>
  readonly types: ReadonlyArray<OrderType>
  /** What new orders may use; `null` before it was read. */
  readonly funds: Paise | null
  /** Of the whole order at this broker. */
  readonly margin: MarginNeed
  /** Of the whole order by the account's plan; `null` when a rate is missing. */
  readonly charges: Rupees | null
  /** Orders that may go at once, and calls of all kinds that wait for their turn. */
  readonly room: number
  readonly waiting: number
  /** Calls that failed of late, and classes of calls that are left alone for that. */
  readonly failures: number
  readonly resting: ReadonlyArray<RequestKind>
}
