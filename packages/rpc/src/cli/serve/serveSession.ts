/** One life of the server: everything that `serve` runs, from the database to the terminal, until it ends or escalates. */
import { type Escalated, Supervisor } from "@keepgaining/engine/actors/Supervisor.ts"
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import { BrokerAccounts } from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import { deployCommandId } from "@keepgaining/engine/replay/replayLog.ts"
import * as MarketRules from "@keepgaining/engine/rules/MarketRules.ts"
import { userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import { Session } from "@keepgaining/engine/session/Session.ts"
import * as Snapshots from "@keepgaining/engine/snapshots/Snapshots.ts"
import { layer as NodeDurableFiles } from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import { TickLogCorrupt, TickLogRefused } from "@keepgaining/engine/ticklog/TickLogError.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Server from "../../server/Server.ts"
import { BAD_INPUT, fail, FAILED, reported } from "../command/CommandFailure.ts"
import { deploymentOf } from "../command/DeploymentFlags.ts"
import { webRoot } from "../command/installation.ts"
import { announceEngine, urlOf } from "../running/EngineFile.ts"
import { archiveServices } from "./archiveLayers.ts"
import { ownBrokers, simulatedBrokers } from "./brokerLayers.ts"
import { greet } from "./greet.ts"
import { leaveMarket } from "./leaveMarket.ts"
import type { ServeInput } from "./ServeInput.ts"
import { marketOf, sessionChoice } from "./sessionChoice.ts"
import { watchCoverage } from "./watchCoverage.ts"

/** What recovery cannot mend: it would only find it again. */
export const lasting = (escalated: Escalated): TickLogCorrupt | TickLogRefused | undefined => {
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

const describe = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** Readable by its owner only: what is in it tells what somebody trades. */
export const makeDataDirectory = (directory: string) =>
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

/** Simulated masters and candles must not come among real ones: they have a database of their own, whatever is configured. */
const database = ({ data, profile }: ServeInput) => {
  const folder = path.join(data, "database")
  return (profile === "sim" ? Database.layerPglite(folder) : Database.layerConfig(folder)).pipe(
    // It is of this machine, whatever time the market has.
    Layer.provide(Layer.sync(Clock.Clock, () => Clock.Clock.defaultValue()))
  )
}

export const serveSession = (
  input: ServeInput,
  speed: number,
  isRestart: boolean,
  bound: (port: number) => void
) =>
  Effect.scoped(Effect.gen(function*() {
    const engine = Layer.unwrap(Effect.gen(function*() {
      const accounts = yield* BrokerAccounts
      const market = marketOf(input, (yield* accounts.list).length)
      const { folder, layer } = yield* sessionChoice(input, speed, market)
      if (input.fresh && !isRestart) yield* setAside(folder)
      return layer
    })).pipe(
      Layer.merge(archiveServices(input.data)),
      Layer.provideMerge(input.profile === "sim" ? simulatedBrokers(input) : ownBrokers(input)),
      Layer.provideMerge(Layer.mergeAll(
        Supervisor.layer,
        Snapshots.layer,
        MarketRules.layer(userFolder(input.data)),
        CandleArchive.layer
      )),
      Layer.provideMerge(database(input)),
      Layer.provideMerge(NodeDurableFiles)
    )
    const server = Server.layer({ host: input.host, port: input.port, webRoot, dataDirectory: input.data })
    yield* Effect.gen(function*() {
      const session = yield* Session
      const accounts = yield* BrokerAccounts
      const address = yield* Server.ServerAddress
      bound(address.port)
      yield* reported(announceEngine(input.data, urlOf(address)))
      yield* startStrategy(input, session)
      const market = marketOf(input, (yield* accounts.list).length)
      if (!isRestart) yield* greet(input, session, market)
      if (market === "brokers") yield* Effect.forkScoped(watchCoverage(session))
      const { escalation } = yield* Supervisor
      yield* input.flattenOnStop ? Effect.onInterrupt(escalation, () => leaveMarket(session)) : escalation
    }).pipe(
      Effect.provide(Layer.provideMerge(server, engine)),
      Effect.catchTag("ServeError", (error) => cannotListen(input, error))
    )
  }))
