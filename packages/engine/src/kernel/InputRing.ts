/**
 * What a cell took in since its last snapshot, oldest first: the second half of "snapshot plus inputs since". Ticks are
 * kept as columns, so that retaining one costs a few stores and no allocation; everything rarer carries an object.
 *
 * Bounded: when it is full the cell takes a snapshot and empties it.
 */
import { type Paise, paise } from "@keepgaining/core/market/Money.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"

export const RING_CAPACITY = 512

/** What a tick says to the actors of its cell; one reused object, valid during the call. */
export interface CellTick {
  time: number
  price: Paise
  volume: number
  /** Quantity traded since the instrument's previous tick, from the counter; 0 when it did not grow. */
  traded: number
  openInterest: number
  bid: Paise
  ask: Paise
  bidQuantity: number
  askQuantity: number
}

export const emptyTick = (): CellTick => ({
  time: 0,
  price: paise(0),
  volume: 0,
  traded: 0,
  openInterest: 0,
  bid: paise(0),
  ask: paise(0),
  bidQuantity: 0,
  askQuantity: 0
})

export const TICK = 0
export const CLOSE = 1
export const MESSAGE = 2

const FIELDS = 10

export class InputRing<Message> {
  length = 0
  readonly #kind = new Uint8Array(RING_CAPACITY)
  readonly #columns = new Float64Array(RING_CAPACITY * FIELDS)
  readonly #messages: Array<Message | undefined> = Array.from({ length: RING_CAPACITY })

  get isFull(): boolean {
    return this.length === RING_CAPACITY
  }

  clear(): void {
    this.#messages.fill(undefined, 0, this.length)
    this.length = 0
  }

  /** Retains one row; also copies it into `tick` for the actors. */
  pushTick(batch: TickBatch, row: number, now: number, previousVolume: number, tick: CellTick): void {
    const columns = this.#columns
    let at = this.length * FIELDS
    this.#kind[this.length++] = TICK
    // `row` is a row of the batch, so no column read can miss.
    columns[at++] = now
    columns[at++] = tick.time = batch.eventTime[row]!
    columns[at++] = tick.price = paise(batch.price[row]!)
    const volume = batch.volume[row]!
    columns[at++] = tick.volume = volume
    columns[at++] = tick.traded = previousVolume >= 0 && volume > previousVolume ? volume - previousVolume : 0
    columns[at++] = tick.openInterest = batch.openInterest[row]!
    columns[at++] = tick.bid = paise(batch.bid[row]!)
    columns[at++] = tick.ask = paise(batch.ask[row]!)
    columns[at++] = tick.bidQuantity = batch.bidQuantity[row]!
    columns[at] = tick.askQuantity = batch.askQuantity[row]!
  }

  /** Retains that candles were closed at event time `now`. */
  pushClose(now: number): void {
    this.#columns[this.length * FIELDS] = now
    this.#kind[this.length++] = CLOSE
  }

  pushMessage(now: number, message: Message): void {
    this.#columns[this.length * FIELDS] = now
    this.#messages[this.length] = message
    this.#kind[this.length++] = MESSAGE
  }

  kind(index: number): number {
    return this.#kind[index]!
  }

  now(index: number): number {
    return this.#columns[index * FIELDS]!
  }

  readTick(index: number, tick: CellTick): void {
    const columns = this.#columns
    let at = index * FIELDS + 1
    tick.time = columns[at++]!
    tick.price = paise(columns[at++]!)
    tick.volume = columns[at++]!
    tick.traded = columns[at++]!
    tick.openInterest = columns[at++]!
    tick.bid = paise(columns[at++]!)
    tick.ask = paise(columns[at++]!)
    tick.bidQuantity = columns[at++]!
    tick.askQuantity = columns[at]!
  }

  message(index: number): Message {
    const message = this.#messages[index]
    if (message === undefined) throw new RangeError(`Input ${index} is no message`)
    return message
  }
}
