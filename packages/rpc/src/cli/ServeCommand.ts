/** `keepgaining serve`: the engine with its RPC and its terminal. */
import type { CorporateAction } from "@keepgaining/core/candles/adjust.ts"
import { formatIstDate } from "@keepgaining/core/market/IndianTime.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import { type Escalated, Supervisor } from "@keepgaining/engine/actors/Supervisor.ts"
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import { candlesBefore } from "@keepgaining/engine/archive/candlesBefore.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import * as SimulatedFeed from "@keepgaining/engine/feeds/simulated/SimulatedFeed.ts"
import * as InstrumentSearch from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as InstrumentSync from "@keepgaining/engine/instruments/InstrumentSync.ts"
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import { addresses, layerHttp } from "@keepgaining/engine/instruments/MasterSource.ts"
import { deployCommandId } from "@keepgaining/engine/replay/replayLog.ts"
import * as MarketRules from "@keepgaining/engine/rules/MarketRules.ts"
import { loadCharges, loadCorporateActions, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as feedSession from "@keepgaining/engine/session/feedSession.ts"
import * as replaySession from "@keepgaining/engine/session/replaySession.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as Snapshots from "@keepgaining/engine/snapshots/Snapshots.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { TickLogCorrupt, TickLogRefused } from "@keepgaining/engine/ticklog/TickLogError.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as fs from "node:fs"
import * as path from "node:path"
import * as zlib from "node:zlib"
import * as Server from "../server/Server.ts"
import { BAD_INPUT, fail, FAILED, reported } from "./command/CommandFailure.ts"
import { deploymentFlags, type DeploymentInput, deploymentOf, partitionsOutOfRange } from "./command/DeploymentFlags.ts"
import { defaults, webRoot } from "./command/installation.ts"
import { openBrowser } from "./command/openBrowser.ts"

/** Whose instrument masters the engine keeps up to date. */
const mastersFlag = Flag.String("masters").pipe(
  Flag.withDescription(
    "Brokers whose instrument masters are fetched every morning before the open, with commas between (upstox, kite, angel, " +
      "fyers), or none. Without a network it says so and goes on"
  ),
  Flag.withDefault("upstox")
)

const brokersOf = (text: string): ReadonlyArray<MasterBroker> | undefined => {
  if (text === "none") return []
  const names = text.split(",").map((name) => name.trim())
  const known = MasterBroker.literals.filter((broker) => names.includes(broker))
  return known.length === names.length ? known : undefined
}

/** The masters in the session's own database, searched and kept up to date. */
const mastersLayer = (brokers: ReadonlyArray<MasterBroker>) =>
  (brokers.length === 0 ? Layer.empty : InstrumentSync.layerSchedule(brokers)).pipe(
    Layer.provide(InstrumentSync.layer),
    Layer.provide(Layer.unwrap(Effect.map(addresses, layerHttp)).pipe(Layer.provide(FetchHttpClient.layer))),
    Layer.provideMerge(InstrumentSearch.layer),
    Layer.provideMerge(InstrumentStore.layer)
  )

/** Of the newest minutes that charts keep. */
const LONGEST_WARM_UP = 60

const warmUpFrom = (actions: ReadonlyArray<CorporateAction>, days: number) =>
  Effect.map(CandleArchive.CandleArchive, (archive) => {
    return (symbols: ReadonlyArray<string>, before: number) =>
      candlesBefore(archive, actions, { symbols, before, days }).pipe(
        Effect.tap((found) => {
          const candles = found.reduce((sum, one) => sum + one.candles.length, 0)
          return found.length === 0
            ? Effect.void
            : Effect.logInfo("Begins with candles of the archive").pipe(
              Effect.annotateLogs({ instruments: found.length, candles })
            )
        }),
        Effect.catch((error) =>
          Effect.as(Effect.logWarning(`The session begins without candles from before it: ${error.message}`), [])
        )
      )
  })

interface ServeInput extends DeploymentInput {
  readonly profile: "demo" | "paper"
  readonly replay: Option.Option<string>
  readonly speed: string
  readonly paused: boolean
  readonly fresh: boolean
  readonly host: string
  readonly port: number
  readonly data: string
  readonly open: boolean
  readonly partitions: number
  readonly seed: number
  readonly pace: number
  readonly headStart: number
  readonly masters: string
  readonly warmUp: number
  readonly json: boolean
}

/** Event seconds per wall second, 0 = as fast as it goes; `undefined` when the text is neither. */
const parseSpeed = (text: string): number | undefined => {
  if (text === "max") return 0
  const speed = Number(text)
  return Number.isFinite(speed) && speed > 0 ? speed : undefined
}

/** What is wrong with a number among the flags; `undefined` when nothing is. */
const outOfRange = ({ headStart, masters, pace, partitions, port, warmUp }: ServeInput): string | undefined => {
  if (port < 0 || port > 65_535) return `--port: ${port} is no port; give 1 to 65535, or 0 for any`
  if (pace < 0) return `--pace: ${pace} is negative; give market seconds per second, 0 to let the market stand still`
  if (brokersOf(masters) === undefined) {
    return `--masters: ${JSON.stringify(masters)} is not none or some of ${MasterBroker.literals.join(", ")}`
  }
  if (warmUp < 0 || warmUp > LONGEST_WARM_UP) return `--warm-up: ${warmUp} is not 0 to ${LONGEST_WARM_UP} days`
  if (headStart < 0) return `--head-start: ${headStart} is negative; give minutes`
  return partitionsOutOfRange(partitions)
}

/** One folder a replayed log, found again by the log's place. */
const replayName = (log: string): string => {
  const place = path.resolve(log)
  return `replay-${path.basename(place)}-${(zlib.crc32(place) >>> 0).toString(16).padStart(8, "0")}`
}

const sessionLayer = Effect.fnUntraced(function*(input: ServeInput, speed: number) {
  const sessions = path.join(input.data, "sessions")
  const kernel = { ...sessionDefaults, partitions: input.partitions, strategyNamed }
  const charges = yield* loadCharges(userFolder(input.data))
  if (Option.isSome(input.replay)) {
    const log = input.replay.value
    const actions = yield* loadCorporateActions(userFolder(input.data))
    const folder = path.join(sessions, replayName(log))
    const layer = Layer.unwrap(Effect.map(warmUpFrom(actions, input.warmUp), (warmUp) =>
      replaySession.layer({
        folder,
        log,
        seed: input.seed,
        kernel,
        charges,
        warmUp,
        // A strategy that was asked for has to be there before the first tick.
        playing: !input.paused && Option.isNone(input.strategy),
        speed
      })))
    return { folder, layer }
  }
  const now = yield* Clock.currentTimeMillis
  // A demo is for a day; what trades on paper goes on until somebody begins anew.
  const folder = path.join(sessions, input.profile === "demo" ? `demo-${formatIstDate(now)}` : "paper")
  const layer = feedSession.layer({
    folder,
    kernel,
    charges,
    begin: { mode: input.profile, seed: input.seed, marketStart: now },
    openFeed: (manifest, after) =>
      SimulatedFeed.make({
        seed: manifest.seed,
        startDate: manifest.marketStart,
        resumeAfter: after,
        pace: input.pace,
        headStart: input.headStart * 60_000
      })
  })
  return { folder, layer }
})

/** What recovery cannot mend: it would only find it again. */
const lasting = (escalated: Escalated): TickLogCorrupt | TickLogRefused | undefined => {
  const { thrown } = escalated
  return thrown instanceof TickLogCorrupt || thrown instanceof TickLogRefused ? thrown : undefined
}

const cannotListen = ({ host, port }: ServeInput, { cause }: ServeError) => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "EADDRINUSE") {
    const reason = `port ${port} of ${host} is in use. Stop what listens there, or choose another one with --port`
    return fail("Port", reason, FAILED)
  }
  const detail = cause instanceof Error ? cause.message : String(cause)
  const remedy = "Choose an address of this machine with --host and a port with --port"
  return fail("Port", `cannot listen on ${host}, port ${port}: ${detail}. ${remedy}`, FAILED)
}

const run = (input: ServeInput, speed: number, isRestart: boolean, bound: (port: number) => void) =>
  Effect.scoped(Effect.gen(function*() {
    const { folder, layer } = yield* sessionLayer(input, speed)
    yield* makeDataDirectory(input.data)
    if (input.fresh && !isRestart) yield* setAside(folder)
    const reference = Layer.mergeAll(
      mastersLayer(brokersOf(input.masters) ?? []),
      MarketRules.layer(userFolder(input.data)),
      CandleArchive.layer
    )
    const engine = Layer.provideMerge(layer, Layer.mergeAll(Supervisor.layer, Snapshots.layer, reference)).pipe(
      Layer.provideMerge(Database.layerConfig(path.join(input.data, "database"))),
      Layer.provideMerge(NodeDurableFiles)
    )
    const server = Server.layer({ host: input.host, port: input.port, webRoot, dataDirectory: input.data })
    yield* Effect.gen(function*() {
      const session = yield* Session
      bound((yield* Server.ServerAddress).port)
      yield* startStrategy(input, session)
      if (!isRestart) yield* greet(input, session)
      yield* (yield* Supervisor).escalation
    }).pipe(
      Effect.provide(Layer.provideMerge(server, engine)),
      Effect.catchTag("ServeError", (error) => cannotListen(input, error))
    )
  }))

const startStrategy = Effect.fnUntraced(function*(input: ServeInput, session: Session["Service"]) {
  const known = new Set(session.portfolio().deployments.map(({ deployment }) => deployment.id))
  for (const deployment of yield* deploymentOf(input, session.instruments().all())) {
    if (known.has(deployment.id)) continue
    const outcome = yield* session.execute(deployCommandId(deployment), { _tag: "Deploy", deployment }).pipe(reported)
    if (outcome._tag === "Refused") return yield* fail("Refused", `${outcome.reason}. ${outcome.remedy}`, BAD_INPUT)
  }
  if (Option.isSome(input.strategy) && !input.paused) {
    yield* Effect.ignore(session.replay?.control({ _tag: "Play" }) ?? Effect.void)
  }
})

const greet = Effect.fnUntraced(function*(input: ServeInput, session: Session["Service"]) {
  const address = yield* Server.ServerAddress
  const link = Redacted.value(yield* reported(address.loginLink))
  const ownerKey = address.ownerKey === undefined ? undefined : Redacted.value(address.ownerKey)
  if (input.json) {
    const { bootId, mode } = session
    yield* Console.log(
      JSON.stringify({ url: address.url, port: address.port, loginLink: link, ownerKey, mode, bootId })
    )
    return
  }
  yield* Console.log([
    `KeepGaining is at ${address.url}`,
    `  log in        ${link}  (once, within ten minutes; \`keepgaining login\` prints another)`,
    ...(ownerKey === undefined ? [] : [`  owner's key   ${ownerKey}  (shown only now: keep it)`]),
    `  market        ${
      session.replay === undefined
        ? "simulated exchange (no broker is connected); all orders are paper orders"
        : `replay of ${session.replay.status().log}; all orders are paper orders`
    }`,
    `  data          ${input.data}`,
    "  Ctrl-C stops it; a restart goes on where it was."
  ].join("\n"))
  if (input.open && process.stdout.isTTY) openBrowser(link)
})

const describe = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** Readable by its owner only: what is in it tells what somebody trades. */
const makeDataDirectory = (directory: string) =>
  Effect.try({
    try: () => void fs.mkdirSync(directory, { recursive: true, mode: 0o700 }),
    catch: (error) => error
  }).pipe(
    Effect.catch((error) =>
      fail("DataDirectory", `--data: ${directory} cannot be made: ${describe(error)}. Name another one`, FAILED)
    )
  )

/** Begins anew without destroying anything: the old session's folder gets another name. */
const setAside = (folder: string) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.sync(() => {
      if (fs.existsSync(folder)) fs.renameSync(folder, `${folder}.until-${now}`)
    }))

export const serveCommand = Command.make(
  "serve",
  {
    profile: Flag.Literals("profile", ["demo", "paper"]).pipe(
      Flag.withDescription(
        "demo: a generated market, new every day. paper: one paper account that goes on from day to day; until a broker " +
          "is connected it trades the same generated market"
      ),
      Flag.withDefault("demo")
    ),
    replay: Flag.String("replay").pipe(
      Flag.withDescription("Replay this tick log instead of a feed"),
      Flag.optional
    ),
    speed: Flag.String("speed").pipe(
      Flag.withDescription("Speed of the replay: 1, 10, any number, or max"),
      Flag.withDefault("1")
    ),
    paused: Flag.Boolean("paused").pipe(
      Flag.withDescription("Do not start the replay before somebody presses play"),
      Flag.withDefault(false)
    ),
    fresh: Flag.Boolean("fresh").pipe(
      Flag.withDescription("Begin a new session; the old one's folder is renamed and kept"),
      Flag.withDefault(false)
    ),
    ...deploymentFlags,
    port: Flag.Int("port").pipe(Flag.withDescription("Port; 0 takes any"), Flag.withDefault(defaults.port)),
    host: Flag.String("host").pipe(
      Flag.withDescription("Address to listen on; other machines can only reach it when it is not loopback"),
      Flag.withDefault(defaults.host)
    ),
    data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
    open: Flag.Boolean("open").pipe(Flag.withDescription("Open the terminal in a browser"), Flag.withDefault(false)),
    partitions: Flag.Int("partitions").pipe(
      Flag.withDescription("Partitions of the engine; decisions do not depend on it"),
      Flag.withDefault(sessionDefaults.partitions)
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("Seed of a new session: its market, latency and fill models, strategies' chance"),
      Flag.withDefault(sessionDefaults.seed)
    ),
    pace: Flag.Finite("pace").pipe(
      Flag.withDescription("Market seconds per second of the generated market"),
      Flag.withDefault(1)
    ),
    headStart: Flag.Finite("head-start").pipe(
      Flag.withDescription("Minutes of a new generated market that are given at once"),
      Flag.withDefault(45)
    ),
    masters: mastersFlag,
    warmUp: Flag.Int("warm-up").pipe(
      Flag.withDescription(
        "Days of the candle archive that a new replay begins with: charts show them, and strategies have seen them"
      ),
      Flag.withDefault(5)
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print where it is reached as one JSON object; logs go to stderr"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("serve")(function*(input) {
    const speed = parseSpeed(input.speed)
    if (speed === undefined) {
      return yield* fail(
        "Usage",
        `--speed: ${JSON.stringify(input.speed)} is neither a positive number nor max`,
        BAD_INPUT
      )
    }
    const problem = outOfRange(input)
    if (problem !== undefined) return yield* fail("Usage", problem, BAD_INPUT)
    let isRestart = false
    // Whoever was connected looks for it where it was.
    let port = input.port
    const bound = (taken: number): void => {
      port = taken
    }
    yield* Effect.suspend(() => run({ ...input, port }, speed, isRestart, bound)).pipe(
      // Recovery from what is durable is the last resort of supervision.
      Effect.tapError((error) => error._tag === "Escalated" ? Effect.logError(error.message) : Effect.void),
      Effect.retry({
        while: (error) => {
          isRestart = true
          return error._tag === "Escalated" && lasting(error) === undefined
        },
        schedule: Schedule.exponential("1 second").pipe(Schedule.upTo({ times: 5 }))
      }),
      Effect.catchTag("Escalated", (error) => Effect.fail(lasting(error) ?? error)),
      reported
    )
  })
).pipe(
  Command.withDescription("Run the engine with its RPC and its web terminal until Ctrl-C"),
  Command.withShortDescription("Run the engine and its terminal"),
  Command.withExamples([
    { command: "keepgaining serve", description: "The demo at http://localhost:4280" },
    {
      command: "keepgaining serve --replay sessions/2021-06-09 --speed 10",
      description: "A recorded day, ten times as fast"
    }
  ])
)
