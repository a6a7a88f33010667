/** Stops, targets and trails of one instrument as a supervised actor: watching itself is the pure `Guard`. */
import * as Guard from "@keepgaining/core/orders/Guard.ts"
import { clonePlain } from "../actors/PlainData.ts"
import { initialRecord, type SupervisionRecord } from "../actors/Supervision.ts"
import type { CellTick } from "./InputRing.ts"
import type { Outbox } from "./Outbox.ts"

export class GuardActor {
  readonly kind = "guard"
  readonly path: string
  readonly index: number
  readonly ordinal: number
  record: SupervisionRecord = initialRecord()
  data = Guard.initial()
  saved = Guard.initial()
  #now = 0
  #outbox: Outbox | undefined

  constructor(path: string, index: number, ordinal: number) {
    this.path = path
    this.index = index
    this.ordinal = ordinal
  }

  get isIdle(): boolean {
    return Guard.isIdle(this.data)
  }

  speakInto(outbox: Outbox | undefined, now: number): void {
    this.#outbox = outbox
    this.#now = now
  }

  tick(tick: CellTick): void {
    Guard.onTick(this.data, this.index, tick, this.#triggered)
  }

  instruct(instruction: Guard.GuardInstruction): void {
    Guard.instruct(this.data, instruction)
  }

  sessionEnd(): void {
    Guard.clearAll(this.data)
  }

  save(): void {
    // Most are idle most of the time, and one idle state is as good as another.
    if (this.isIdle && this.#isSavedIdle()) return
    this.saved = clonePlain(this.data)
  }

  #isSavedIdle(): boolean {
    return Guard.isIdle(this.saved)
  }

  restore(): void {
    this.data = clonePlain(this.saved)
  }

  readonly #triggered = (trigger: Guard.GuardTrigger): void => {
    this.#outbox?.outputs.push({
      _tag: "Guard",
      row: this.#outbox.row,
      actor: this.ordinal,
      instrument: this.index,
      at: this.#now,
      trigger
    })
  }
}
