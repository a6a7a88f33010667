/**
 * Cuts a JSON array of objects that arrives in pieces into its objects. Memory: one piece and one object. Only the outline
 * (strings and braces) is followed here, a byte at a time; what is inside an object is for `JSON.parse`.
 */
const QUOTE = 34
const COMMA = 44
const ARRAY_OPEN = 91
const BACKSLASH = 92
const ARRAY_CLOSE = 93
const OPEN = 123
const CLOSE = 125

/** A longer object is refused: something other than a master is being read. */
const LONGEST_OBJECT = 1_048_576

export class JsonObjects {
  readonly #decoder = new TextDecoder()
  #carry: Uint8Array = new Uint8Array(0)
  #depth = 0
  #inString = false
  #escaped = false
  #begun = false
  #ended = false
  /** What is wrong with the outline; the rest cannot be read. */
  problem: string | undefined

  /** Whether the array was closed. */
  get complete(): boolean {
    return this.#ended && this.problem === undefined
  }

  /** Hands over the text of every object that ends in this piece. */
  push(piece: Uint8Array, each: (text: string) => void): void {
    if (this.problem !== undefined) return
    const carried = this.#carry.byteLength
    const bytes = carried === 0 ? piece : joined(this.#carry, piece)
    // Where the present object begins; -1 between objects.
    let start = this.#depth > 0 ? 0 : -1
    // What was carried was looked at already.
    for (let at = carried; at < bytes.byteLength; at++) {
      // Inside the piece, so there is a byte.
      const byte = bytes[at]!
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === BACKSLASH) this.#escaped = true
        else if (byte === QUOTE) this.#inString = false
        continue
      }
      if (byte === QUOTE && this.#depth > 0) this.#inString = true
      else if (byte === OPEN && this.#begun && !this.#ended) {
        if (this.#depth++ === 0) start = at
      } else if (byte === CLOSE && this.#depth > 0) {
        if (--this.#depth === 0) {
          each(this.#decoder.decode(bytes.subarray(start, at + 1)))
          start = -1
        }
      } else if (this.#depth > 0) continue
      else if (byte === ARRAY_OPEN && !this.#begun) this.#begun = true
      else if (byte === ARRAY_CLOSE && this.#begun && !this.#ended) this.#ended = true
      else if (byte > 32 && !(byte === COMMA && this.#begun && !this.#ended) && !isByteOrderMark(byte, this.#begun)) {
        this.problem = `not a JSON array of objects: unexpected ${JSON.stringify(String.fromCharCode(byte))}`
        return
      }
    }
    this.#carry = start < 0 ? new Uint8Array(0) : bytes.slice(start)
    if (this.#carry.byteLength > LONGEST_OBJECT) this.problem = `an object longer than ${LONGEST_OBJECT} bytes`
  }
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(a.byteLength + b.byteLength)
  bytes.set(a)
  bytes.set(b, a.byteLength)
  return bytes
}

const isByteOrderMark = (byte: number, begun: boolean): boolean =>
  !begun && (byte === 0xef || byte === 0xbb || byte === 0xbf)
