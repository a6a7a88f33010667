/**
 * The way to a broker with real money, as a capability: who holds a {@link LiveOrderPort} can send orders, and only
 * {@link LiveOrderPort.layer} makes them. Its constructor is private and its state is `#private`, so nothing that merely
 * looks like a port is one. Paper sessions are built without that layer; code that asks for it does not type-check there.
 */
import type { BrokerSession } from "@keepgaining/brokers/port/BrokerAccount.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import { NotSent } from "@keepgaining/brokers/port/BrokerError.ts"
import type { BrokerOrder, NewOrder, OrderChange } from "@keepgaining/brokers/port/BrokerOrder.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { AccountActor } from "../brokers/AccountActor.ts"
import { Brokers } from "../brokers/Brokers.ts"

export class LiveOrderPorts extends Context.Service<LiveOrderPorts, {
  readonly all: () => ReadonlyArray<LiveOrderPort>
  readonly of: (account: string) => LiveOrderPort | undefined
}>()("@keepgaining/engine/execution/LiveOrderPorts") {}

export class LiveOrderPort {
  readonly #actor: AccountActor
  readonly #reading = Semaphore.makeUnsafe(1)
  #readAt = 0

  private constructor(actor: AccountActor) {
    this.#actor = actor
  }

  /** Ports of all accounts that run; the same port for the same account as long as it runs. */
  static readonly layer: Layer.Layer<LiveOrderPorts, never, Brokers> = Layer.effect(
    LiveOrderPorts,
    Effect.map(Brokers, (brokers) => {
      const ports = new WeakMap<AccountActor, LiveOrderPort>()
      const portOf = (actor: AccountActor): LiveOrderPort => {
        const known = ports.get(actor) ?? new LiveOrderPort(actor)
        ports.set(actor, known)
        return known
      }
      return LiveOrderPorts.of({
        all: () => brokers.actors().map(portOf),
        of: (account) => {
          const actor = brokers.actor(account)
          return actor === undefined ? undefined : portOf(actor)
        }
      })
    })
  )

  get actor(): AccountActor {
    return this.#actor
  }

  get account(): string {
    return this.#actor.record.id
  }

  /** Of the account's orders, those that carry one of the tags. */
  rows(tags: ReadonlySet<string>): ReadonlyArray<BrokerOrder> {
    const found: Array<BrokerOrder> = []
    for (const order of this.#actor.book.orders.values()) {
      if (order.tag !== undefined && tags.has(order.tag)) found.push(order)
    }
    return found
  }

  /** Orders that look as if they were the account's own and that no tag tells: the book may leave tags out, or a person sent them. */
  untagged(is: (order: BrokerOrder) => boolean): ReadonlyArray<BrokerOrder> {
    if (this.#actor.capabilities.booksOmitTags !== true) return []
    return [...this.#actor.book.orders.values()].filter((order) => order.tag === undefined && is(order))
  }

  place(order: NewOrder): Effect.Effect<ReadonlyArray<string>, BrokerError> {
    return Effect.tap(
      this.#call("place order", ({ orders }) => orders.place(order)),
      (orderIds) => this.name(order.tag, orderIds)
    )
  }

  /** The broker knows what was sent under the tag by these ids. */
  name(tag: string, orderIds: ReadonlyArray<string>): Effect.Effect<void> {
    return this.#actor.nameOrders(tag, orderIds)
  }

  /** Changes that one order may be given; `undefined` where the broker states no limit. */
  get mostChanges(): number | undefined {
    return this.#actor.capabilities.modifications
  }

  modify(change: OrderChange): Effect.Effect<void, BrokerError> {
    return this.#call("modify order", ({ orders }) => orders.modify(change))
  }

  cancel(orderId: string): Effect.Effect<void, BrokerError> {
    return this.#call("cancel order", ({ orders }) => orders.cancel(orderId))
  }

  /**
   * Has the order book read by a request that began at `since` (epoch ms) or later, and answers when it began. Whoever waits
   * for the same shares one request: brokers count them.
   */
  readBook(since: number): Effect.Effect<number, BrokerError> {
    return this.#reading.withPermits(1)(Effect.suspend(() => {
      if (this.#readAt >= since) return Effect.succeed(this.#readAt)
      return Effect.gen({ self: this }, function*(this: LiveOrderPort) {
        const startedAt = yield* Clock.currentTimeMillis
        yield* Effect.catch(
          this.#actor.readBook,
          (error) => Effect.fail(error ?? this.#absent("read the order book"))
        )
        this.#readAt = startedAt
        return startedAt
      })
    }))
  }

  #call<A>(
    operation: string,
    call: (session: BrokerSession) => Effect.Effect<A, BrokerError>
  ): Effect.Effect<A, BrokerError> {
    return Effect.suspend(() => {
      const { session } = this.#actor
      return session === undefined ? Effect.fail(this.#absent(operation)) : call(session)
    })
  }

  #absent(operation: string): NotSent {
    const { broker, id } = this.#actor.record
    return new NotSent({ broker, account: id, operation, reason: "it is not logged in" })
  }
}
