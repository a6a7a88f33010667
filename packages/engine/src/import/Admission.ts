/**
 * Decides about every parsed row, in the order of the file, and hands accepted ones on as batches in the order of the log.
 * Synchronous; what it does depends on the rows alone. See `ImportReport` for the reasons of refusal.
 */
import type { Hours, TradingHours } from "@keepgaining/core/candles/TradingHours.ts"
import { formatIst, formatIstDate, istDay } from "@keepgaining/core/market/IndianTime.ts"
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { ImportRefused } from "./ImportError.ts"
import type { Tally } from "./ImportReport.ts"
import { type ParsedRow, RowBuffer } from "./RowBuffer.ts"
import { instrumentOf, type SymbolIndex } from "./SymbolIndex.ts"

/** How far back a row's time may be, ms. */
export const REORDER_WINDOW = 5_000
/** A step ahead by more than this is believed only when the next row confirms it, ms. */
export const LARGEST_STEP = 60_000
export const BATCH_ROWS = 8_192

const RELEASE_ROWS = 16_384
/** Rows within one reorder window; more of them cannot be a recording. */
const MOST_WAITING = 8_388_608

export class Admission {
  readonly #tally: Tally
  readonly #symbols: SymbolIndex
  readonly #instruments: InstrumentTable
  readonly #waiting = new RowBuffer()
  #ready: Array<TickBatch> = []
  #free: Array<TickBatch> = []
  #batch = new TickBatch(BATCH_ROWS)
  #file = ""
  /** IST day up to which everything is settled: a file that begins there or earlier overlaps. */
  #lastDay: number
  /** Latest believed time of the present file. */
  #latest = -Infinity
  #ahead: ParsedRow | undefined
  #releaseAt = RELEASE_ROWS
  #span: Hours = { open: 1, close: 0 }
  #dayOfSpan = Number.NaN
  readonly #hours: TradingHours
  /** Day of the rows handed on last, and their session. */
  #day: Hours | undefined
  /** By the symbol's number: highest accepted volume of the day (-1: none), and the instrument's index (-1: none). */
  #highest = new Float64Array(0)
  #index = new Int32Array(0)

  /** `lastDay` is the last IST day that the log holds already. */
  constructor(
    tally: Tally,
    symbols: SymbolIndex,
    instruments: InstrumentTable,
    hours: TradingHours,
    lastDay = -Infinity
  ) {
    this.#tally = tally
    this.#hours = hours
    this.#symbols = symbols
    this.#instruments = instruments
    this.#lastDay = lastDay
  }

  /** Batches that are complete. Give them back with {@link recycle}. */
  takeReady(): ReadonlyArray<TickBatch> {
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  recycle(batch: TickBatch): void {
    if (batch.capacity === BATCH_ROWS && this.#free.length < 16) this.#free.push(batch)
  }

  /** Ends the file before and begins the next. */
  beginFile(file: string): void {
    this.endFile()
    this.#file = file
    this.#latest = -Infinity
  }

  /** Hands on everything that waits and closes the day. */
  endFile(): void {
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead !== undefined) this.#accept(ahead)
    this.#release(Infinity)
    this.#closeDay()
  }

  /** Throws {@link ImportRefused} when the file's days overlap with those before it. */
  offer(row: ParsedRow): void {
    const span = this.#spanOf(row.time)
    if (span === undefined) return this.#reject(row, "malformed", "no session is known for that date")
    if (row.time < span.open) return this.#reject(row, "before-open", "")
    if (row.time >= span.close) return this.#reject(row, "after-close", "")
    if (this.#ahead !== undefined) this.#settle(this.#ahead, row)
    if (row.time < this.#latest - REORDER_WINDOW) {
      return this.#reject(row, "out-of-order", `${formatIst(row.time)} after ${formatIst(this.#latest)}`)
    }
    if (row.time > this.#latest + LARGEST_STEP) this.#ahead = { ...row }
    else this.#accept(row)
  }

  /** A row that jumped ahead is believed unless the next one is back where the file was. */
  #settle(ahead: ParsedRow, next: ParsedRow): void {
    this.#ahead = undefined
    if (next.time >= ahead.time - REORDER_WINDOW) this.#accept(ahead)
    else this.#reject(ahead, "out-of-order", `${formatIst(ahead.time)} before ${formatIst(next.time)}`)
  }

  #accept(row: ParsedRow): void {
    if (this.#latest === -Infinity) this.#checkDay(row)
    if (row.time > this.#latest) this.#latest = row.time
    this.#waiting.push(row)
    if (this.#waiting.length < this.#releaseAt) return
    this.#release(this.#latest - REORDER_WINDOW)
    this.#releaseAt = this.#waiting.length + RELEASE_ROWS
    if (this.#waiting.length > MOST_WAITING) {
      throw new ImportRefused({
        file: this.#file,
        line: row.line,
        reason: `more than ${MOST_WAITING} rows within ${REORDER_WINDOW / 1_000} seconds`,
        remedy: "Check the file's timestamps"
      })
    }
  }

  #checkDay(row: ParsedRow): void {
    if (istDay(row.time) > this.#lastDay) return
    throw new ImportRefused({
      file: this.#file,
      line: row.line,
      reason: `its rows begin on ${formatIstDate(row.time)}, a day that the log or another file covers already`,
      remedy: "Put all rows of a day into one file, or import the day into a new log (or with --overwrite)"
    })
  }

  #release(before: number): void {
    const { columns } = this.#waiting
    this.#waiting.release(before, this.#symbols, (places) => {
      this.#fitSymbols()
      for (let n = 0; n < places.length; n++) this.#hand(columns, places[n]!)
    })
  }

  // The places come from the buffer itself, and the arrays by symbol were made to fit every number given out.
  #hand(columns: RowBuffer["columns"], at: number): void {
    const time = columns.time[at]!
    const symbol = columns.symbol[at]!
    const volume = columns.volume[at]!
    const day = this.#day
    if (day === undefined || time >= day.close) this.#openDay(time)
    const highest = this.#highest[symbol]!
    if (volume < highest && volume >= highest / 2) {
      this.#tally.reject(
        "volume-went-back",
        this.#file,
        columns.line[at]!,
        () => `${this.#symbols.symbol(symbol)} ${formatIst(time)}: ${volume} after ${highest}`
      )
      return
    }
    this.#highest[symbol] = volume
    this.#tally.accepted++
    const batch = this.#batch
    const row = batch.length
    batch.instrument[row] = this.#instrument(symbol, volume)
    batch.eventTime[row] = time
    batch.receiveTime[row] = time
    batch.price[row] = columns.price[at]!
    batch.lastQuantity[row] = columns.lastQuantity[at]!
    batch.volume[row] = volume
    batch.openInterest[row] = columns.openInterest[at]!
    batch.bid[row] = columns.bid[at]!
    batch.ask[row] = columns.ask[at]!
    batch.bidQuantity[row] = columns.bidQuantity[at]!
    batch.askQuantity[row] = columns.askQuantity[at]!
    batch.length = row + 1
    batch.now = time
    if (batch.isFull) this.#sendBatch()
  }

  #instrument(symbol: number, volume: number): number {
    const known = this.#index[symbol]!
    if (known >= 0) return known
    const index = this.#instruments.add(instrumentOf(this.#symbols.symbol(symbol), volume))
    this.#index[symbol] = index
    return index
  }

  #fitSymbols(): void {
    const count = this.#symbols.ranks.length
    if (count <= this.#index.length) return
    const highest = new Float64Array(count * 2).fill(-1)
    const index = new Int32Array(count * 2).fill(-1)
    highest.set(this.#highest)
    index.set(this.#index)
    this.#highest = highest
    this.#index = index
  }

  #openDay(time: number): void {
    this.#closeDay()
    this.#day = this.#spanOf(time)
    this.#highest.fill(-1)
  }

  /** A timer at the close lets the last candles of the day close by event time. */
  #closeDay(): void {
    const day = this.#day
    if (day === undefined) return
    this.#sendBatch()
    this.#ready.push(TickBatch.timer(day.close))
    this.#lastDay = istDay(day.open)
    this.#day = undefined
  }

  #sendBatch(): void {
    if (this.#batch.length === 0) return
    this.#ready.push(this.#batch)
    this.#batch = this.#free.pop() ?? new TickBatch(BATCH_ROWS)
    this.#batch.length = 0
  }

  #spanOf(time: number): Hours | undefined {
    const day = istDay(time)
    if (day === this.#dayOfSpan) return this.#span
    // Rows of all segments come through here; each instrument's candles keep to its own hours.
    const span = this.#hours.day(time, ["cash", "derivatives"])
    if (span === undefined) return undefined
    this.#dayOfSpan = day
    this.#span = span
    return span
  }

  #reject(row: ParsedRow, reason: "malformed" | "before-open" | "after-close" | "out-of-order", detail: string): void {
    this.#tally.reject(
      reason,
      this.#file,
      row.line,
      () => `${this.#symbols.symbol(row.symbol)} ${detail === "" ? formatIst(row.time) : detail}`
    )
  }
}
