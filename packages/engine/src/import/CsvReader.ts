/** Cuts a CSV file that arrives in pieces into lines and reads each into a row. Memory: one piece and one line. */
import { formatIst, istDay, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { readCount, readOptionalCount, readOptionalPaise, readPaise, TimeReader } from "./CsvFields.ts"
import { type ColumnMapping, type CsvLayout, readHeader } from "./CsvHeader.ts"
import type { ParsedRow } from "./RowBuffer.ts"
import type { SymbolIndex } from "./SymbolIndex.ts"

const NEWLINE = 10
const RETURN = 13
const COMMA = 44
const QUOTE = 34

/** A longer line is malformed; what is behind it is read again from the next line on. */
const LONGEST_LINE = 65_536
const MAX_INT32 = 2_147_483_647

/** Gets every row of the file, exactly one call each. `row` is used again for the next one. */
export interface RowSink {
  readonly row: (row: ParsedRow) => void
  readonly malformed: (line: number, detail: () => string) => void
}

/** Latest day that is believed: the last of 2099. */
const LAST_DAY = istDay(parseIst("2099-12-31 00:00:00") ?? 0)

// Reads of typed arrays stay inside the line, or inside the `width` fields found in it.
export class CsvReader {
  readonly #file: string
  readonly #mapping: ColumnMapping
  readonly #symbols: SymbolIndex
  readonly #sink: RowSink
  readonly #times = new TimeReader()
  #layout: CsvLayout | undefined
  #starts = new Int32Array(0)
  #ends = new Int32Array(0)
  #carry = new Uint8Array(0)
  /** Whether the rest of the present line is to be thrown away, because it is too long. */
  #skipping = false
  line = 0
  rows = 0
  readonly #row: ParsedRow = {
    time: 0,
    symbol: 0,
    price: 0,
    volume: 0,
    openInterest: 0,
    bid: 0,
    ask: 0,
    lastQuantity: 0,
    bidQuantity: 0,
    askQuantity: 0,
    line: 0
  }

  constructor(file: string, mapping: ColumnMapping, symbols: SymbolIndex, sink: RowSink) {
    this.#file = file
    this.#mapping = mapping
    this.#symbols = symbols
    this.#sink = sink
  }

  /** Whether there was a header. */
  get begun(): boolean {
    return this.#layout !== undefined
  }

  /** Throws `ImportRefused` for a header that does not fit. */
  push(piece: Uint8Array): void {
    const bytes = this.#carry.byteLength === 0 ? piece : joined(this.#carry, piece)
    let from = 0
    for (let to = bytes.indexOf(NEWLINE); to >= 0; to = bytes.indexOf(NEWLINE, from)) {
      if (this.#skipping) this.#skipping = false
      else this.#line(bytes, from, to)
      from = to + 1
    }
    if (!this.#skipping && bytes.byteLength - from > LONGEST_LINE) {
      this.#line(bytes, from, from + LONGEST_LINE + 1)
      this.#skipping = true
    }
    this.#carry = this.#skipping ? new Uint8Array(0) : bytes.slice(from)
  }

  /** The last line may lack its newline. */
  end(): void {
    if (this.#carry.byteLength > 0 && !this.#skipping) this.#line(this.#carry, 0, this.#carry.byteLength)
    this.#carry = new Uint8Array(0)
  }

  #line(bytes: Uint8Array, from: number, lineEnd: number): void {
    const to = lineEnd > from && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd
    this.line++
    // A blank line is no row; editors leave them at the end of a file.
    if (to === from) return
    if (this.#layout === undefined) {
      this.#layout = readHeader(this.#file, new TextDecoder().decode(bytes.subarray(from, to)), this.#mapping)
      this.#starts = new Int32Array(this.#layout.width)
      this.#ends = new Int32Array(this.#layout.width)
      return
    }
    this.rows++
    const problem = to - from > LONGEST_LINE ? "the line is too long" : this.#read(bytes, from, to, this.#layout)
    if (problem === undefined) this.#sink.row(this.#row)
    else this.#sink.malformed(this.line, () => `${problem}: ${decode(bytes, from, Math.min(to, from + 120))}`)
  }

  /** Fills the row; answers what is wrong with the line. */
  #read(bytes: Uint8Array, from: number, to: number, { places, width }: CsvLayout): string | undefined {
    const fields = this.#split(bytes, from, to, width)
    if (fields !== width) return fields < 0 ? "a quote is not closed" : `${fields} columns, not ${width}`
    const row = this.#row
    const starts = this.#starts
    const ends = this.#ends
    // Places follow the order of `csvColumns`; the first four are always there.
    const [time, symbol, price, volume] = [places[0]!, places[1]!, places[2]!, places[3]!]
    row.time = this.#times.read(bytes, starts[time]!, ends[time]!)
    if (Number.isNaN(row.time)) return "no time"
    if (istDay(row.time) > LAST_DAY) return `impossible date ${formatIst(row.time)}`
    row.symbol = this.#symbols.of(bytes, starts[symbol]!, ends[symbol]!)
    if (row.symbol < 0) return "no symbol"
    row.price = readPaise(bytes, starts[price]!, ends[price]!)
    if (Number.isNaN(row.price)) return "no positive price"
    row.volume = readCount(bytes, starts[volume]!, ends[volume]!, Number.MAX_SAFE_INTEGER)
    if (Number.isNaN(row.volume)) return "no volume"
    row.openInterest = this.#optionalCount(bytes, places[4]!, Number.MAX_SAFE_INTEGER)
    row.bid = this.#optionalPaise(bytes, places[5]!)
    row.ask = this.#optionalPaise(bytes, places[6]!)
    row.lastQuantity = this.#optionalCount(bytes, places[7]!, MAX_INT32)
    row.bidQuantity = this.#optionalCount(bytes, places[8]!, MAX_INT32)
    row.askQuantity = this.#optionalCount(bytes, places[9]!, MAX_INT32)
    row.line = this.line
    const rest = row.openInterest + row.bid + row.ask + row.lastQuantity + row.bidQuantity + row.askQuantity
    return Number.isNaN(rest) ? "open interest, bid, ask or a quantity is no number" : undefined
  }

  #optionalCount(bytes: Uint8Array, place: number, most: number): number {
    return place < 0 ? 0 : readOptionalCount(bytes, this.#starts[place]!, this.#ends[place]!, most)
  }

  #optionalPaise(bytes: Uint8Array, place: number): number {
    return place < 0 ? 0 : readOptionalPaise(bytes, this.#starts[place]!, this.#ends[place]!)
  }

  /** Finds the fields, without the quotes around them; answers how many there are, -1 for an open quote. */
  #split(bytes: Uint8Array, from: number, to: number, width: number): number {
    let field = 0
    let at = from
    while (true) {
      let start = at
      let end: number
      if (bytes[at] === QUOTE) {
        end = bytes.indexOf(QUOTE, at + 1)
        if (end < 0 || end >= to) return -1
        start = at + 1
        at = end + 1
        if (at < to && bytes[at] !== COMMA) return -1
      } else {
        while (at < to && bytes[at] !== COMMA) at++
        end = at
      }
      if (field < width) {
        this.#starts[field] = start
        this.#ends[field] = end
      }
      field++
      if (at >= to) return field
      at++
    }
  }
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(a.byteLength + b.byteLength)
  bytes.set(a)
  bytes.set(b, a.byteLength)
  return bytes
}

const decode = (bytes: Uint8Array, from: number, to: number): string =>
  JSON.stringify(new TextDecoder().decode(bytes.subarray(from, to)))
