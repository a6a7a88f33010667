/** `keepgaining ticks record`: a feed into a tick log. */
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import { InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import * as SimulatedFeed from "@keepgaining/engine/feeds/simulated/SimulatedFeed.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import * as TickLogWriter from "@keepgaining/engine/ticklog/TickLogWriter.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { reported } from "../command/CommandFailure.ts"

export const recordCommand = Command.make(
  "record",
  {
    log: Argument.String("LOG").pipe(Argument.withDescription("Folder of the tick log to make or to continue")),
    feed: Flag.Literals("feed", ["simulated"]).pipe(
      Flag.withDescription("Where the ticks come from"),
      Flag.withDefault("simulated")
    ),
    seed: Flag.Int("seed").pipe(Flag.withDescription("Seed of the simulated market"), Flag.withDefault(1)),
    pace: Flag.Finite("pace").pipe(
      Flag.withDescription("Market seconds per second of the simulated market"),
      Flag.withDefault(1)
    ),
    duration: Flag.Finite("duration").pipe(
      Flag.withDescription("Stop after so many seconds; Ctrl-C stops at any time"),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the result as one JSON object"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("ticks.record")(function*({ duration, json, log, pace, seed }) {
    const started = yield* Clock.currentTimeMillis
    let rows = 0
    let until = 0
    const recording = Effect.scoped(Effect.gen(function*() {
      const feed = yield* SimulatedFeed.make({ seed, pace })
      const instruments = InstrumentTable.from(feed.instruments)
      const writer = yield* TickLogWriter.open({ folder: log, mode: "append", origin: "recording", instruments })
      if (!json) yield* Console.error(`Recording ${feed.name} into ${log}; Ctrl-C ends it`)
      yield* Stream.runForEach(feed.batches, (batch) =>
        Effect.map(writer.append(batch), () => {
          rows += batch.length
          until = batch.now
          if (process.stderr.isTTY) process.stderr.write(`\r${rows} ticks, ${formatIst(until)} `)
        }))
    })).pipe(Effect.provide(NodeDurableFiles), reported)
    yield* Option.isSome(duration)
      ? Effect.asVoid(Effect.timeoutOption(recording, duration.value * 1_000))
      : Effect.onInterrupt(recording, () => Effect.void)
    const seconds = ((yield* Clock.currentTimeMillis) - started) / 1_000
    yield* Console.log(
      json ? JSON.stringify({ log, rows, until, seconds }) : `${log}: ${rows} ticks up to ${formatIst(until)}`
    )
  })
).pipe(
  Command.withDescription(
    "Record a feed into a tick log. A log that is there already is continued when its instruments agree."
  ),
  Command.withShortDescription("Record a feed into a tick log")
)
