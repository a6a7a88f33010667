/** What a session on a feed goes on by when it is started with something else than before. */
import { assert, describe, it } from "@effect/vitest"
import { type HoursRules, plainHours } from "@keepgaining/core/candles/TradingHours.ts"
import { type SquareOff, usualSquareOff } from "@keepgaining/core/desk/squareOff.ts"
import { DAY_MS, parseIst, timeOfDay } from "@keepgaining/core/market/IndianTime.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Supervisor } from "../../src/actors/Supervisor.ts"
import { loadCharges, loadMarginRates } from "../../src/rules/RuleFiles.ts"
import * as feedSession from "../../src/session/feedSession.ts"
import { Session } from "../../src/session/Session.ts"
import { readManifest } from "../../src/session/SessionFolder.ts"
import { sessionDefaults } from "../../src/session/Settings.ts"
import * as Snapshots from "../../src/snapshots/Snapshots.ts"
import { layer as NodeDurableFiles } from "../../src/storage/NodeDurableFiles.ts"
import { batches, marketTicks, open, stocks, strategies } from "../kernel/scenario.ts"
import { absentDatabase, temporaryFolder } from "./sessions.ts"

const instruments = stocks(3)
/** Two days, from 15:00 to 15:12 each. */
const shift = parseIst("2021-06-09 15:00:00")! - open
const ticks = marketTicks(11, 3, 720).map((tick) => ({ ...tick, eventTime: tick.eventTime + shift }))
const everything = [0, 1].flatMap((day) =>
  batches(
    ticks.map((tick) => ({ ...tick, eventTime: tick.eventTime + day * DAY_MS })),
    [64],
    open + shift + 720_000 + day * DAY_MS
  )
)

const deploy = {
  _tag: "Deploy",
  deployment: {
    id: "d1",
    strategy: "Holder",
    parameters: {},
    instruments: instruments.all().map(({ symbol }) => symbol),
    lots: 10,
    mode: "paper"
  }
} as const

/** Runs the session until it has folded everything up to the instant, and says what was squared off when. */
const running = (
  folder: string,
  until: number,
  { hours, squareOff = usualSquareOff }: { readonly squareOff?: SquareOff; readonly hours?: HoursRules } = {}
) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const layer = feedSession.layer({
      folder,
      kernel: {
        ...sessionDefaults,
        desk: { ...sessionDefaults.desk, squareOff: [squareOff] },
        strategyNamed: strategies
      },
      charges: yield* loadCharges(),
      margins: yield* loadMarginRates(),
      begin: { mode: "paper", seed: 7, ...(hours === undefined ? {} : { hours }) },
      openFeed: (_, after) =>
        Effect.succeed({
          name: "two days",
          instruments: instruments.all(),
          previousClose: [],
          batches: Stream.concat(
            Stream.fromIterable(everything.filter(({ now }) => now > (after ?? 0) && now <= until)),
            Stream.never
          )
        })
    })
    const services = Layer.mergeAll(Supervisor.layer, Snapshots.layer).pipe(
      Layer.provideMerge(absentDatabase),
      Layer.provideMerge(NodeDurableFiles),
      Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "Fatal"))
    )
    const session = Context.get(yield* Layer.buildWithScope(Layer.provide(layer, services), scope), Session)
    yield* session.execute("deploy", deploy)
    const last = everything.findLast(({ now }) => now <= until)?.now ?? 0
    while (session.health().now < last) yield* Effect.sleep(20)
    const ours = session.orders(100_000).filter(({ purpose }) => purpose === "square-off")
    yield* Scope.close(scope, Exit.void)
    const manifest = yield* readManifest(folder).pipe(Effect.provide(NodeDurableFiles))
    return { squaredOff: new Set(ours.map(({ createdAt }) => createdAt)), manifest }
  })

describe("a session that is started again", () => {
  it.live(
    "with other times of square-off recovers its day as it was, and takes them from the next day",
    () =>
      Effect.gen(function*() {
        const folder = yield* temporaryFolder
        const noon = (day: number): number => open + shift + day * DAY_MS
        const first = yield* running(folder, noon(0) + 660_000)
        assert.deepStrictEqual([...first.squaredOff], [parseIst("2021-06-09 15:10:00")!])
        assert.deepStrictEqual(first.manifest?.squareOff, [usualSquareOff])
        const earlier = { ...usualSquareOff, equity: timeOfDay(15, 5) }
        // The rest of the day first, then the next one.
        const second = yield* running(folder, noon(0) + 720_000, { squareOff: earlier })
        assert.deepStrictEqual(second.squaredOff, first.squaredOff)
        assert.deepStrictEqual(second.manifest?.squareOff, [usualSquareOff, { ...earlier, from: "2021-06-10" }])
        const third = yield* running(folder, noon(1) + 720_000, { squareOff: earlier })
        assert.deepStrictEqual([...third.squaredOff].sort(), [...first.squaredOff, parseIst("2021-06-10 15:05:00")!])
        assert.deepStrictEqual(third.manifest?.squareOff, second.manifest?.squareOff)
      }),
    60_000
  )

  it.live(
    "with a calendar that now covers its day keeps that day without a session, and has one the day after",
    () =>
      Effect.gen(function*() {
        const folder = yield* temporaryFolder
        const before = { ...plainHours, covered: [{ from: "2021-01-01", to: "2021-06-08" }] }
        const after = { ...before, covered: [{ from: "2021-01-01", to: "2021-12-31" }] }
        const end = open + shift + 720_000
        const first = yield* running(folder, end, { hours: before })
        assert.strictEqual(first.squaredOff.size, 0)
        const second = yield* running(folder, end + DAY_MS, { hours: after })
        assert.deepStrictEqual([...second.squaredOff], [parseIst("2021-06-10 15:10:00")!])
        const third = yield* running(folder, end + DAY_MS, { hours: after })
        assert.deepStrictEqual(third, second)
      }),
    60_000
  )
})
