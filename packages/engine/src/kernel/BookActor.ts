/** The paper exchange of one instrument as a supervised actor: matching itself is the pure `PaperBook`. */
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import * as PaperBook from "@keepgaining/core/matching/PaperBook.ts"
import type { ExchangeInstruction, ExchangeReport } from "@keepgaining/core/orders/Order.ts"
import { clonePlain } from "../actors/PlainData.ts"
import { initialRecord, type SupervisionRecord } from "../actors/Supervision.ts"
import type { CellTick } from "./InputRing.ts"
import type { Outbox } from "./Outbox.ts"

export class BookActor {
  readonly kind = "book"
  readonly path: string
  readonly instrument: Instrument
  readonly index: number
  readonly ordinal: number
  record: SupervisionRecord = initialRecord()
  data = PaperBook.initial()
  saved = PaperBook.initial()
  readonly #fills: PaperBook.FillModel
  #now = 0
  #outbox: Outbox | undefined

  constructor(path: string, instrument: Instrument, index: number, ordinal: number, fills: PaperBook.FillModel) {
    this.path = path
    this.instrument = instrument
    this.index = index
    this.ordinal = ordinal
    this.#fills = fills
  }

  get isIdle(): boolean {
    return PaperBook.isIdle(this.data)
  }

  speakInto(outbox: Outbox | undefined, now: number): void {
    this.#outbox = outbox
    this.#now = now
  }

  tick(tick: CellTick): void {
    PaperBook.onTick(this.data, this.instrument, this.#fills, tick, this.#report)
  }

  instruct(instruction: ExchangeInstruction): void {
    PaperBook.instruct(this.data, instruction)
  }

  sessionEnd(now: number): void {
    PaperBook.onSessionEnd(this.data, now, this.#report)
  }

  save(): void {
    // Most are idle most of the time, and one idle state is as good as another.
    if (this.isIdle && this.#isSavedIdle()) return
    this.saved = clonePlain(this.data)
  }

  #isSavedIdle(): boolean {
    return PaperBook.isIdle(this.saved)
  }

  restore(): void {
    this.data = clonePlain(this.saved)
  }

  readonly #report = (report: ExchangeReport): void => {
    this.#outbox?.outputs.push({
      _tag: "Report",
      row: this.#outbox.row,
      actor: this.ordinal,
      instrument: this.index,
      at: this.#now,
      report
    })
  }
}
