/**
 * Greeks as the broker computed them, in the broker's units; all 0 when the row came without. No broker
 * states the unit of its implied volatility in the stream; it is passed on unchanged.
 */
export class GreekColumns {
  readonly delta: Float64Array
  readonly theta: Float64Array
  readonly gamma: Float64Array
  readonly vega: Float64Array
  readonly rho: Float64Array
  readonly impliedVolatility: Float64Array
  /** All of the above. */
  readonly columns: ReadonlyArray<Float64Array>

  constructor(capacity: number) {
    this.delta = new Float64Array(capacity)
    this.theta = new Float64Array(capacity)
    this.gamma = new Float64Array(capacity)
    this.vega = new Float64Array(capacity)
    this.rho = new Float64Array(capacity)
    this.impliedVolatility = new Float64Array(capacity)
    this.columns = [this.delta, this.theta, this.gamma, this.vega, this.rho, this.impliedVolatility]
  }

  reset(row: number): void {
    this.delta[row] = 0
    this.theta[row] = 0
    this.gamma[row] = 0
    this.vega[row] = 0
    this.rho[row] = 0
    this.impliedVolatility[row] = 0
  }
}
