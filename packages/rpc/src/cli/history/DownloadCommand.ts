/** `keepgaining history download`: brings candles into the archive; started again, it goes on. */
import { HistoryDownload } from "@keepgaining/engine/history/HistoryDownload.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { refused, runDownload } from "./runDownload.ts"
import { download, segmentFlag, shared, sourceFlags } from "./services.ts"

const symbolsIn = (file: string) =>
  Effect.try({
    try: () => fs.readFileSync(file, "utf8").split(/[\s,]+/).filter((text) => text !== ""),
    catch: (cause) => cause
  }).pipe(
    Effect.catch((cause) =>
      fail("Usage", `--symbols-file ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, BAD_INPUT)
    )
  )

const dateFlag = (name: string, description: string) => Flag.Date(name).pipe(Flag.withDescription(description))

const dateText = (date: Date): string => date.toISOString().slice(0, 10)

export const downloadCommand = Command.make(
  "download",
  {
    symbols: Flag.String("symbol").pipe(
      Flag.withDescription("NSE:RELIANCE; may be given several times"),
      Flag.between(0, 10_000)
    ),
    file: Flag.String("symbols-file").pipe(
      Flag.withDescription("File with symbols, separated by white space or commas"),
      Flag.optional
    ),
    from: dateFlag("from", "First day, 2025-01-01"),
    to: dateFlag("to", "Last day; it must be over"),
    segment: segmentFlag,
    again: Flag.Boolean("again").pipe(
      Flag.withDescription("Plan anew: ask for all days of the range that the archive lacks now"),
      Flag.withDefault(false)
    ),
    ...sourceFlags,
    ...shared
  },
  Effect.fn("history.download")(function*({ again, data, file, from, json, segment, symbols, to, url }) {
    const named = Option.isSome(file) ? [...symbols, ...yield* symbolsIn(file.value)] : symbols
    const strange = named.find((symbol) => !/^(NSE|BSE):\S+$/.test(symbol))
    if (strange !== undefined) {
      return yield* fail("Usage", `${JSON.stringify(strange)} is no symbol such as NSE:RELIANCE`, BAD_INPUT)
    }
    yield* Effect.gen(function*() {
      const { plan } = yield* HistoryDownload
      const instruments = Array.from(new Set(named), (symbol) => ({ symbol, segment }))
      const range = { from: dateText(from), to: dateText(to) }
      const { id } = yield* plan({ instruments, interval: "1m", ...range, again })
      yield* runDownload(id, json)
    }).pipe(Effect.provide(download(data, url)), refused, reported)
  })
).pipe(Command.withDescription(
  "Bring one-minute candles into the archive. The same command goes on after an interruption, and asks for nothing twice"
))
