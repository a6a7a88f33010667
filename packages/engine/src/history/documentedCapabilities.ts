/**
 * What the brokers' documents allow of historical candles, for their adapters. Dated data, not law: an account's plan may
 * allow more or less.
 */
import type { HistoryCapabilities } from "./HistoryPort.ts"

export const asOf = "2026-11-22"

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

export interface DocumentedCapabilities extends HistoryCapabilities {
  readonly document: string
}

/** Of intervals that the engine has; what a document does not say is absent. */
export const documentedCapabilities: Readonly<Record<"upstox" | "kite" | "angel" | "fyers", DocumentedCapabilities>> = {
  upstox: {
    document: "Upstox developer documentation: historical candle data v3, rate limits",
    // "One month" for up to 15 minutes, "one quarter" above: the shortest month and quarter are sure to be allowed.
    longestSpan: { "1m": 28, "3m": 28, "5m": 28, "15m": 28, "30m": 90, "1h": 90, "1d": 3_650 },
    oldest: { "1m": "2022-01-01", "3m": "2022-01-01", "5m": "2022-01-01", "15m": "2022-01-01", "1d": "2000-01-01" },
    limits: [
      { requests: 50, window: SECOND },
      { requests: 500, window: MINUTE },
      { requests: 2_000, window: 30 * MINUTE }
    ],
    concurrency: 6
  },
  kite: {
    document: "Kite Connect 3: historical candles, exceptions; spans as its forum has them",
    longestSpan: { "1m": 60, "3m": 100, "5m": 100, "15m": 200, "30m": 200, "1h": 400, "1d": 2_000 },
    oldest: {},
    limits: [{ requests: 3, window: SECOND }],
    concurrency: 3
  },
  angel: {
    document: "SmartAPI: historical API, rate limits",
    longestSpan: { "1m": 30, "3m": 60, "5m": 100, "15m": 200, "30m": 200, "1h": 400, "1d": 2_000 },
    oldest: {},
    limits: [
      { requests: 3, window: SECOND },
      { requests: 180, window: MINUTE },
      { requests: 5_000, window: HOUR }
    ],
    concurrency: 3
  },
  fyers: {
    document: "Fyers API v3: history, rate limits",
    longestSpan: { "1m": 100, "3m": 100, "5m": 100, "15m": 100, "30m": 100, "1h": 100, "1d": 366 },
    oldest: {},
    // Going three times in a day over the minute's limit blocks the account for the rest of it.
    limits: [
      { requests: 10, window: SECOND },
      { requests: 200, window: MINUTE },
      { requests: 100_000, window: DAY }
    ],
    concurrency: 4
  }
}
