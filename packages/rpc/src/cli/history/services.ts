/** What the commands on history run on. */
import { Segment } from "@keepgaining/core/calendar/CalendarRules.ts"
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import * as DownloadRecords from "@keepgaining/engine/history/DownloadRecords.ts"
import * as HistoryDownload from "@keepgaining/engine/history/HistoryDownload.ts"
import * as SimulatedHistory from "@keepgaining/engine/history/simulator/SimulatedHistory.ts"
import { loadCalendar, userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { defaults } from "../command/installation.ts"

export const shared = {
  data: Flag.String("data").pipe(Flag.withDescription("Data directory"), Flag.withDefault(defaults.dataDirectory)),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
} as const

/** Where candles come from. Brokers join with their adapters. */
export const sourceFlags = {
  source: Flag.Literals("source", ["simulated"]).pipe(
    Flag.withDescription("Whose history"),
    Flag.withDefault("simulated" as const)
  ),
  url: Flag.String("url").pipe(
    Flag.withDescription("Address of the simulated server, as `history simulate` prints it"),
    Flag.withDefault("http://127.0.0.1:4290")
  )
} as const

export const segmentFlag = Flag.Literals("segment", Segment.literals).pipe(
  Flag.withDescription("Whose trading hours the instruments have"),
  Flag.withDefault("cash" as const)
)

const database = (data: string) => Database.layerConfig(path.join(data, "database"))

export const records = (data: string) => DownloadRecords.layer.pipe(Layer.provide(database(data)))

/** The download with what it needs, by the calendar of the installation. */
export const download = (data: string, url: string) =>
  Layer.unwrap(Effect.map(loadCalendar(userFolder(data)), HistoryDownload.layer)).pipe(
    Layer.provide(SimulatedHistory.layer({ url })),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(CandleArchive.layer),
    Layer.provideMerge(DownloadRecords.layer),
    Layer.provide(database(data))
  )
