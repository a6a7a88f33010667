/** `keepgaining archive differences`: minutes that the archive once had otherwise. */
import { formatIstDate, formatIstTime, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { CandleArchive } from "@keepgaining/engine/archive/CandleArchive.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { reported } from "../command/CommandFailure.ts"
import { archive, shared } from "./services.ts"
import { jsonRows } from "./tables.ts"

export const differencesCommand = Command.make(
  "differences",
  {
    symbol: Argument.String("SYMBOL").pipe(Argument.withDescription("Only of this instrument"), Argument.optional),
    limit: Flag.Int("limit").pipe(Flag.withDescription("Minutes listed at most"), Flag.withDefault(50)),
    ...shared
  },
  Effect.fn("archive.differences")(function*({ data, json, limit, symbol }) {
    const found = yield* Effect.gen(function*() {
      const candles = yield* CandleArchive
      const replaced = yield* candles.differences(Math.max(1, limit), Option.getOrUndefined(symbol))
      return yield* Effect.forEach(replaced, (was) =>
        Effect.map(
          candles.history(was.symbol, was.minute * MINUTE_MS, (was.minute + 1) * MINUTE_MS),
          (now) => ({ was, is: jsonRows(was.symbol, now)[0] })
        ))
    }).pipe(Effect.provide(archive(data)), reported)
    const rows = found.map(({ is, was }) => {
      const at = was.minute * MINUTE_MS
      return {
        symbol: was.symbol,
        time: `${formatIstDate(at)}T${formatIstTime(at)}+05:30`,
        was: {
          open: was.open / 100,
          high: was.high / 100,
          low: was.low / 100,
          close: was.close / 100,
          volume: was.volume,
          oi: was.openInterest
        },
        is: is === undefined
          ? null
          : { open: is.open, high: is.high, low: is.low, close: is.close, volume: is.volume, oi: is.oi },
        replacedAt: was.replacedAt.toISOString()
      }
    })
    if (json) return yield* Console.log(JSON.stringify(rows))
    if (rows.length === 0) return yield* Console.log("No minute was ever replaced by another candle.")
    const shown = (of: (typeof rows)[number]["was"] | null) =>
      of === null
        ? "removed since"
        : [of.open, of.high, of.low, of.close].map((value) => value.toFixed(2)).join(" ") + ` × ${of.volume}`
    yield* Console.log(
      rows.map(({ is, symbol: name, time, was }) =>
        `${name}  ${time.slice(0, 16).replace("T", " ")} IST  was ${shown(was)}, is ${shown(is)}`
      ).join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "Minutes that the archive had otherwise before another candle took their place, as when a broker's official candles " +
      "come after those built from ticks: what it was, and what it is now"
  )
)
