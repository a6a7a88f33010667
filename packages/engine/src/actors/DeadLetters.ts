/** Inputs that their actors could not handle: kept (the newest few thousand), shown, and offered for another try. */
import type { DeadLetter } from "./ActorTree.ts"

export const DEAD_LETTERS_KEPT = 5_000

export class DeadLetters {
  /** All there ever were. */
  total = 0
  readonly #kept: Array<DeadLetter> = []

  add(letter: Omit<DeadLetter, "id">): DeadLetter {
    const kept = { id: ++this.total, ...letter }
    this.#kept.push(kept)
    if (this.#kept.length > DEAD_LETTERS_KEPT) this.#kept.shift()
    return kept
  }

  newest(limit: number): ReadonlyArray<DeadLetter> {
    return this.#kept.slice(-limit).reverse()
  }

  find(id: number): DeadLetter | undefined {
    return this.#kept.find((letter) => letter.id === id)
  }

  all(): ReadonlyArray<DeadLetter> {
    return this.#kept
  }

  load(total: number, kept: ReadonlyArray<DeadLetter>): void {
    this.total = total
    this.#kept.length = 0
    for (const letter of kept) this.#kept.push(letter)
  }
}
