/** The GTT orders of all customers: what waits for its trigger, for a year where the order book is for a day. */
import type { Paise } from "@keepgaining/core/market/Money.ts"
import { priceFault, quantityFault } from "@keepgaining/core/orders/rejectReason.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { keyOf, type SimAccount } from "./SimAccount.ts"
import { type Refusal, refusal, type SimGtt } from "./SimOrder.ts"

export type NewSimGtt = Pick<SimGtt, "of" | "side" | "quantity" | "product" | "lastPrice" | "legs">

export type GttListener = (gtt: Readonly<SimGtt>) => void

export class GttBook {
  readonly #gtts = new Map<string, SimGtt>()
  readonly #listeners = new Set<GttListener>()

  onChange(listener: GttListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  of(account: SimAccount): ReadonlyArray<SimGtt> {
    return [...this.#gtts.values()].filter((gtt) => gtt.account === keyOf(account))
  }

  /** Rows of the instruments that something waits for. */
  waitsFor(): ReadonlyArray<number> {
    return [...this.#gtts.values()].flatMap(({ of, status }) => status === "active" ? [of.index] : [])
  }

  /** `nextId` is drawn from only when nothing is wrong with it. */
  place(account: SimAccount, gtt: NewSimGtt, nextId: () => number, now: number): SimGtt | Refusal {
    const fault = gttFault(gtt.of, gtt)
    if (fault !== undefined) return refusal("price", fault)
    const made: SimGtt = {
      ...gtt,
      id: String(nextId() + 100_000_000),
      account: keyOf(account),
      status: "active",
      orderId: undefined,
      createdAt: now,
      changedAt: now
    }
    this.#gtts.set(made.id, made)
    this.#emit(made)
    return made
  }

  cancel(account: SimAccount, id: string, now: number): SimGtt | Refusal {
    const gtt = this.#active(account, id, "cancelled")
    if ("_tag" in gtt) return gtt
    gtt.status = "cancelled"
    gtt.changedAt = now
    this.#emit(gtt)
    return gtt
  }

  /** Its new quantity and triggers, whole; which way they wait is seen from the price of now. */
  modify(
    account: SimAccount,
    id: string,
    change: Pick<SimGtt, "quantity" | "legs">,
    priceOf: (of: SimInstrument) => Paise,
    now: number
  ): SimGtt | Refusal {
    const gtt = this.#active(account, id, "modified")
    if ("_tag" in gtt) return gtt
    const fault = gttFault(gtt.of, change)
    if (fault !== undefined) return refusal("price", fault)
    const changed: SimGtt = { ...gtt, ...change, lastPrice: priceOf(gtt.of), changedAt: now }
    this.#gtts.set(id, changed)
    this.#emit(changed)
    return changed
  }

  /** A trigger at or below the price at which it was set waits for a fall, one above for a rise. */
  onPrice(
    of: SimInstrument,
    price: Paise,
    now: number,
    /** Places the order of a leg: its id, if it was taken. */
    place: (gtt: SimGtt, limitPrice: Paise) => string | undefined
  ): void {
    for (const gtt of this.#gtts.values()) {
      if (gtt.status !== "active" || gtt.of.index !== of.index) continue
      const leg = gtt.legs.find(({ triggerPrice }) =>
        triggerPrice <= gtt.lastPrice ? price <= triggerPrice : price >= triggerPrice
      )
      if (leg === undefined) continue
      gtt.status = "triggered"
      gtt.changedAt = now
      gtt.orderId = place(gtt, leg.limitPrice)
      this.#emit(gtt)
    }
  }

  #active(account: SimAccount, id: string, done: "cancelled" | "modified"): SimGtt | Refusal {
    const gtt = this.#gtts.get(id)
    if (gtt === undefined || gtt.account !== keyOf(account)) return refusal("unknown-order", `GTT ${id} not found`)
    return gtt.status === "active" ? gtt : refusal("final-order", `GTT cannot be ${done} as it is ${gtt.status}`)
  }

  #emit(gtt: SimGtt): void {
    for (const listener of this.#listeners) listener({ ...gtt })
  }
}

const gttFault = (
  { instrument: { lotSize, tickSize } }: SimInstrument,
  { legs, quantity }: Pick<SimGtt, "quantity" | "legs">
): string | undefined =>
  quantityFault(quantity, lotSize) ??
    legs.map(({ triggerPrice }) => priceFault("trigger", triggerPrice, tickSize)).find((each) => each !== undefined)
