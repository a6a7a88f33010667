/** `keepgaining instruments sync`: fetches masters and says what changed. */
import type { MasterRecord } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import { InstrumentSync } from "@keepgaining/engine/instruments/InstrumentSync.ts"
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { services, shared } from "./services.ts"

const nonZero = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts).filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`).join(", ")

const format = ({ account, broker, day, instruments, report }: MasterRecord): string => {
  const rejected = nonZero(account.rejected)
  return [
    `${broker} ${day}: ${instruments} instruments of NSE and BSE out of ${account.rows} rows`,
    `  changes       ${nonZero(report) || "none"}`,
    ...(rejected === "" ? [] : [`  rejected      ${rejected}`, ...account.examples.map((example) => `    ${example}`)]),
    `  out of scope  ${nonZero(account.outOfScope) || "none"}`
  ].join("\n")
}

export const syncCommand = Command.make(
  "sync",
  {
    data: shared.data,
    json: shared.json,
    brokers: Flag.Literals("broker", MasterBroker.literals).pipe(
      Flag.withDescription("Whose instrument master; may be given several times, upstox when not"),
      Flag.between(0, MasterBroker.literals.length)
    ),
    files: Flag.String("file").pipe(
      Flag.withDescription("Read the master from a downloaded file; may be given several times when it has several"),
      Flag.between(0, 16)
    )
  },
  Effect.fn("instruments.sync")(function*({ brokers, data, files, json }) {
    const all: ReadonlyArray<MasterBroker> = brokers.length === 0 ? ["upstox"] : brokers
    if (files.length > 0 && all.length > 1) {
      return yield* fail("Usage", "--file: a file is the master of one --broker", BAD_INPUT)
    }
    yield* Effect.gen(function*() {
      const { sync } = yield* InstrumentSync
      for (const broker of all) {
        const record = yield* sync(broker)
        yield* Console.log(json ? JSON.stringify(record) : format(record))
      }
    }).pipe(Effect.provide(services(data, files)), reported)
  })
).pipe(Command.withDescription(
  "Make a broker's instrument master today's. A broken or short file is refused and the one before stays in force"
))
