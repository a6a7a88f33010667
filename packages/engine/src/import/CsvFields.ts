/** Reads the values of a CSV line straight from its bytes. `NaN` means that the text is not such a value. */
import { parseIst } from "@keepgaining/core/market/IndianTime.ts"

const ZERO = 48
const NINE = 57
const DOT = 46
const SPACE = 32
const DASH = 45
const COLON = 58
const LETTER_T = 84

const MAX_INT32 = 2_147_483_647
const MAX_DIGITS = 15

const textOf = (bytes: Uint8Array, from: number, to: number): string => {
  let text = ""
  for (let n = from; n < to; n++) text += String.fromCharCode(bytes[n]!)
  return text
}

// All reads are inside [from, to) of the line that the caller found in the buffer.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i

const slowNumber = (bytes: Uint8Array, from: number, to: number): number => {
  const text = textOf(bytes, from, to).trim()
  return NUMBER.test(text) ? Number(text) : Number.NaN
}

/** A price in rupees as whole paise, to the nearest; `NaN` unless it is positive and fits 32 bits. */
export const readPaise = (bytes: Uint8Array, from: number, to: number): number => {
  const paise = anyPaise(bytes, from, to)
  return paise > 0 && paise <= MAX_INT32 ? paise : Number.NaN
}

/** As {@link readPaise}, but an empty field and zero are 0: the feed did not give it. */
export const readOptionalPaise = (bytes: Uint8Array, from: number, to: number): number => {
  if (from === to) return 0
  const paise = anyPaise(bytes, from, to)
  return paise >= 0 && paise <= MAX_INT32 ? paise : Number.NaN
}

const anyPaise = (bytes: Uint8Array, from: number, to: number): number => {
  let value = 0
  let decimals = -1
  let roundUp = false
  if (to - from > MAX_DIGITS || from === to) return Math.round(slowNumber(bytes, from, to) * 100)
  for (let n = from; n < to; n++) {
    const byte = bytes[n]!
    if (byte === DOT && decimals < 0 && to - from > 1) decimals = 0
    else if (byte < ZERO || byte > NINE) return Math.round(slowNumber(bytes, from, to) * 100)
    else if (decimals < 2) {
      value = value * 10 + (byte - ZERO)
      if (decimals >= 0) decimals++
    } else {
      if (decimals === 2) roundUp = byte >= ZERO + 5
      decimals++
    }
  }
  if (decimals <= 0) value *= 100
  else if (decimals === 1) value *= 10
  return roundUp ? value + 1 : value
}

/** A whole number from 0 to `most`; `NaN` when the field is empty. */
export const readCount = (bytes: Uint8Array, from: number, to: number, most: number): number => {
  if (to - from > MAX_DIGITS || from === to) return checkedCount(slowNumber(bytes, from, to), most)
  let value = 0
  for (let n = from; n < to; n++) {
    const byte = bytes[n]!
    if (byte < ZERO || byte > NINE) return checkedCount(slowNumber(bytes, from, to), most)
    value = value * 10 + (byte - ZERO)
  }
  return value <= most ? value : Number.NaN
}

const checkedCount = (value: number, most: number): number =>
  Number.isInteger(value) && value >= 0 && value <= most ? value + 0 : Number.NaN

/** As {@link readCount}, but an empty field is 0: the feed did not give it. */
export const readOptionalCount = (bytes: Uint8Array, from: number, to: number, most: number): number =>
  from === to ? 0 : readCount(bytes, from, to, most)

/** Reads times, remembering the date of the one before: nearly all have the same. */
export class TimeReader {
  readonly #date = new Uint8Array(10)
  #midnight = Number.NaN

  /** Epoch ms of `2021-06-09 09:15:58`, read as `parseIst` does. */
  read(bytes: Uint8Array, from: number, to: number): number {
    const end = endsWithOffset(bytes, from, to) ? to - INDIAN_OFFSET.length : to
    const millis = end - from === 19
      ? 0
      : end - from === 23 && bytes[from + 19] === DOT
      ? triple(bytes, from + 20)
      : NaN
    if (Number.isNaN(millis) || !this.#sameDate(bytes, from)) return this.#slow(bytes, from, to)
    const separator = bytes[from + 10]!
    if ((separator !== SPACE && separator !== LETTER_T) || bytes[from + 13] !== COLON || bytes[from + 16] !== COLON) {
      return this.#slow(bytes, from, to)
    }
    const hours = pair(bytes, from + 11)
    const minutes = pair(bytes, from + 14)
    const seconds = pair(bytes, from + 17)
    if (!(hours < 24 && minutes < 60 && seconds < 60)) return Number.NaN
    return this.#midnight + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + millis
  }

  #sameDate(bytes: Uint8Array, from: number): boolean {
    for (let n = 0; n < 10; n++) if (bytes[from + n] !== this.#date[n]) return false
    return true
  }

  #slow(bytes: Uint8Array, from: number, to: number): number {
    const text = textOf(bytes, from, to).trim()
    const time = parseIst(text)
    if (time === undefined) return Number.NaN
    const midnight = parseIst(`${text.slice(0, 10)} 00:00:00`)
    if (midnight !== undefined && bytes[from + 4] === DASH) {
      this.#midnight = midnight
      this.#date.set(bytes.subarray(from, from + 10))
    }
    return time
  }
}

const INDIAN_OFFSET = Uint8Array.from("+05:30", (character) => character.charCodeAt(0))

const endsWithOffset = (bytes: Uint8Array, from: number, to: number): boolean => {
  const start = to - INDIAN_OFFSET.length
  if (start < from + 19) return false
  for (let n = 0; n < INDIAN_OFFSET.length; n++) if (bytes[start + n] !== INDIAN_OFFSET[n]) return false
  return true
}

const triple = (bytes: Uint8Array, at: number): number => {
  const last = bytes[at + 2]! - ZERO
  return last >= 0 && last <= 9 ? pair(bytes, at) * 10 + last : Number.NaN
}

const pair = (bytes: Uint8Array, at: number): number => {
  const tens = bytes[at]! - ZERO
  const ones = bytes[at + 1]! - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
