/**
 * Parsed rows that wait until no earlier row can follow, as columns.
 *
 * **Tie rule**: rows come out by time; rows of the same time by symbol (its characters), cumulative volume, price, open
 * interest, bid, ask and the quantities. Rows that tie in everything are equal, so the order in which a file lists rows of
 * one instant cannot show in the log.
 */
import type { SymbolIndex } from "./SymbolIndex.ts"

/** One row's place in the buffer's columns. */
export interface ParsedRow {
  time: number
  symbol: number
  price: number
  volume: number
  openInterest: number
  bid: number
  ask: number
  lastQuantity: number
  bidQuantity: number
  askQuantity: number
  /** Line of the file. */
  line: number
}

const FLOATS = ["time", "volume", "openInterest", "line"] as const
const INTS = ["symbol", "price", "bid", "ask", "lastQuantity", "bidQuantity", "askQuantity"] as const

const floatColumns = (capacity: number) => ({
  time: new Float64Array(capacity),
  volume: new Float64Array(capacity),
  openInterest: new Float64Array(capacity),
  line: new Float64Array(capacity)
})

const intColumns = (capacity: number) => ({
  symbol: new Int32Array(capacity),
  price: new Int32Array(capacity),
  bid: new Int32Array(capacity),
  ask: new Int32Array(capacity),
  lastQuantity: new Int32Array(capacity),
  bidQuantity: new Int32Array(capacity),
  askQuantity: new Int32Array(capacity)
})

// Every index below is smaller than `#length`, which never exceeds the columns' length.
export class RowBuffer {
  #capacity = 1 << 15
  #length = 0
  #floats = floatColumns(this.#capacity)
  #ints = intColumns(this.#capacity)
  #order = new Uint32Array(this.#capacity)
  #sorted = true

  get length(): number {
    return this.#length
  }

  get columns(): Readonly<ReturnType<typeof floatColumns> & ReturnType<typeof intColumns>> {
    return { ...this.#floats, ...this.#ints }
  }

  push(row: ParsedRow): void {
    if (this.#length === this.#capacity) this.#grow()
    const at = this.#length
    const floats = this.#floats
    const ints = this.#ints
    if (at > 0 && row.time < floats.time[at - 1]!) this.#sorted = false
    floats.time[at] = row.time
    floats.volume[at] = row.volume
    floats.openInterest[at] = row.openInterest
    floats.line[at] = row.line
    ints.symbol[at] = row.symbol
    ints.price[at] = row.price
    ints.bid[at] = row.bid
    ints.ask[at] = row.ask
    ints.lastQuantity[at] = row.lastQuantity
    ints.bidQuantity[at] = row.bidQuantity
    ints.askQuantity[at] = row.askQuantity
    this.#length = at + 1
  }

  /** Hands over, in order, the places of all rows before `time`, then forgets those rows. */
  release(time: number, symbols: SymbolIndex, take: (places: Uint32Array) => void): void {
    const times = this.#floats.time
    if (!this.#sorted) this.#sortByTime()
    let end = 0
    while (end < this.#length && times[end]! < time) end++
    if (end === 0) return
    const order = this.#order.subarray(0, end)
    for (let n = 0; n < end; n++) order[n] = n
    const compare = this.#comparator(symbols.ranks)
    for (let from = 0, to = 1; from < end; from = to, to = from + 1) {
      while (to < end && times[to] === times[from]) to++
      if (to - from > 1) sortRange(order, from, to, compare)
    }
    take(order)
    this.#drop(end)
  }

  #comparator(ranks: Int32Array): (a: number, b: number) => number {
    const { openInterest, volume } = this.#floats
    const { ask, askQuantity, bid, bidQuantity, lastQuantity, price, symbol } = this.#ints
    return (a, b) =>
      ranks[symbol[a]!]! - ranks[symbol[b]!]! || volume[a]! - volume[b]! || price[a]! - price[b]! ||
      openInterest[a]! - openInterest[b]! || bid[a]! - bid[b]! || ask[a]! - ask[b]! ||
      lastQuantity[a]! - lastQuantity[b]! || bidQuantity[a]! - bidQuantity[b]! || askQuantity[a]! - askQuantity[b]!
  }

  #sortByTime(): void {
    const { time } = this.#floats
    const order = Array.from({ length: this.#length }, (_, n) => n).sort((a, b) => time[a]! - time[b]!)
    for (const name of FLOATS) {
      const from = this.#floats[name].slice(0, this.#length)
      order.forEach((old, place) => (this.#floats[name][place] = from[old]!))
    }
    for (const name of INTS) {
      const from = this.#ints[name].slice(0, this.#length)
      order.forEach((old, place) => (this.#ints[name][place] = from[old]!))
    }
    this.#sorted = true
  }

  #drop(count: number): void {
    for (const name of FLOATS) this.#floats[name].copyWithin(0, count, this.#length)
    for (const name of INTS) this.#ints[name].copyWithin(0, count, this.#length)
    this.#length -= count
  }

  #grow(): void {
    const floats = this.#floats
    const ints = this.#ints
    this.#capacity *= 2
    this.#floats = floatColumns(this.#capacity)
    this.#ints = intColumns(this.#capacity)
    this.#order = new Uint32Array(this.#capacity)
    for (const name of FLOATS) this.#floats[name].set(floats[name])
    for (const name of INTS) this.#ints[name].set(ints[name])
  }
}

const FEW = 24

/** Sorts a range of indices; insertion for the small groups that one instant usually has. */
const sortRange = (order: Uint32Array, from: number, to: number, compare: (a: number, b: number) => number): void => {
  if (to - from > FEW) {
    order.subarray(from, to).sort(compare)
    return
  }
  for (let n = from + 1; n < to; n++) {
    const value = order[n]!
    let at = n
    while (at > from && compare(order[at - 1]!, value) > 0) {
      order[at] = order[at - 1]!
      at--
    }
    order[at] = value
  }
}
