/** A broker session whose every request goes through the account's gate. */
import type { BrokerSession } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { MarketQuote } from "@keepgaining/brokers/port/MarketQuote.ts"
import { type RequestKind, RequestPass } from "@keepgaining/brokers/port/RequestPass.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CallGate } from "./CallGate.ts"
import { Priority } from "./CallTurns.ts"

/** The call, each of whose requests passes the gate. What it reads to change something is a read, as urgent as the change. */
export const throughGate = <A, R>(
  gate: CallGate,
  kind: RequestKind,
  priority: Priority,
  call: Effect.Effect<A, BrokerError, R>
): Effect.Effect<A, BrokerError, R> => {
  const usual = kind === "orders" ? "reads" : kind
  return Effect.provideService(call, RequestPass, {
    pass: (asked, operation, request) => gate.pass(asked ?? usual, priority, operation, request)
  })
}

/** `onUnauthorised` hears of every call whose token was refused, `onQuotes` what was answered when, epoch ms. */
export const guardSession = (
  session: BrokerSession,
  gate: CallGate,
  onUnauthorised: () => void,
  onQuotes?: (quotes: ReadonlyArray<MarketQuote>, at: number) => void
): BrokerSession => {
  const pass = <A, R>(
    kind: RequestKind,
    call: Effect.Effect<A, BrokerError, R>,
    priority: Priority = Priority.normal
  ): Effect.Effect<A, BrokerError, R> =>
    throughGate(gate, kind, priority, call).pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          if (error._tag === "Unauthorised") onUnauthorised()
        })
      )
    )
  const urgency = (order: { readonly isExit?: boolean }): Priority =>
    order.isExit === true ? Priority.exit : Priority.normal
  const { gtt, margins, marketData, marketFeed, orderFeed, orders, portfolio } = session
  const { chain } = marketData
  return {
    orders: {
      place: (order) => pass("orders", orders.place(order), urgency(order)),
      modify: (change) => pass("orders", orders.modify(change), urgency(change.order)),
      cancel: (orderId) => pass("orders", orders.cancel(orderId), Priority.cancel),
      book: pass("reads", orders.book),
      trades: pass("reads", orders.trades)
    },
    portfolio: {
      profile: pass("reads", portfolio.profile),
      funds: pass("reads", portfolio.funds),
      positions: pass("reads", portfolio.positions),
      holdings: pass("reads", portfolio.holdings)
    },
    marketData: {
      quotes: (symbols) =>
        Effect.tap(
          pass("quotes", marketData.quotes(symbols)),
          (quotes) => Effect.map(Clock.currentTimeMillis, (now) => onQuotes?.(quotes, now))
        ),
      candles: (...asked) => pass("candles", marketData.candles(...asked)),
      ...(chain === undefined
        ? {}
        : { chain: (underlying: string, expiry: string) => pass("quotes", chain(underlying, expiry)) })
    },
    margins: { of: (legs) => pass("reads", margins.of(legs)) },
    ...(gtt === undefined
      ? {}
      : {
        gtt: {
          place: (order) => pass("orders", gtt.place(order)),
          cancel: (id) => pass("orders", gtt.cancel(id), Priority.cancel),
          list: pass("reads", gtt.list)
        }
      }),
    // Some ask by a request where to connect to.
    marketFeed: { open: (...listeners) => pass("reads", marketFeed.open(...listeners)) },
    orderFeed: { open: (listener) => pass("reads", orderFeed.open(listener)) }
  }
}
