/** The day's statistics beside each row of a batch; 0 where the feed did not give one. Prices in paise. */
export class DayColumns {
  readonly averagePrice: Int32Array
  readonly open: Int32Array
  readonly high: Int32Array
  readonly low: Int32Array
  /** Close of the previous day. */
  readonly close: Int32Array
  readonly lowerCircuit: Int32Array
  readonly upperCircuit: Int32Array
  readonly yearLow: Int32Array
  readonly yearHigh: Int32Array
  /** Quantity of all orders that wait to buy and to sell. */
  readonly totalBuy: Float64Array
  readonly totalSell: Float64Array
  /** Epoch ms. */
  readonly lastTradeTime: Float64Array
  readonly openInterestHigh: Float64Array
  readonly openInterestLow: Float64Array
  /** All of the above. */
  readonly columns: ReadonlyArray<Int32Array | Float64Array>

  constructor(capacity: number) {
    this.averagePrice = new Int32Array(capacity)
    this.open = new Int32Array(capacity)
    this.high = new Int32Array(capacity)
    this.low = new Int32Array(capacity)
    this.close = new Int32Array(capacity)
    this.lowerCircuit = new Int32Array(capacity)
    this.upperCircuit = new Int32Array(capacity)
    this.yearLow = new Int32Array(capacity)
    this.yearHigh = new Int32Array(capacity)
    this.totalBuy = new Float64Array(capacity)
    this.totalSell = new Float64Array(capacity)
    this.lastTradeTime = new Float64Array(capacity)
    this.openInterestHigh = new Float64Array(capacity)
    this.openInterestLow = new Float64Array(capacity)
    this.columns = [
      this.averagePrice,
      this.open,
      this.high,
      this.low,
      this.close,
      this.lowerCircuit,
      this.upperCircuit,
      this.yearLow,
      this.yearHigh,
      this.totalBuy,
      this.totalSell,
      this.lastTradeTime,
      this.openInterestHigh,
      this.openInterestLow
    ]
  }

  reset(row: number): void {
    this.averagePrice[row] = 0
    this.open[row] = 0
    this.high[row] = 0
    this.low[row] = 0
    this.close[row] = 0
    this.lowerCircuit[row] = 0
    this.upperCircuit[row] = 0
    this.yearLow[row] = 0
    this.yearHigh[row] = 0
    this.totalBuy[row] = 0
    this.totalSell[row] = 0
    this.lastTradeTime[row] = 0
    this.openInterestHigh[row] = 0
    this.openInterestLow[row] = 0
  }
}
