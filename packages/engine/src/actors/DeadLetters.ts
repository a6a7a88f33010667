/** Inputs that their actors could not handle: kept (the newest few thousand), shown, and offered for another try. */
import type { DeadLetter } from "./ActorTree.ts"

export const DEAD_LETTERS_KEPT = 5_000

/** A dead letter and, where another try makes sense, what it takes to make it. Plain data. */
export interface KeptLetter<Retry> {
  readonly letter: DeadLetter
  readonly retry: Retry | undefined
}

export class DeadLetters<Retry> {
  /** All there ever were. */
  total = 0
  #kept: Array<KeptLetter<Retry>> = []

  add(letter: Omit<DeadLetter, "id">, retry: Retry | undefined): void {
    this.#kept.push({ letter: { id: ++this.total, ...letter }, retry })
    if (this.#kept.length > DEAD_LETTERS_KEPT) this.#kept.shift()
  }

  newest(limit: number): ReadonlyArray<DeadLetter> {
    return this.#kept.slice(-limit).reverse().map(({ letter }) => letter)
  }

  find(id: number): KeptLetter<Retry> | undefined {
    return this.#kept.find(({ letter }) => letter.id === id)
  }

  /** It was taken out to be tried again. */
  remove(id: number): void {
    this.#kept = this.#kept.filter(({ letter }) => letter.id !== id)
  }

  all(): ReadonlyArray<KeptLetter<Retry>> {
    return this.#kept
  }

  load(total: number, kept: ReadonlyArray<KeptLetter<Retry>>): void {
    this.total = total
    this.#kept = [...kept]
  }
}
