/** `keepgaining archive differences`: minutes that the archive once had otherwise. */
import { formatIstDate, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import type { CandleValues } from "@keepgaining/engine/archive/questions/ArchiveQuestions.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { reported } from "../command/CommandFailure.ts"
import { CommandArchive, commandArchive } from "./CommandArchive.ts"
import { shared } from "./services.ts"

const inRupees = ({ close, high, low, open, openInterest, volume }: CandleValues) => ({
  open: open / 100,
  high: high / 100,
  low: low / 100,
  close: close / 100,
  volume,
  oi: openInterest
})

export const differencesCommand = Command.make(
  "differences",
  {
    symbol: Argument.String("SYMBOL").pipe(Argument.withDescription("Only of this instrument"), Argument.optional),
    limit: Flag.Int("limit").pipe(Flag.withDescription("Minutes listed at most"), Flag.withDefault(50)),
    ...shared
  },
  Effect.fn("archive.differences")(function*({ data, json, limit, symbol }) {
    const found = yield* Effect.flatMap(
      CommandArchive,
      ({ differences }) => differences(Math.max(1, limit), Option.getOrUndefined(symbol))
    ).pipe(Effect.provide(commandArchive(data)), Effect.scoped, reported)
    const rows = found.map(({ at, is, replacedAt, symbol: of, was }) => ({
      symbol: of,
      time: `${formatIstDate(at)}T${formatIstTime(at)}+05:30`,
      was: inRupees(was),
      is: is === null ? null : inRupees(is),
      replacedAt: new Date(replacedAt).toISOString()
    }))
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
