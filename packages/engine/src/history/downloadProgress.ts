/** How far a download is, how fast, and how long it may still take. Pure. */
export interface DownloadProgress {
  readonly chunks: number
  /** Done, incomplete and failed, in this run and before. */
  readonly finished: number
  readonly incomplete: number
  readonly failed: number
  /** Brought in by this run. */
  readonly candles: number
  readonly requests: number
  /** Answers that said: too many requests. */
  readonly rateLimited: number
  readonly candlesPerSecond: number
  /** Estimate, ms; `undefined` until something is finished. */
  readonly remaining: number | undefined
}

export interface ProgressInput {
  readonly chunks: number
  readonly finishedBefore: number
  readonly finished: number
  readonly incomplete: number
  readonly failed: number
  readonly candles: number
  readonly requests: number
  readonly rateLimited: number
  /** Since this run began, ms. */
  readonly elapsed: number
}

export const progressOf = (
  { candles, chunks, elapsed, failed, finished, finishedBefore, incomplete, rateLimited, requests }: ProgressInput
): DownloadProgress => ({
  chunks,
  finished: finishedBefore + finished,
  incomplete,
  failed,
  candles,
  requests,
  rateLimited,
  candlesPerSecond: elapsed > 0 ? candles * 1_000 / elapsed : 0,
  remaining: finished > 0 ? elapsed / finished * (chunks - finishedBefore - finished) : undefined
})
