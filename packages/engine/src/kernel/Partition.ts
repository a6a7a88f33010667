/**
 * A partition owns cells: it is the unit of placement and of the mailbox. Inside one process all partitions share the
 * thread and are run one after the other over each slice; nothing they do depends on how many there are.
 */
import type { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import type { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import { Cell, type CellMessage, type CellServices } from "./Cell.ts"
import { Outbox } from "./Outbox.ts"

export class Partition {
  readonly number: number
  readonly outbox = new Outbox()
  /** Own cells by instrument index; holes belong to other partitions. */
  readonly cells: Array<Cell | undefined> = []
  /** Own cells in index order. */
  readonly own: Array<Cell> = []
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
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      outbox.row = row
      this.cell(batch.instrument[row]!).tick(batch, row, nowOf[row]!, outbox)
    }
    outbox.row = -1
  }

  /** Runs a range of rows, all of its own instruments: what a single partition does. */
  runRange(batch: TickBatch, from: number, to: number, nowOf: Float64Array): void {
    const outbox = this.outbox
    for (let row = from; row < to; row++) {
      outbox.row = row
      this.cell(batch.instrument[row]!).tick(batch, row, nowOf[row]!, outbox)
    }
    outbox.row = -1
  }

  /** The earliest event time at which a candle ends; Infinity when none is open. */
  nextClose(): number {
    let next = Infinity
    for (const cell of this.own) {
      const at = cell.isStopped ? Infinity : cell.instrument.builder.nextClose
      if (at < next) next = at
    }
    return next
  }

  closeCandles(now: number): void {
    for (const cell of this.own) if (cell.instrument.builder.nextClose <= now) cell.close(now, this.outbox)
  }

  /** The earliest timer of its strategies; Infinity when none is set. */
  nextTimer(): number {
    let next = Infinity
    for (const cell of this.own) {
      for (const strategy of cell.strategies) {
        if (strategy.record.state !== "stopped" && strategy.nextTimer < next) next = strategy.nextTimer
      }
    }
    return next
  }

  fireTimers(now: number): void {
    for (const cell of this.own) {
      for (const strategy of cell.strategies) {
        if (strategy.record.state === "stopped" || strategy.nextTimer > now) continue
        cell.deliver({ _tag: "Timer", deployment: strategy.deployment.id }, now, this.outbox)
      }
    }
  }

  deliver(index: number, message: CellMessage, now: number): void {
    this.cell(index).deliver(message, now, this.outbox)
  }

  #open(index: number): Cell {
    const cell = new Cell(this.#instruments.at(index), index, this.#services)
    this.cells[index] = cell
    this.own.push(cell)
    this.own.sort((a, b) => a.index - b.index)
    return cell
  }
}
