/** What a running engine answers about the archive, and the downloads that it runs. */
import * as OfficialDays from "@keepgaining/engine/archive/OfficialDays.ts"
import * as ArchiveQuestions from "@keepgaining/engine/archive/questions/ArchiveQuestions.ts"
import * as BrokerSources from "@keepgaining/engine/history/broker/brokerSources.ts"
import * as DownloadRecords from "@keepgaining/engine/history/DownloadRecords.ts"
import * as Downloads from "@keepgaining/engine/history/Downloads.ts"
import { userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"

export const archiveServices = (data: string) =>
  Layer.mergeAll(
    ArchiveQuestions.layer(userFolder(data)),
    Downloads.layerEngine.pipe(
      Layer.provide(DownloadRecords.layer),
      Layer.provide(BrokerSources.layer),
      Layer.provide(FetchHttpClient.layer)
    )
  ).pipe(Layer.provideMerge(OfficialDays.layer))
