/**
 * A partition owns cells: it is the unit of placement and of the mailbox. Inside one process all partitions share the
 * thread and are run one after the other over each slice; nothing they do depends on how many there are.
 */
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { Cell, type CellServices } from "./Cell.ts"
import type { CellMessage } from "./CellMessage.ts"
import { Outbox } from "./Outbox.ts"

export class Partition {
  readonly number: number
  readonly outbox = new Outbox()
  /** Own cells by instrument index; holes belong to other partitions. */
  readonly cells: Array<Cell | undefined> = []
  /** Own cells in index order. */
  readonly own: Array<Cell> = []
  /**
   * Event times before which no candle of its cells ends, and no timer of its strategies is due. Lower bounds, because
   * exact ones would mean to ask every cell after every slice; {@link refreshDue} makes them exact.
   */
  closeBound = 0
  timerBound = 0
  readonly #instruments: InstrumentTable
  readonly #services: CellServices

  constructor(number: number, instruments: InstrumentTable, services: CellServices) {
    this.number = number
    this.#instruments = instruments
    this.#services = services
  }

  /** The instrument's cell, made when it is first needed. */
  cell(index: number): Cell {
    return this.cells[index] ?? this.#open(index)
  }

  /** Runs the given rows, all of its own instruments, in their order. */
  run(batch: TickBatch, rows: Int32Array, count: number, nowOf: Float64Array): void {
    const outbox = this.outbox
    for (let i = 0; i < count; i++) this.#tick(batch, rows[i]!, nowOf)
    outbox.row = -1
  }

  /** Runs a range of rows, all of its own instruments: what a single partition does. */
  runRange(batch: TickBatch, from: number, to: number, nowOf: Float64Array): void {
    const outbox = this.outbox
    for (let row = from; row < to; row++) this.#tick(batch, row, nowOf)
    outbox.row = -1
  }

  refreshDue(): void {
    let close = Infinity
    let timer = Infinity
    for (const cell of this.own) {
      const at = cell.isStopped ? Infinity : cell.instrument.builder.nextClose
      if (at < close) close = at
      cell.timerBound = Infinity
      for (const strategy of cell.strategies) {
        if (strategy.record.state === "stopped") continue
        if (strategy.nextTimer < cell.timerBound) cell.timerBound = strategy.nextTimer
      }
      if (cell.timerBound < timer) timer = cell.timerBound
    }
    this.closeBound = close
    this.timerBound = timer
  }

  closeCandles(now: number): void {
    for (const cell of this.own) {
      if (cell.instrument.builder.nextClose > now) continue
      cell.close(now, this.outbox)
      this.#note(cell)
    }
  }

  fireTimers(now: number): void {
    for (const cell of this.own) {
      for (const strategy of cell.strategies) {
        if (strategy.record.state === "stopped" || strategy.nextTimer > now) continue
        cell.deliver({ _tag: "Timer", deployment: strategy.deployment.id }, now, this.outbox)
      }
      this.#note(cell)
    }
  }

  deliver(index: number, message: CellMessage, now: number): void {
    const cell = this.cell(index)
    cell.deliver(message, now, this.outbox)
    this.#note(cell)
  }

  #tick(batch: TickBatch, row: number, nowOf: Float64Array): void {
    const outbox = this.outbox
    outbox.row = row
    // Rows name instruments of the session's table, and `nowOf` covers the slice.
    const cell = this.cell(batch.instrument[row]!)
    cell.tick(batch, row, nowOf[row]!, outbox)
    this.#note(cell)
  }

  #note(cell: Cell): void {
    const close = cell.instrument.builder.nextClose
    if (close < this.closeBound) this.closeBound = close
    if (cell.timerBound < this.timerBound) this.timerBound = cell.timerBound
  }

  #open(index: number): Cell {
    const cell = new Cell(this.#instruments.at(index), index, this.#services)
    this.cells[index] = cell
    this.own.push(cell)
    this.own.sort((a, b) => a.index - b.index)
    return cell
  }
}
