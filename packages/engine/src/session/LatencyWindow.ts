/**
 * Decision latency of the last full second: how long a frame took from being handed to the kernel until its decisions
 * were made. A log-scaled histogram, so that recording costs nothing; quantiles are exact to about 9 %.
 */
const BUCKETS = 160
/** Bucket n holds durations up to `2^(n/8)` microseconds. */
const bucketOf = (micros: number): number => micros <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log2(micros) * 8))

export class LatencyWindow {
  #counts = new Float64Array(BUCKETS)
  #total = 0
  /** ms. */
  p50 = 0
  p99 = 0

  /** A frame of so many rows took so long; every row waited that long. */
  record(millis: number, rows: number): void {
    this.#counts[bucketOf(millis * 1_000)]! += rows
    this.#total += rows
  }

  /** Publishes the window's quantiles and starts the next one. */
  roll(): void {
    this.p50 = this.#quantile(0.5)
    this.p99 = this.#quantile(0.99)
    this.#counts.fill(0)
    this.#total = 0
  }

  #quantile(share: number): number {
    if (this.#total === 0) return 0
    let seen = 0
    for (let n = 0; n < BUCKETS; n++) {
      seen += this.#counts[n]!
      if (seen >= share * this.#total) return 2 ** (n / 8) / 1_000
    }
    return 2 ** (BUCKETS / 8) / 1_000
  }
}
