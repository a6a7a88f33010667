/**
 * Candles of many instruments in memory, as columns behind each other: what scans, indicators and backtests run on. 28
 * bytes a candle, and an instrument's candles are a view, not a copy.
 */
import { type CandleColumns, candleColumns, sliceColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as SqlClient from "effect/sql/SqlClient"
import { readMonths, type StoredMonth } from "./BlockTables.ts"
import { unpackRuns } from "./kernel/unpackRuns.ts"
import { END_OF_TIME } from "./monthWrites.ts"

export interface CandleSlab {
  /** All of them, instrument after instrument. */
  readonly candles: CandleColumns
  readonly symbols: ReadonlyArray<string>
  /** Candles of one instrument, ascending. */
  readonly of: (symbol: string) => CandleColumns | undefined
}

interface Part {
  readonly id: number
  readonly symbol: string
  readonly candles: number
}

/** Candles of the blocks that are fetched in one go, about: two megabytes, whose memory serves the next again. */
const FETCH = 400_000

/** Parts in their order, so many candles together. */
const fetches = (parts: ReadonlyArray<Part>): ReadonlyArray<ReadonlyArray<number>> => {
  const all: Array<Array<number>> = []
  let candles = FETCH
  for (const part of parts) {
    if (candles >= FETCH) {
      all.push([])
      candles = 0
    }
    // The one above, or an earlier one.
    all.at(-1)!.push(part.id)
    candles += part.candles
  }
  return all
}

/** Unpacks the instruments (all of them when none are named) that have packed candles. */
export const loadSlab = (
  symbols: ReadonlyArray<string> | undefined,
  onProgress?: (done: number, total: number) => void
) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const parts = yield* sql.unsafe<Part>(
      `select id, symbol, sum(candles)::float8 as candles from archive_instruments
       join archive_months on instrument = id ${symbols === undefined ? "" : "where symbol = any($1)"}
       group by id order by id`,
      symbols === undefined ? [] : [symbols]
    )
    const candles = candleColumns(parts.reduce((sum, part) => sum + part.candles, 0))
    const places = new Map<string, readonly [from: number, to: number]>()
    let row = 0
    const [first, ...rest] = fetches(parts)
    const fetch = (ids: ReadonlyArray<number>) =>
      Effect.forkChild(readMonths(ids, 0, END_OF_TIME), { startImmediately: true })
    let fetching = first === undefined ? undefined : yield* fetch(first)
    while (fetching !== undefined) {
      const months: ReadonlyArray<StoredMonth> = yield* Fiber.join(fetching)
      // The database reads on while these are unpacked.
      const next = rest.shift()
      fetching = next === undefined ? undefined : yield* fetch(next)
      for (const { words } of months) row = unpackRuns(words, candles, row)
      onProgress?.(row, candles.length)
    }
    let from = 0
    for (const part of parts) {
      places.set(part.symbol, [from, from + part.candles])
      from += part.candles
    }
    return {
      candles,
      symbols: parts.map(({ symbol }) => symbol),
      of: (symbol: string) => {
        const place = places.get(symbol)
        return place === undefined ? undefined : sliceColumns(candles, ...place)
      }
    }
  })
