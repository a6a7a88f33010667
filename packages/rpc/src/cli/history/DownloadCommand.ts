/** `keepgaining history download`: brings candles into the archive; started again, it goes on. */
import { DownloadInterval, intervalsOf } from "@keepgaining/engine/history/DownloadInterval.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { CommandDownloads, commandDownloads } from "./CommandDownloads.ts"
import { followDownload } from "./runDownload.ts"
import { segmentFlag, shared, sourceFlags, sourceOf } from "./services.ts"

const symbolsIn = (file: string) =>
  Effect.try({
    try: () => fs.readFileSync(file, "utf8").split(/[\n\r,]+/).map((text) => text.trim()).filter((text) => text !== ""),
    catch: (cause) => cause
  }).pipe(
    Effect.catch((cause) =>
      fail("Usage", `--symbols-file ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, BAD_INPUT)
    )
  )

const intervalsIn = (texts: ReadonlyArray<string>) =>
  Effect.forEach(
    texts.flatMap((text) => text.split(",")),
    (text) =>
      Schema.decodeUnknownEffect(DownloadInterval)(text.trim()).pipe(
        Effect.catch(() =>
          fail("Usage", `--interval: ${JSON.stringify(text)} is not downloaded, but 1m and 1d are`, BAD_INPUT)
        )
      )
  ).pipe(Effect.map((named) => named.length === 0 ? ["1m" as const] : intervalsOf(named)))

const dateFlag = (name: string, description: string) => Flag.Date(name).pipe(Flag.withDescription(description))

const dateText = (date: Date): string => date.toISOString().slice(0, 10)

export const downloadCommand = Command.make(
  "download",
  {
    symbols: Flag.String("symbol").pipe(
      Flag.withDescription("NSE:RELIANCE; may be given several times. Without any: what the running engine watches"),
      Flag.between(0, 10_000)
    ),
    file: Flag.String("symbols-file").pipe(
      Flag.withDescription("File with symbols, one a line or with commas between"),
      Flag.optional
    ),
    from: dateFlag("from", "First day, 2025-01-01"),
    to: dateFlag("to", "Last day; it must be over"),
    interval: Flag.String("interval").pipe(
      Flag.withDescription(
        "1m, the minutes that all other candles are made of, and 1d, the exchange's own days with its closing prices; both " +
          "may be named, with a comma between or by the flag twice. Minutes when not given"
      ),
      Flag.between(0, 10)
    ),
    segment: segmentFlag,
    again: Flag.Boolean("again").pipe(
      Flag.withDescription(
        "Plan anew: ask for all minutes of the range that the archive lacks now, and for all of its official days"
      ),
      Flag.withDefault(false)
    ),
    ...sourceFlags,
    ...shared
  },
  Effect.fn("history.download")(
    function*({ account, again, data, file, from, interval, json, segment, symbols, to, url }) {
      const named = Option.isSome(file) ? [...symbols, ...yield* symbolsIn(file.value)] : symbols
      const strange = named.find((symbol) => !/^(NSE|BSE):\S.*$/.test(symbol))
      if (strange !== undefined) {
        return yield* fail("Usage", `${JSON.stringify(strange)} is no symbol such as NSE:RELIANCE`, BAD_INPUT)
      }
      const intervals = yield* intervalsIn(interval)
      const source = sourceOf({ account, url })
      if (source === undefined) {
        const reason = "say whose history: --account NAME (`brokers status` lists them), or --url ADDRESS of a server"
        return yield* fail("Usage", reason, BAD_INPUT)
      }
      yield* Effect.gen(function*() {
        const { inEngine, start } = yield* CommandDownloads
        if (named.length === 0 && !inEngine) {
          const reason = "name instruments with --symbol or --symbols-file; only a running engine has some of its own"
          return yield* fail("Usage", reason, BAD_INPUT)
        }
        const begun = yield* start({
          source,
          symbols: Array.from(new Set(named)),
          intervals,
          from: dateText(from),
          to: dateText(to),
          ...(again ? { again } : {}),
          ...(Option.isSome(segment) ? { segment: segment.value } : {})
        })
        yield* followDownload(begun, json)
      }).pipe(Effect.provide(commandDownloads(data)), reported)
    }
  )
).pipe(Command.withDescription(
  "Bring one-minute candles and official days into the archive, in the engine when one runs on the data directory. The same command goes on after an interruption, and asks for nothing twice"
))
