/** What several accounts hold together: by instrument, with the accounts that it is in. Prices and amounts in paise. */
import { type Product } from "@keepgaining/core/orders/Order.ts"
import { type AccountBookView, type AccountView, type BrokerOrderView } from "@keepgaining/rpc/contract/Brokers.ts"

export interface HeldTogether {
  /** Symbol and product. */
  readonly key: string
  readonly symbol: string
  readonly product: Product | undefined
  /** Net over the accounts. */
  readonly quantity: number
  /** What the quantity cost, signed: open profit is the quantity's worth less this. */
  readonly cost: number
  /** `NaN` where accounts hold opposite sides, whose average says nothing. */
  readonly averagePrice: number
  /** Of the account that was asked last; `NaN` when no broker gave one. */
  readonly lastPrice: number
  /** `NaN` when no broker said. */
  readonly realised: number
  /** Bought and not settled yet; of holdings. */
  readonly unsettled: number
  readonly places: ReadonlyArray<{ readonly account: string; readonly quantity: number }>
}

interface Part {
  readonly account: string
  readonly symbol: string
  readonly product: Product | undefined
  readonly quantity: number
  readonly averagePrice: number
  readonly lastPrice: number | undefined
  readonly realised: number | undefined
  readonly unsettled: number
}

const together = (parts: ReadonlyArray<Part>): ReadonlyArray<HeldTogether> => {
  const byKey = Map.groupBy(parts, ({ product, symbol }) => product === undefined ? symbol : `${symbol} ${product}`)
  return Array.from(byKey, ([key, group]): HeldTogether => {
    const [first] = group
    const sum = (of: (part: Part) => number): number => group.reduce((total, part) => total + of(part), 0)
    const quantity = sum((part) => part.quantity)
    const cost = sum((part) => part.quantity * part.averagePrice)
    const isOneSided = group.every((part) => part.quantity >= 0) || group.every((part) => part.quantity <= 0)
    const known = group.flatMap(({ realised }) => realised === undefined ? [] : [realised])
    return {
      key,
      symbol: first?.symbol ?? key,
      product: first?.product,
      quantity,
      cost,
      averagePrice: isOneSided && quantity !== 0 ? cost / quantity : Number.NaN,
      lastPrice: group.findLast(({ lastPrice }) => lastPrice !== undefined)?.lastPrice ?? Number.NaN,
      realised: known.length === 0 ? Number.NaN : known.reduce((total, each) => total + each, 0),
      unsettled: sum((part) => part.unsettled),
      places: group.map(({ account, quantity }) => ({ account, quantity }))
    }
  })
}

export const positionsTogether = (books: ReadonlyArray<AccountBookView>): ReadonlyArray<HeldTogether> =>
  together(
    books.flatMap(({ account, positions }) =>
      positions.map(({ averagePrice, lastPrice, product, quantity, realised, symbol }) => ({
        account,
        symbol,
        product,
        quantity,
        averagePrice,
        lastPrice,
        realised,
        unsettled: 0
      }))
    )
  )

export const holdingsTogether = (books: ReadonlyArray<AccountBookView>): ReadonlyArray<HeldTogether> =>
  together(
    books.flatMap(({ account, holdings }) =>
      holdings.map(({ averagePrice, lastPrice, quantity, symbol, unsettled }) => ({
        account,
        symbol,
        product: undefined,
        quantity,
        averagePrice,
        lastPrice,
        realised: undefined,
        unsettled
      }))
    )
  )

export interface BookOrder {
  readonly account: string
  readonly order: BrokerOrderView
}

/** The one that changed last comes first. */
export const ordersTogether = (books: ReadonlyArray<AccountBookView>): ReadonlyArray<BookOrder> =>
  books.flatMap(({ account, orders }) => orders.map((order): BookOrder => ({ account, order })))
    .sort((a, b) => b.order.changedAt - a.order.changedAt)

/** What is known of the funds of all; `missing` accounts have not said yet. */
export const fundsTogether = (
  accounts: ReadonlyArray<Pick<AccountView, "funds">>
): { readonly available: number; readonly used: number; readonly missing: number } => {
  const known = accounts.flatMap(({ funds }) => funds === null ? [] : [funds])
  return {
    available: known.reduce((sum, { available }) => sum + available, 0),
    used: known.reduce((sum, { used }) => sum + used, 0),
    missing: accounts.length - known.length
  }
}
