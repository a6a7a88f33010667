/** The virtual clock of the simulated brokers: it runs at a speed, stands still, or is set. Times are epoch ms. */
export class SimClock {
  readonly #wall: () => number
  #anchor: number
  #virtual: number
  #speed: number

  /** `wall` is Effect's clock. `speed`: virtual ms a wall ms; 0 stands still. */
  constructor(wall: () => number, start: number, speed: number) {
    this.#wall = wall
    this.#anchor = wall()
    this.#virtual = start
    this.#speed = speed
  }

  get now(): number {
    return Math.floor(this.#virtual + (this.#wall() - this.#anchor) * this.#speed)
  }

  get speed(): number {
    return this.#speed
  }

  /** Never backwards. */
  set(to: number): void {
    this.#virtual = Math.max(to, this.now)
    this.#anchor = this.#wall()
  }

  setSpeed(speed: number): void {
    this.#virtual = this.now
    this.#anchor = this.#wall()
    this.#speed = speed
  }
}
