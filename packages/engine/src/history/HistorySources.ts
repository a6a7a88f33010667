/** Where a download may take candles from, opened by name. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { DatabaseError } from "../database/Database.ts"
import type { DownloadInstrument } from "./HistoryDownload.ts"
import type { HistoryPort } from "./HistoryPort.ts"
import type { DownloadRefused } from "./planChunks.ts"

export type SourceName =
  /** A broker account of this installation. */
  | { readonly _tag: "Account"; readonly account: string }
  /** A server that speaks as `history simulate` does. */
  | { readonly _tag: "Server"; readonly url: string }

export interface HistorySource {
  readonly port: HistoryPort["Service"]
  /** What it knows of the symbols, and whose hours they have; those that it does not know are refused together. */
  readonly instruments: (
    symbols: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<DownloadInstrument>, DownloadRefused | DatabaseError>
}

export class HistorySources extends Context.Service<HistorySources, {
  readonly open: (name: SourceName) => Effect.Effect<HistorySource, DownloadRefused>
}>()("@keepgaining/engine/history/HistorySources") {}
