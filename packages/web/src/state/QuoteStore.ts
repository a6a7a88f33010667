/**
 * The latest quotes as columns, with a signal for each cell that is on screen and for no other. A frame is written into
 * the columns first, then the signals that exist are set in one batch: one pass of updates a frame.
 */
import { type QuoteField, quoteFields, type QuoteFrame } from "@keepgaining/rpc/contract/Market.ts"
import { type Accessor, batch, createSignal, getOwner, onCleanup, type Setter } from "solid-js"

const width = quoteFields.length

const offsets: Readonly<Record<QuoteField, number>> = (() => {
  const entries = quoteFields.map((field, position) => [field, position] as const)
  // Every field is there, because the entries are made from the list of all of them.
  return Object.fromEntries(entries) as Record<QuoteField, number>
})()

interface Cell {
  readonly read: Accessor<number>
  readonly write: Setter<number>
  watchers: number
}

export class QuoteStore {
  #values: Float64Array<ArrayBuffer>
  #size: number
  readonly #cells = new Map<number, Cell>()
  /** Event time of the session, as of the latest frame. */
  readonly now: Accessor<number>
  readonly #setNow: Setter<number>
  #sequence = 0
  #frozen = false

  constructor(size = 0) {
    this.#size = size
    this.#values = new Float64Array(size * width).fill(Number.NaN)
    const [now, setNow] = createSignal(Number.NaN)
    this.now = now
    this.#setNow = setNow
  }

  /** Forgets every quote; cells on screen show that nothing is known. */
  reset(size: number): void {
    this.#size = size
    this.#values = new Float64Array(size * width).fill(Number.NaN)
    this.#sequence = 0
    batch(() => {
      this.#setNow(Number.NaN)
      for (const cell of this.#cells.values()) cell.write(Number.NaN)
    })
  }

  /** How many cells have a signal; for tests and the budget. */
  get watched(): number {
    return this.#cells.size
  }

  get sequence(): number {
    return this.#sequence
  }

  /** `NaN` when it was never quoted. */
  value(instrument: number, field: QuoteField): number {
    return this.#values[instrument * width + offsets[field]] ?? Number.NaN
  }

  /** The cell as a signal, kept as long as the owner (a mounted row) lives. */
  watch(instrument: number, field: QuoteField): Accessor<number> {
    const key = instrument * width + offsets[field]
    let cell = this.#cells.get(key)
    if (cell === undefined) {
      const [read, write] = createSignal(this.#values[key] ?? Number.NaN, { equals: Object.is })
      cell = { read, write, watchers: 0 }
      this.#cells.set(key, cell)
    }
    const held = cell
    if (getOwner() !== null) {
      held.watchers += 1
      onCleanup(() => this.#release(key, held))
    }
    return held.read
  }

  #release(key: number, cell: Cell): void {
    cell.watchers -= 1
    if (cell.watchers === 0 && this.#cells.get(key) === cell) this.#cells.delete(key)
  }

  /** While frozen, frames are taken in but cells on screen stand still; afterwards they show what is current. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen
    if (frozen) return
    batch(() => {
      for (const [key, cell] of this.#cells) cell.write(this.#values[key] ?? Number.NaN)
    })
  }

  apply(frame: QuoteFrame): void {
    const { ids, values } = frame
    this.#sequence = frame.sequence
    const changed: Array<number> = []
    for (let row = 0; row < ids.length; row++) {
      // ids has this row, and values holds `width` numbers for each id (contract of the frame).
      const instrument = ids[row]!
      if (instrument >= this.#size) this.#grow(instrument + 1)
      const base = instrument * width
      for (let field = 0; field < width; field++) {
        const value = values[row * width + field]!
        if (this.#values[base + field] === value) continue
        this.#values[base + field] = value
        if (this.#cells.has(base + field)) changed.push(base + field)
      }
    }
    batch(() => {
      this.#setNow(frame.now)
      if (this.#frozen) return
      // Both were looked up above.
      for (const key of changed) this.#cells.get(key)!.write(this.#values[key]!)
    })
  }

  #grow(size: number): void {
    const values = new Float64Array(size * width).fill(Number.NaN)
    values.set(this.#values)
    this.#values = values
    this.#size = size
  }
}
