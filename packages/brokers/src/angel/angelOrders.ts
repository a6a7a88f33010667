/** Orders at Angel: placing, changing, cancelling, and the books. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BrokerOrders } from "../port/BrokerAccount.ts"
import type { BrokerError } from "../port/BrokerError.ts"
import { type BrokerInstrument, marketOf } from "../port/BrokerInstruments.ts"
import type { NewOrder } from "../port/BrokerOrder.ts"
import type { AngelLine } from "./angelLine.ts"
import { AngelOrderData } from "./AngelOrderFrame.ts"
import { angelOrderOf, angelProduct, angelTradeOf, AngelTradeRow, angelType, angelVariety } from "./angelOrderOf.ts"

const Placed = Schema.Struct({ orderid: Schema.NonEmptyString })

const rupees = (price: number | undefined): string => ((price ?? 0) / 100).toFixed(2)

/** Of a placement, and of a change: Angel wants all of them again. */
const fieldsOf = (order: NewOrder, of: BrokerInstrument) => ({
  transactiontype: order.side === "buy" ? "BUY" : "SELL",
  exchange: marketOf(of.instrument),
  tradingsymbol: of.tradingSymbol,
  symboltoken: of.token,
  ordertype: angelType[order.type],
  producttype: angelProduct[order.product],
  duration: order.validity,
  // A price beside a market order is refused by some of Angel's checks.
  price: order.type === "limit" || order.type === "stop-limit" ? rupees(order.limitPrice) : "0",
  triggerprice: rupees(order.triggerPrice),
  quantity: String(order.quantity),
  squareoff: "0",
  stoploss: "0",
  ordertag: order.tag
})

/** Which variety an order is of: Angel wants it again with every change. */
export class AngelVarieties {
  readonly #known = new Map<string, string>()

  note(orderId: string, variety: string | null | undefined): void {
    if (variety != null && variety !== "") this.#known.set(orderId, variety)
  }

  of(orderId: string): string | undefined {
    return this.#known.get(orderId)
  }
}

export const angelOrders = (
  { change, known, read, settings: { instruments } }: AngelLine,
  varieties: AngelVarieties
): BrokerOrders => {
  const rows = (operation: string) =>
    Effect.map(
      read(operation, Schema.NullOr(Schema.Array(AngelOrderData)), (sdk) => sdk.getOrderBook()),
      (book) => {
        for (const { orderid, variety } of book ?? []) varieties.note(orderid, variety)
        return book ?? []
      }
    )
  /** An order of before this session is looked up first; of one that is not there Angel says so itself. */
  const varietyOf = (orderId: string, operation: string): Effect.Effect<string, BrokerError> => {
    const variety = varieties.of(orderId)
    return variety === undefined
      ? Effect.map(rows(operation), () => varieties.of(orderId) ?? "NORMAL")
      : Effect.succeed(variety)
  }
  return {
    place: (order) =>
      Effect.gen(function*() {
        const of = yield* known(order.symbol, "place order")
        const variety = angelVariety(order.type)
        const { orderid } = yield* change("place order", Placed, (sdk) =>
          sdk.placeOrder({ ...fieldsOf(order, of), variety }), order.tag)
        varieties.note(orderid, variety)
        return [orderid]
      }),
    modify: ({ order, orderId }) =>
      Effect.gen(function*() {
        const of = yield* known(order.symbol, "modify order")
        const variety = yield* varietyOf(orderId, "modify order")
        yield* change(
          "modify order",
          Schema.Unknown,
          (sdk) => sdk.modifyOrder({ ...fieldsOf(order, of), variety, orderid: orderId }),
          order.tag
        )
      }),
    cancel: (orderId) =>
      Effect.gen(function*() {
        const variety = yield* varietyOf(orderId, "cancel order")
        yield* change("cancel order", Schema.Unknown, (sdk) => sdk.cancelOrder({ variety, orderid: orderId }))
      }),
    book: Effect.map(rows("read the order book"), (book) => book.map((row) => angelOrderOf(row, instruments))),
    trades: Effect.gen(function*() {
      const trades = yield* read(
        "read the trades",
        Schema.NullOr(Schema.Array(AngelTradeRow)),
        (sdk) => sdk.getTradeBook()
      )
      const now = yield* Clock.currentTimeMillis
      return (trades ?? []).map((row) => angelTradeOf(row, instruments, now))
    })
  }
}
