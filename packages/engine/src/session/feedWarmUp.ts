/**
 * Candles from before a session on a feed: asked once for each instrument, when it is recorded for the first time, and kept in
 * the session's folder. So a restart finds the same ones, an instrument that joins later begins with its own past, and no
 * candle that the session recorded itself comes back to it out of the archive.
 */
import { candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { istDay, startOfIstDay } from "@keepgaining/core/market/IndianTime.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type SessionManifest, writeManifest } from "./SessionFolder.ts"
import { readWarmUp, type WarmUp, writeWarmUp } from "./WarmUp.ts"

/** One-minute candles of the instruments from before the instant; those without any are left out. */
export type AskBefore = (symbols: ReadonlyArray<string>, before: number) => Effect.Effect<WarmUp>

export const feedWarmUp = Effect.fnUntraced(function*(options: {
  readonly folder: string
  readonly manifest: SessionManifest
  /** Of the feed. */
  readonly instruments: ReadonlyArray<Instrument>
  /** Of the log so far. */
  readonly recorded: ReadonlyArray<Instrument>
  readonly ask: AskBefore
}) {
  const { ask, folder, instruments, manifest, recorded } = options
  const kept = manifest.warmUp === true ? yield* readWarmUp(folder) : []
  const known = new Set([...kept, ...recorded].map(({ symbol }) => symbol))
  const fresh = instruments.map(({ symbol }) => symbol).filter((symbol) => !known.has(symbol))
  if (fresh.length === 0) return kept
  const now = yield* Clock.currentTimeMillis
  const found = new Map((yield* ask(fresh, startOfIstDay(istDay(now)))).map((each) => [each.symbol, each]))
  // Also of those that have none: they were asked for, and are not asked for again.
  const all = [...kept, ...fresh.map((symbol) => found.get(symbol) ?? { symbol, candles: candleColumns(0) })]
  yield* writeWarmUp(folder, all)
  if (manifest.warmUp !== true) yield* writeManifest(folder, { ...manifest, warmUp: true })
  return all
})
