/** What a session begins with: the last days that the archive has from before it, at the prices of its first day. */
import { adjust, type CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import { lastDays } from "@keepgaining/core/candles/warmUp.ts"
import { DAY_MS, formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import * as Effect from "effect/Effect"
import type { DatabaseError } from "../database/Database.ts"
import type { ArchiveDamaged } from "./ArchiveError.ts"
import type { CandleArchive, NamedCandles } from "./CandleArchive.ts"

/** Longest run of days without trading that is reckoned with. */
const LONGEST_CLOSURE_DAYS = 10

/** `before`: start of the first day, epoch ms. Instruments without candles are left out. */
export const candlesBefore = (
  archive: CandleArchive["Service"],
  actions: ReadonlyArray<CorporateAction>,
  options: { readonly symbols: ReadonlyArray<string>; readonly before: number; readonly days: number }
): Effect.Effect<ReadonlyArray<NamedCandles>, DatabaseError | ArchiveDamaged> =>
  Effect.gen(function*() {
    const { before, days, symbols } = options
    const found: Array<NamedCandles> = []
    if (days === 0) return found
    const from = before - (days * 2 + LONGEST_CLOSURE_DAYS) * DAY_MS
    const today = formatIstDate(before)
    for (const symbol of symbols) {
      const candles = lastDays(yield* archive.history(symbol, from, before), days)
      // A split of later days has not happened yet.
      const known = actions.filter((action) => action.symbol === symbol && action.ex_date <= today)
      if (candles.length > 0) found.push({ symbol, candles: known.length === 0 ? candles : adjust(candles, known) })
    }
    return found
  })
