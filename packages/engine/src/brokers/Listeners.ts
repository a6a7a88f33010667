/** Who wants to hear of something. What one of them throws is logged, once, and harms neither the others nor who told it. */
import * as Effect from "effect/Effect"

export class Listeners<Arguments extends ReadonlyArray<unknown>> {
  readonly #about: string
  readonly #all = new Set<(...told: Arguments) => void>()
  readonly #failed = new WeakSet<object>()

  constructor(about: string) {
    this.#about = about
  }

  /** Answers how to stop. */
  add(listener: (...told: Arguments) => void): () => void {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  /** To be called from callbacks, where no Effect runs. */
  readonly teller: Effect.Effect<(...told: Arguments) => void> = Effect.map(
    Effect.context<never>(),
    (services) => (...told) => {
      for (const listener of this.#all) {
        try {
          listener(...told)
        } catch (thrown) {
          if (this.#failed.has(listener)) continue
          this.#failed.add(listener)
          const text = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown)
          Effect.runForkWith(services)(Effect.logError(`${this.#about}: a listener failed: ${text}`))
        }
      }
    }
  )
}
