/**
 * What changed on a {@link QuoteBoard} since one subscriber's previous frame. It remembers only what was sent, so a
 * subscriber that reads slowly gets fewer and newer frames, and nothing ever queues up.
 */
import type { QuoteBoard } from "@keepgaining/engine/kernel/QuoteBoard.ts"
import { quoteFields, type QuoteFrame } from "../contract/Market.ts"

export class QuoteFrames {
  readonly #wanted: ReadonlyArray<number> | undefined
  #board: QuoteBoard | undefined
  #changes = new Uint32Array(0)
  #time = new Float64Array(0)

  /** Instrument indices; an empty list means all, including those that are added later. */
  constructor(instruments: ReadonlyArray<number>) {
    this.#wanted = instruments.length === 0 ? undefined : [...new Set(instruments)]
  }

  /** The changes since the previous call; everything that was ever quoted at the first call or when the board is another. */
  next(board: QuoteBoard): Pick<QuoteFrame, "ids" | "values"> {
    if (this.#board !== board) {
      this.#board = board
      this.#changes = new Uint32Array(board.size)
      this.#time = new Float64Array(board.size)
    } else if (this.#changes.length < board.size) {
      const changes = new Uint32Array(board.size)
      changes.set(this.#changes)
      this.#changes = changes
      const time = new Float64Array(board.size)
      time.set(this.#time)
      this.#time = time
    }
    const ids: Array<number> = []
    const values: Array<number> = []
    if (this.#wanted === undefined) {
      for (let i = 0; i < board.size; i++) this.#take(board, i, ids, values)
    } else {
      for (const i of this.#wanted) {
        if (i >= 0 && i < board.size) this.#take(board, i, ids, values)
      }
    }
    return { ids, values }
  }

  #take(board: QuoteBoard, i: number, ids: Array<number>, values: Array<number>): void {
    // Every column of the board and of this has `size` entries, and the callers pass rows below it.
    const changes = board.changes[i]!
    if (changes === 0) return
    const time = board.time[i]!
    // The counter restarts with the day, so it may be the same by chance; the time then is not.
    if (changes === this.#changes[i] && time === this.#time[i]) return
    this.#changes[i] = changes
    this.#time[i] = time
    ids.push(i)
    for (const field of quoteFields) values.push(board[field][i]!)
  }
}
