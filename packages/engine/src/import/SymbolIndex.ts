/** Numbers symbols by their bytes, without making a string of each. */
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"

/** More than the exchanges list; a file with more is not what it says it is. */
export const MAX_SYMBOLS = 500_000
const LONGEST = 64

const isSpace = (byte: number): boolean => byte === 32 || byte === 9

export class SymbolIndex {
  #slots = new Int32Array(1 << 12).fill(-1)
  readonly #names: Array<Uint8Array> = []
  readonly #symbols: Array<string> = []
  readonly #numbers = new Map<string, number>()
  #ranks: Int32Array | undefined

  /** Number of the symbol; -1 when the bytes are not one (empty, too long, not printable ASCII, or one too many). */
  of(bytes: Uint8Array, start: number, end: number): number {
    let from = start
    let to = end
    while (from < to && isSpace(bytes[from]!)) from++
    while (to > from && isSpace(bytes[to - 1]!)) to--
    if (from === to || to - from > LONGEST) return -1
    let hash = 0x811c9dc5
    for (let n = from; n < to; n++) hash = Math.imul(hash ^ bytes[n]!, 0x01000193)
    const mask = this.#slots.length - 1
    for (let slot = (hash ^ (hash >>> 15)) & mask;; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]!
      if (known === -1) return this.#add(bytes, from, to, slot)
      if (this.#isName(known, bytes, from, to)) return known
    }
  }

  /** `NSE:RELIANCE`. */
  symbol(number: number): string {
    return this.#symbols[number] ?? ""
  }

  /** Place of each number when the symbols are sorted by their characters. */
  get ranks(): Int32Array {
    this.#ranks ??= this.#rank()
    return this.#ranks
  }

  #rank(): Int32Array {
    const order = this.#symbols.map((_, number) => number)
    order.sort((a, b) => (this.symbol(a) < this.symbol(b) ? -1 : 1))
    const ranks = new Int32Array(order.length)
    order.forEach((number, place) => (ranks[number] = place))
    return ranks
  }

  #isName(number: number, bytes: Uint8Array, from: number, to: number): boolean {
    const name = this.#names[number]!
    if (name.length !== to - from) return false
    for (let n = 0; n < name.length; n++) if (name[n] !== bytes[from + n]) return false
    return true
  }

  #add(bytes: Uint8Array, from: number, to: number, slot: number): number {
    const name = bytes.slice(from, to)
    const number = this.#names.length
    if (number === MAX_SYMBOLS || name.some((byte) => byte < 32 || byte > 126)) return -1
    const text = String.fromCharCode(...name)
    const symbol = qualified(text)
    // `RELIANCE` and `NSE:RELIANCE` are one symbol; the second spelling finds the first one's number.
    const same = this.#numbers.get(symbol)
    if (same !== undefined) return same
    this.#numbers.set(symbol, number)
    this.#names.push(name)
    this.#symbols.push(symbol)
    this.#slots[slot] = number
    this.#ranks = undefined
    if (this.#names.length * 2 > this.#slots.length) this.#grow()
    return number
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1)
    const mask = this.#slots.length - 1
    this.#names.forEach((name, number) => {
      let hash = 0x811c9dc5
      for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193)
      let slot = (hash ^ (hash >>> 15)) & mask
      while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
      this.#slots[slot] = number
    })
  }
}

const QUALIFIED = /^(NSE|BSE):(?=.)/
const BSE_INDEX = /^(SENSEX|BANKEX)\b/
const INDEX = /^(NIFTY|BANKNIFTY|FINNIFTY|MIDCPNIFTY|INDIA ?VIX|SENSEX|BANKEX)(?![A-Z])/

const qualified = (name: string): string => {
  if (QUALIFIED.test(name)) return name
  return BSE_INDEX.test(name) ? `BSE:${name}` : `NSE:${name}`
}

/**
 * The instrument behind a symbol of a plain tick file, which says nothing about it: an index when it is named like one
 * (`NIFTY 50`, `INDIA VIX`, `SENSEX`) and trades nothing, a share otherwise, with a tick of 5 paise and a lot of 1.
 */
export const instrumentOf = (symbol: string, volume: number): Instrument => ({
  symbol,
  exchange: symbol.startsWith("BSE:") ? "BSE" : "NSE",
  kind: volume === 0 && INDEX.test(symbol.slice(4)) ? "index" : "equity",
  tickSize: 5,
  lotSize: 1
})
