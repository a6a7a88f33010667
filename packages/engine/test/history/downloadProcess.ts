/** A download in a process of its own, so that it can be killed: `node downloadProcess.ts '{"directory": …}'`. */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Archive from "../../src/archive/CandleArchive.ts"
import * as Official from "../../src/archive/OfficialDays.ts"
import { layerPglite } from "../../src/database/Database.ts"
import * as Records from "../../src/history/DownloadRecords.ts"
import * as Download from "../../src/history/HistoryDownload.ts"
import * as SimulatedHistory from "../../src/history/simulator/SimulatedHistory.ts"
import { loadCalendar } from "../../src/rules/RuleFiles.ts"

export interface DownloadProcessInput {
  readonly directory: string
  readonly url: string
  readonly instruments: ReadonlyArray<Download.DownloadInstrument>
  readonly from: string
  readonly to: string
}

const main = ({ directory, from, instruments, to, url }: DownloadProcessInput) =>
  Effect.gen(function*() {
    const calendar = yield* loadCalendar()
    yield* Effect.gen(function*() {
      const { plan, run } = yield* Download.HistoryDownload
      const { id } = yield* plan({ instruments, intervals: ["1m", "1d"], from, to })
      // A line each time something is noted: who reads it may kill.
      const status = yield* run(id, { onProgress: (progress) => console.log(JSON.stringify(progress)) })
      console.log(JSON.stringify({ status }))
    }).pipe(
      Effect.provide(
        Layer.effect(Download.HistoryDownload, Download.makeDownload(calendar)).pipe(
          Layer.provide(SimulatedHistory.layer({ url })),
          Layer.provide(FetchHttpClient.layer),
          Layer.provide([Archive.layer, Official.layer, Records.layer]),
          Layer.provide(layerPglite(directory))
        )
      )
    )
  })

// Written by the test in the same shape.
const input = JSON.parse(process.argv[2] ?? "{}") as DownloadProcessInput
await Effect.runPromise(main(input))
