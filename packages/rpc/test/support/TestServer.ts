import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { OfficialDays } from "@keepgaining/engine/archive/OfficialDays.ts"
import { ArchiveQuestions } from "@keepgaining/engine/archive/questions/ArchiveQuestions.ts"
import { Brokers } from "@keepgaining/engine/brokers/Brokers.ts"
import { Downloads } from "@keepgaining/engine/history/Downloads.ts"
import * as InstrumentSearch from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import { InstrumentStore, type MasterRecord } from "@keepgaining/engine/instruments/InstrumentStore.ts"
import type { MasterEntry } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import * as MarketRules from "@keepgaining/engine/rules/MarketRules.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { Access } from "../../src/server/Access.ts"
import type { Scope as AccessScope } from "../../src/server/KeyStore.ts"
import * as Server from "../../src/server/Server.ts"
import type { TestSession } from "./TestSession.ts"

/** A directory that is removed with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => fs.mkdtemp(path.join(os.tmpdir(), "keepgaining-rpc-"))),
  (directory) => Effect.promise(() => fs.rm(directory, { recursive: true, force: true }))
)

const listed = (
  strike: number,
  right: "CE" | "PE"
): MasterEntry => ({
  id: `NSE_FO|NIFTY|2026-12-01|${strike}.00|${right}`,
  exchange: "NSE",
  kind: "option",
  symbol: `NIFTY ${strike} ${right} 01 DEC 26`,
  name: "NIFTY",
  token: `NSE_FO|${strike}${right}`,
  exchangeToken: String(strike),
  isin: null,
  underlying: "NIFTY",
  expiry: "2026-12-01",
  strike: strike * 100,
  right,
  lotSize: 65,
  tickSize: 5,
  freezeQuantity: 1_800,
  closingAuction: null
})

/** Nothing is asked of the archive here. */
const noArchive = Layer.mergeAll(
  Layer.mock(ArchiveQuestions)({}),
  Layer.mock(OfficialDays)({}),
  Layer.mock(Downloads)({})
)

/** The real search and calendar over a master of a few contracts; no broker account. */
const reference = Layer.mergeAll(
  Layer.mock(Brokers)({
    actors: () => [],
    actor: () => undefined,
    instruments: () => new BrokerInstruments()
  }),
  MarketRules.layer(),
  InstrumentSearch.layer.pipe(Layer.provideMerge(
    Layer.mock(InstrumentStore)({
      master: (broker) =>
        Effect.succeed(
          // Nobody reads more of it than its day.
          broker === "kite" ? { broker, day: "2026-11-24" } as MasterRecord : undefined
        ),
      entries: () => Effect.succeed([24_900, 25_000].flatMap((strike) => [listed(strike, "CE"), listed(strike, "PE")]))
    })
  ))
)

/** A small built terminal. */
export const webRoot = Effect.gen(function*() {
  const root = yield* temporaryDirectory
  yield* Effect.promise(async () => {
    await fs.mkdir(path.join(root, "assets"))
    await fs.writeFile(path.join(root, "index.html"), "<!doctype html><title>Terminal</title>")
    await fs.writeFile(path.join(root, "assets", "index-B1x9Zk2p.js"), "export {}")
  })
  return root
})

export interface Running {
  readonly url: string
  readonly port: number
  readonly access: Access["Service"]
  readonly address: Server.ServerAddress["Service"]
  readonly token: (scope: AccessScope) => Effect.Effect<string>
  readonly stop: Effect.Effect<void>
}

/** A real server on a free port (or the one given, to restart it), stopped with the scope or by hand. */
export const serve = Effect.fnUntraced(function*(
  session: TestSession,
  options: Partial<Server.Options> & { readonly bootId?: string } = {}
) {
  const { bootId, ...rest } = options
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope, exit) => Scope.close(scope, exit))
  const layer = Server.layer({
    port: 0,
    webRoot: rest.webRoot ?? (yield* webRoot),
    dataDirectory: rest.dataDirectory ?? (yield* temporaryDirectory),
    ...rest
  }).pipe(Layer.provide(session.layer(bootId)), Layer.provide(reference), Layer.provide(noArchive))
  const context = yield* Layer.buildWithScope(layer, scope)
  const access = Context.get(context, Access)
  const address = Context.get(context, Server.ServerAddress)
  const running: Running = {
    url: `http://localhost:${address.port}`,
    port: address.port,
    access,
    address,
    token: (scope) =>
      access.createToken(`test ${scope}`, scope).pipe(
        Effect.map(({ secret }) => Redacted.value(secret)),
        Effect.orDie
      ),
    stop: Scope.close(scope, Exit.void)
  }
  return running
})
