/**
 * Market depth beside each row of a batch: level `i` of row `r` is at `r * levels + i`, best first. Entries from
 * {@link DepthColumns.bids} or `asks` of the row on are left over from earlier rows and mean nothing.
 */
export class DepthColumns {
  readonly levels: number
  /** Levels that the row has on each side; 0 when it came without depth. */
  readonly bids: Uint8Array
  readonly asks: Uint8Array
  readonly bidPrice: Int32Array
  readonly bidQuantity: Int32Array
  /** Number of orders; 0 when the feed does not say. */
  readonly bidOrders: Uint16Array
  readonly askPrice: Int32Array
  readonly askQuantity: Int32Array
  readonly askOrders: Uint16Array
  /** All of the above. */
  readonly columns: ReadonlyArray<Uint8Array | Int32Array | Uint16Array>

  constructor(capacity: number, levels: number) {
    this.levels = levels
    this.bids = new Uint8Array(capacity)
    this.asks = new Uint8Array(capacity)
    this.bidPrice = new Int32Array(capacity * levels)
    this.bidQuantity = new Int32Array(capacity * levels)
    this.bidOrders = new Uint16Array(capacity * levels)
    this.askPrice = new Int32Array(capacity * levels)
    this.askQuantity = new Int32Array(capacity * levels)
    this.askOrders = new Uint16Array(capacity * levels)
    this.columns = [
      this.bids,
      this.asks,
      this.bidPrice,
      this.bidQuantity,
      this.bidOrders,
      this.askPrice,
      this.askQuantity,
      this.askOrders
    ]
  }

  reset(row: number): void {
    this.bids[row] = 0
    this.asks[row] = 0
  }

  setBid(row: number, level: number, price: number, quantity: number, orders: number): void {
    if (level >= this.levels) return
    const at = row * this.levels + level
    this.bidPrice[at] = price
    this.bidQuantity[at] = quantity
    this.bidOrders[at] = orders
    this.bids[row] = level + 1
  }

  setAsk(row: number, level: number, price: number, quantity: number, orders: number): void {
    if (level >= this.levels) return
    const at = row * this.levels + level
    this.askPrice[at] = price
    this.askQuantity[at] = quantity
    this.askOrders[at] = orders
    this.asks[row] = level + 1
  }
}
