/** What the commands on instruments run on. */
import * as Database from "@keepgaining/engine/database/Database.ts"
import * as InstrumentSearch from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as InstrumentSync from "@keepgaining/engine/instruments/InstrumentSync.ts"
import { MasterBroker } from "@keepgaining/engine/instruments/master/MasterEntry.ts"
import { addresses, layerFiles, layerHttp } from "@keepgaining/engine/instruments/MasterSource.ts"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { defaults } from "../command/installation.ts"

export const shared = {
  broker: Flag.Literals("broker", MasterBroker.literals).pipe(
    Flag.withDescription("Whose instrument master"),
    Flag.withDefault("upstox")
  ),
  data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
} as const

/** The masters of the installation; fetched from the files, where there are any, instead of from the broker. */
export const services = (data: string, files: ReadonlyArray<string> = []) => {
  const source = files.length > 0
    ? layerFiles(files)
    : Layer.unwrap(Effect.map(addresses, layerHttp)).pipe(Layer.provide(FetchHttpClient.layer))
  return InstrumentSync.layer.pipe(
    Layer.provide(source),
    Layer.provideMerge(InstrumentSearch.layer),
    Layer.provideMerge(InstrumentStore.layer),
    Layer.provide(Database.layerConfig(path.join(data, "database")))
  )
}
