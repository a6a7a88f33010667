/** Where a download may take candles from, opened by name. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { DatabaseError } from "../database/Database.ts"
import type { DownloadInstrument } from "./HistoryDownload.ts"
import type { HistoryPort } from "./HistoryPort.ts"
import type { DownloadRefused } from "./planChunks.ts"

export type SourceName =
  /** A broker account of this installation. */
  | { readonly _tag: "Account"; readonly account: string }
  /** A server that speaks as `history simulate` does. */
  | { readonly _tag: "Server"; readonly url: string }

/** How the source of a stored download is opened; `undefined` for text that names none. */
export const sourceNamed = (source: string): SourceName | undefined => {
  if (/^https?:/.test(source)) return { _tag: "Server", url: source }
  const [broker, account] = source.split(":")
  return broker === undefined || account === undefined ? undefined : { _tag: "Account", account }
}

export interface HistorySource {
  readonly port: HistoryPort["Service"]
  /** Another object after each login; while nothing can be asked for, what has to be so first: `asha is logged in`. */
  readonly access: Effect.Effect<Result.Result<object, string>, DatabaseError>
  /** What it knows of the symbols, and whose hours they have; those that it does not know are refused together. */
  readonly instruments: (
    symbols: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<DownloadInstrument>, DownloadRefused | DatabaseError>
}

export class HistorySources extends Context.Service<HistorySources, {
  readonly open: (name: SourceName) => Effect.Effect<HistorySource, DownloadRefused>
}>()("@keepgaining/engine/history/HistorySources") {}
