/** A broker session whose every call goes through the account's gate. */
import type { BrokerSession } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import * as Effect from "effect/Effect"
import { type CallClass, type CallGate, Priority } from "./CallGate.ts"

/** `onUnauthorised` hears of every call whose token was refused. */
export const guardSession = (
  session: BrokerSession,
  gate: CallGate,
  onUnauthorised: () => void
): BrokerSession => {
  const pass = <A>(
    kind: CallClass,
    operation: string,
    call: Effect.Effect<A, BrokerError>,
    priority: Priority = Priority.normal
  ): Effect.Effect<A, BrokerError> =>
    gate.pass(kind, priority, operation, call).pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          if (error._tag === "Unauthorised") onUnauthorised()
        })
      )
    )
  const { gtt, margins, marketData, orders, portfolio } = session
  const { chain } = marketData
  return {
    orders: {
      place: (order) =>
        pass("orders", "place order", orders.place(order), order.isExit === true ? Priority.exit : Priority.normal),
      modify: (change) =>
        pass(
          "orders",
          "modify order",
          orders.modify(change),
          change.order.isExit === true ? Priority.exit : Priority.normal
        ),
      cancel: (orderId) => pass("orders", "cancel order", orders.cancel(orderId), Priority.cancel),
      book: pass("reads", "read the order book", orders.book),
      trades: pass("reads", "read the trades", orders.trades)
    },
    portfolio: {
      profile: pass("reads", "read the profile", portfolio.profile),
      funds: pass("reads", "read the funds", portfolio.funds),
      positions: pass("reads", "read the positions", portfolio.positions),
      holdings: pass("reads", "read the holdings", portfolio.holdings)
    },
    marketData: {
      quotes: (symbols) => pass("quotes", "read quotes", marketData.quotes(symbols)),
      candles: (...asked) => pass("candles", "read candles", marketData.candles(...asked)),
      ...(chain === undefined
        ? {}
        : {
          chain: (underlying: string, expiry: string) =>
            pass("quotes", "read the option chain", chain(underlying, expiry))
        })
    },
    margins: { of: (legs) => pass("reads", "ask for a margin", margins.of(legs)) },
    ...(gtt === undefined
      ? {}
      : {
        gtt: {
          place: (order) => pass("orders", "place GTT", gtt.place(order)),
          cancel: (id) => pass("orders", "cancel GTT", gtt.cancel(id), Priority.cancel),
          list: pass("reads", "read GTTs", gtt.list)
        }
      }),
    marketFeed: session.marketFeed,
    orderFeed: session.orderFeed
  }
}
