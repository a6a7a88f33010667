/** Kite instrument tokens to instrument indices, and back. */
export class KiteTokens {
  readonly #instruments = new Map<number, number>()
  readonly #tokens = new Map<number, number>()

  static from(entries: Iterable<readonly [token: number, instrument: number]>): KiteTokens {
    const tokens = new KiteTokens()
    for (const [token, instrument] of entries) tokens.add(token, instrument)
    return tokens
  }

  add(token: number, instrument: number): void {
    this.#instruments.set(token, instrument)
    this.#tokens.set(instrument, token)
  }

  /** -1 when nobody asked for the token. */
  instrument(token: number): number {
    return this.#instruments.get(token) ?? -1
  }

  token(instrument: number): number | undefined {
    return this.#tokens.get(instrument)
  }
}
