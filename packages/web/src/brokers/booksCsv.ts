/** The tables of the Brokers page as CSV: what is shown, with prices in rupees and times in IST. */
import { type GttView } from "@keepgaining/rpc/contract/Gtt.ts"
import { csv, csvPrice, csvRupees } from "../format/csv.ts"
import { iso } from "../format/times.ts"
import { type BookOrder, type HeldTogether } from "./aggregate.ts"

/** What of a row comes from quotes, paise; `NaN` for what is not known. */
export interface HeldPrices {
  readonly last: number
  readonly open: number
}

const placesText = ({ places }: HeldTogether): string =>
  places.map(({ account, quantity }) => `${account} ${quantity}`).join("; ")

export const positionsCsv = (
  held: ReadonlyArray<HeldTogether>,
  prices: (held: HeldTogether) => HeldPrices
): string =>
  csv(
    ["instrument", "product", "accounts", "quantity", "average", "last", "open", "realised"],
    held.map((each) => {
      const { last, open } = prices(each)
      return [
        each.symbol,
        each.product,
        placesText(each),
        each.quantity,
        csvPrice(each.averagePrice),
        csvPrice(last),
        csvRupees(open),
        csvRupees(each.realised)
      ]
    })
  )

export const holdingsCsv = (
  held: ReadonlyArray<HeldTogether>,
  prices: (held: HeldTogether) => HeldPrices
): string =>
  csv(
    ["instrument", "accounts", "quantity", "unsettled", "average", "last", "open"],
    held.map((each) => {
      const { last, open } = prices(each)
      return [
        each.symbol,
        placesText(each),
        each.quantity,
        each.unsettled,
        csvPrice(each.averagePrice),
        csvPrice(last),
        csvRupees(open)
      ]
    })
  )

export const ordersCsv = (
  rows: ReadonlyArray<BookOrder>,
  /** Our order of a tag. */
  oursOf: (tag: string | undefined) => string | undefined
): string =>
  csv(
    [
      "time",
      "account",
      "order",
      "broker_id",
      "tag",
      "instrument",
      "side",
      "filled",
      "quantity",
      "type",
      "product",
      "validity",
      "limit",
      "trigger",
      "average",
      "status",
      "broker_status",
      "reason"
    ],
    rows.map(({ account, order }) => [
      iso(order.changedAt),
      account,
      oursOf(order.tag),
      order.orderId,
      order.tag,
      order.symbol,
      order.side,
      order.filled,
      order.quantity,
      order.type,
      order.product,
      order.validity,
      csvPrice(order.limitPrice),
      csvPrice(order.triggerPrice),
      csvPrice(order.averagePrice),
      order.status,
      order.brokerStatus,
      order.reason
    ])
  )

export const gttCsv = (rows: ReadonlyArray<{ readonly account: string; readonly order: GttView }>): string =>
  csv(
    [
      "account",
      "broker_id",
      "instrument",
      "side",
      "quantity",
      "product",
      "trigger",
      "limit",
      "trigger_2",
      "limit_2",
      "status",
      "broker_status"
    ],
    rows.map(({ account, order: { legs: [first, second], ...order } }) => [
      account,
      order.id,
      order.symbol,
      order.side,
      order.quantity,
      order.product,
      csvPrice(first?.triggerPrice),
      csvPrice(first?.limitPrice),
      csvPrice(second?.triggerPrice),
      csvPrice(second?.limitPrice),
      order.status,
      order.brokerStatus
    ])
  )
