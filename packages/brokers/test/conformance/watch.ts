/** What comes out of a session: the book as it becomes, and what the feeds tell. */
import type { FeedEnd, OrderFeedEvent } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerOrder } from "@keepgaining/brokers/port/BrokerOrder.ts"
import * as Effect from "effect/Effect"
import type { Stage } from "./stage.ts"

/** The order as the broker's book has it, once it is as wanted. */
export const inBook = (
  on: Stage,
  tag: string,
  is: (order: BrokerOrder) => boolean
): Effect.Effect<BrokerOrder, BrokerError> =>
  Effect.gen(function*() {
    for (let tries = 0; tries < 100; tries++) {
      const found = (yield* on.session.orders.book).find((order) => order.tag === tag && is(order))
      if (found !== undefined) return found
      yield* Effect.sleep(40)
    }
    throw new Error(`no such order in the book: ${JSON.stringify(yield* on.session.orders.book)}`)
  })

/** How many orders the exchange has of the customer. */
export const placed = ({ customer, simulation }: Stage): number => simulation.exchange.orders(customer).length

/** What the order feed tells from now on. */
export const events = (on: Stage) =>
  Effect.gen(function*() {
    const seen: Array<OrderFeedEvent> = []
    const feed = yield* on.session.orderFeed.open((event) => seen.push(event))
    return { seen, ended: feed.ended }
  })

export const orderEvents = (seen: ReadonlyArray<OrderFeedEvent>, tag: string): ReadonlyArray<BrokerOrder> =>
  seen.flatMap((event) => event._tag === "Order" && event.order.tag === tag ? [event.order] : [])

/** What the market feed tells of the instruments from now on. */
export const ticks = (on: Stage, symbols: ReadonlyArray<string>, detail: "price" | "quote" | "full" | "depth") =>
  Effect.gen(function*() {
    const rows: Array<{ instrument: number; price: number; bid: number; volume: number; openInterest: number }> = []
    const frames: Array<Uint8Array> = []
    const feed = yield* on.session.marketFeed.open((batch) => {
      for (let row = 0; row < batch.length; row++) {
        rows.push({
          // Rows below the length are within the columns.
          instrument: batch.ticks.instrument[row]!,
          price: batch.ticks.price[row]!,
          bid: batch.ticks.bid[row]!,
          volume: batch.ticks.volume[row]!,
          openInterest: batch.ticks.openInterest[row]!
        })
      }
    }, (frame) => frames.push(frame.slice()))
    const instruments = on.instruments(symbols)
    feed.subscribe(instruments, detail)
    return { rows, frames, feed, instruments }
  })

/** How a feed ended, which it must soon. */
export const within = (ended: Effect.Effect<FeedEnd>): Effect.Effect<FeedEnd> =>
  Effect.map(Effect.timeoutOption(ended, 10_000), (end) => {
    if (end._tag === "None") throw new Error("the feed goes on after 10 s")
    return end.value
  })
