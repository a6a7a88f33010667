/** Downloads as commands see them: run by the engine of the data directory, or by the command itself when none runs. */
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import * as OfficialDays from "@keepgaining/engine/archive/OfficialDays.ts"
import * as AccountCapabilities from "@keepgaining/engine/brokers/AccountCapabilities.ts"
import { BrokerAccounts } from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import * as StoredSources from "@keepgaining/engine/history/broker/storedSources.ts"
import * as DownloadRecords from "@keepgaining/engine/history/DownloadRecords.ts"
import type { ChunkProblem } from "@keepgaining/engine/history/DownloadRecords.ts"
import * as Engine from "@keepgaining/engine/history/Downloads.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as MarketRules from "@keepgaining/engine/rules/MarketRules.ts"
import { userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as path from "node:path"
import type { Client } from "../../client/Client.ts"
import { connectEngine, type Told, told } from "../running/throughEngine.ts"
import { accountsLayer } from "../serve/brokerLayers.ts"

export class CommandDownloads extends Context.Service<CommandDownloads, {
  /** Whether they go on when the command ends. */
  readonly inEngine: boolean
  readonly start: (request: Engine.DownloadStart) => Effect.Effect<Engine.DownloadView, Told>
  readonly retry: (id: string, accept: boolean) => Effect.Effect<Engine.DownloadView, Told>
  readonly cancel: (id: string) => Effect.Effect<boolean, Told>
  readonly follow: (id: string) => Stream.Stream<Engine.DownloadView, Told>
  readonly list: Effect.Effect<ReadonlyArray<Engine.DownloadView>, Told>
  readonly problems: (id: string) => Effect.Effect<ReadonlyArray<ChunkProblem>, Told>
}>()("@keepgaining/rpc/cli/history/CommandDownloads") {}

const remote = ({ ask, follow }: Client): CommandDownloads["Service"] => ({
  inEngine: true,
  start: (request) => ask((rpc) => rpc.StartDownload(request)).pipe(Effect.mapError(told)),
  retry: (id, accept) => ask((rpc) => rpc.RetryDownload({ id, accept })).pipe(Effect.mapError(told)),
  cancel: (id) => ask((rpc) => rpc.CancelDownload({ id })).pipe(Effect.mapError(told)),
  follow: (id) => follow((rpc) => rpc.FollowDownload({ id })).pipe(Stream.mapError(told)),
  list: ask((rpc) => rpc.Downloads()).pipe(Effect.mapError(told)),
  problems: (id) => ask((rpc) => rpc.DownloadProblems({ id })).pipe(Effect.mapError(told))
})

const local = Effect.map(
  Engine.Downloads,
  (downloads) => CommandDownloads.of({ inEngine: false, ...downloads })
)

export const commandDownloads = (data: string): Layer.Layer<CommandDownloads, Told> =>
  Layer.unwrap(
    Effect.map(connectEngine(data), (client): Layer.Layer<CommandDownloads, Told> =>
      client !== undefined ? Layer.succeed(CommandDownloads, CommandDownloads.of(remote(client))) : Layer.effect(
        CommandDownloads,
        local
      ).pipe(
        Layer.provide(Engine.layer),
        Layer.provide(
          StoredSources.layer(Effect.map(Layer.build(accountsLayer(data)), (built) =>
            Context.get(built, BrokerAccounts)))
        ),
        Layer.provide([
          CandleArchive.layer,
          OfficialDays.layer,
          DownloadRecords.layer,
          InstrumentStore.layer,
          MarketRules.layer(userFolder(data)),
          FetchHttpClient.layer,
          AccountCapabilities.layer(data)
        ]),
        Layer.provide(Database.layerConfig(path.join(data, "database")))
      ))
  )
