/** How the engine does. Times in ms; `now` is event time, the rest wall clock. */
export interface SessionHealth {
  readonly serverTime: number
  readonly now: number
  readonly sequence: number
  readonly ticks: number
  readonly ticksPerSecond: number
  /** Wall-clock age of the newest tick; null before the first. */
  readonly feedAge: number | null
  readonly feed: "live" | "stale" | "closed" | "paused" | "finished"
  readonly decisionP50: number
  readonly decisionP99: number
  /** Decisions made but not yet durable, and so not yet shown. */
  readonly unflushed: number
  readonly heapMegabytes: number
  /** Journal records that SQL has not seen yet. */
  readonly databaseLag: number
  readonly digest: string
}
