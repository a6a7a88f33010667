/** `keepgaining serve`: the engine with its RPC and its terminal. */
import { usualSquareOff } from "@keepgaining/core/desk/squareOff.ts"
import { formatTimeOfDay, MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import { defaultWatch } from "@keepgaining/engine/instruments/watchlist.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as path from "node:path"
import { BAD_INPUT, fail, reported } from "../command/CommandFailure.ts"
import { deploymentFlags } from "../command/DeploymentFlags.ts"
import { defaults } from "../command/installation.ts"
import { marketTime } from "./marketTime.ts"
import { beginOf, outOfRange, parseSpeed, profiles, type ServeInput } from "./ServeInput.ts"
import { lasting, makeDataDirectory, serveSession } from "./serveSession.ts"

const timeText = (time: number): string => formatTimeOfDay(time).slice(0, 5)

export const serveCommand = Command.make(
  "serve",
  {
    profile: Flag.Literals("profile", profiles).pipe(
      Flag.withDescription(
        "demo: a generated market, new every day. paper: one paper account that goes on from day to day, on the feeds of " +
          "your broker accounts, or on a generated market while there is none. live: real orders through the accounts that you " +
          "arm for the day. sim: the same against simulated brokers"
      ),
      Flag.withDefault("demo")
    ),
    replay: Flag.String("replay").pipe(
      Flag.withDescription("Replay this tick log instead of a feed"),
      Flag.optional
    ),
    feed: Flag.String("feed").pipe(
      Flag.withDescription(
        "Where ticks come from: auto, generated, brokers, or names of accounts with commas between, the preferred one first"
      ),
      Flag.withDefault("auto")
    ),
    watch: Flag.String("watch").pipe(
      Flag.withDescription(
        "What to watch on brokers' feeds, with commas between: NSE:RELIANCE; NIFTY:FUT, the nearest future; NIFTY:10, the " +
          "nearest options up to 10 strikes around the money"
      ),
      Flag.withDefault(defaultWatch)
    ),
    recordRaw: Flag.Boolean("record-raw").pipe(
      Flag.withDescription(
        "Also keep what brokers' feeds send as it came, undecoded, in the session's folder raw; see ticks raw"
      ),
      Flag.withDefault(false)
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
    flattenOnStop: Flag.Boolean("flatten-on-stop").pipe(
      Flag.withDescription("When it is stopped, cancel what works and leave every position first"),
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
    capital: Flag.Finite("capital").pipe(
      Flag.withDescription(
        "Rupees with which the paper books of a new session begin, all of them together: orders that need more margin than " +
          "is free are refused"
      ),
      Flag.withDefault(sessionDefaults.desk.limits.capital / 100)
    ),
    pace: Flag.Finite("pace").pipe(
      Flag.withDescription("Market seconds per second of the generated market, or of the simulated brokers (up to 20)"),
      Flag.withDefault(1)
    ),
    at: Flag.String("at").pipe(
      Flag.withDescription(
        "Time of day, 15:20, at which --profile sim enters the market; 09:30 or later when not given"
      ),
      Flag.withDefault("")
    ),
    headStart: Flag.Finite("head-start").pipe(
      Flag.withDescription("Minutes of a new generated market that are given at once"),
      Flag.withDefault(45)
    ),
    masters: Flag.String("masters").pipe(
      Flag.withDescription(
        "Brokers whose instrument masters are fetched every morning before the open, with commas between (upstox, kite, " +
          "angel, fyers), or none. Without a network it says so and goes on"
      ),
      Flag.withDefault("upstox")
    ),
    warmUp: Flag.Int("warm-up").pipe(
      Flag.withDescription(
        "Days of the candle archive that a new replay, or a session on brokers' feeds, begins with: charts show them, and " +
          "strategies have seen them"
      ),
      Flag.withDefault(5)
    ),
    squareOffEquity: Flag.String("square-off-equity").pipe(
      Flag.withDescription(
        "Time of day from which intraday positions in shares are left, and none opened; a session that goes on takes other " +
          "times from its next day"
      ),
      Flag.withDefault(timeText(usualSquareOff.equity))
    ),
    squareOffDerivative: Flag.String("square-off-derivative").pipe(
      Flag.withDescription("The same of futures and options"),
      Flag.withDefault(timeText(usualSquareOff.derivative))
    ),
    squareOffBeforeClose: Flag.Finite("square-off-before-close").pipe(
      Flag.withDescription(
        "Minutes before the end of an instrument's session at which its intraday positions are left at the latest"
      ),
      Flag.withDefault(usualSquareOff.beforeClose / MINUTE_MS)
    ),
    keepDifferences: Flag.Int("keep-differences").pipe(
      Flag.withDescription(
        "Days for which the archive keeps what official candles took the place of (archive differences); older ones are " +
          "forgotten after the close of a recorded day"
      ),
      Flag.withDefault(90)
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print where it is reached as one JSON object; logs go to stderr"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("serve")(function*(given) {
    const speed = parseSpeed(given.speed)
    if (speed === undefined) {
      return yield* fail(
        "Usage",
        `--speed: ${JSON.stringify(given.speed)} is neither a positive number nor max`,
        BAD_INPUT
      )
    }
    const problem = outOfRange(given)
    if (problem !== undefined) return yield* fail("Usage", problem, BAD_INPUT)
    // Simulated accounts, orders and candles must never mix with real ones.
    const input: ServeInput = given.profile === "sim" ? { ...given, data: path.join(given.data, "sim") } : given
    yield* makeDataDirectory(input.data)
    const clock = input.profile === "sim"
      ? yield* reported(marketTime(input.data, { pace: input.pace, begin: beginOf(input.at) }))
      : yield* Clock.Clock
    let isRestart = false
    // Whoever was connected looks for it where it was.
    let port = input.port
    const bound = (taken: number): void => {
      port = taken
    }
    yield* Effect.suspend(() => serveSession({ ...input, port }, speed, isRestart, bound)).pipe(
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
      Effect.provideService(Clock.Clock, clock),
      reported
    )
  })
).pipe(
  Command.withDescription("Run the engine with its RPC and its web terminal until Ctrl-C"),
  Command.withShortDescription("Run the engine and its terminal"),
  Command.withExamples([
    { command: "keepgaining serve", description: "The demo at http://localhost:4280" },
    { command: "keepgaining serve --profile sim", description: "Everything, against simulated brokers" },
    {
      command: "keepgaining serve --replay sessions/2021-06-09 --speed 10",
      description: "A recorded day, ten times as fast"
    }
  ])
)
