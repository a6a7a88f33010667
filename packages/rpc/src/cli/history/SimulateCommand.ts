/** `keepgaining history simulate`: a history server that can misbehave, to try downloads against. */
import { historyServer } from "@keepgaining/engine/history/simulator/HistoryServer.ts"
import { atRandom } from "@keepgaining/engine/history/simulator/Misbehaviour.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { shared } from "./services.ts"

const part = (name: string, description: string, value: number) =>
  Flag.Finite(name).pipe(Flag.withDescription(description), Flag.withDefault(value))

export const simulateCommand = Command.make(
  "simulate",
  {
    data: shared.data,
    json: shared.json,
    port: Flag.Int("port").pipe(Flag.withDescription("On the loopback interface"), Flag.withDefault(4290)),
    seed: Flag.Int("seed").pipe(Flag.withDescription("Candles and trouble follow from it"), Flag.withDefault(1)),
    density: part("density", "Part of the minutes in which instruments trade, 0 to 1", 1),
    misbehave: part("misbehave", "Part of the requests that something goes wrong with, 0 to 1", 0)
  },
  Effect.fn("history.simulate")(function*({ data, density, json, misbehave, port, seed }) {
    if (!(density >= 0 && density <= 1 && misbehave >= 0 && misbehave <= 1)) {
      return yield* fail("Usage", "--density and --misbehave are parts of a whole: from 0 to 1", BAD_INPUT)
    }
    yield* Effect.gen(function*() {
      const calendar = yield* loadCalendar(userFolder(data))
      const market = { seed, density: () => density }
      const { url } = yield* historyServer({ port, calendar, market, behaviour: atRandom(seed, misbehave) })
      yield* Console.log(json ? JSON.stringify({ url }) : `history server on ${url}; stop it with Ctrl-C`)
      yield* Effect.never
    }).pipe(Effect.scoped, reported)
  })
).pipe(Command.withDescription("Serve made-up history on this machine, well or badly, to try downloads against"))
