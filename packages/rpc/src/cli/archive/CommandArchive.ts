/** What commands ask the archive: of the engine that runs on the data directory, or of the database itself. */
import { type CandleColumns, candleColumns, copyColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import type { NamedCandles } from "@keepgaining/engine/archive/CandleArchive.ts"
import * as CandleArchive from "@keepgaining/engine/archive/CandleArchive.ts"
import * as OfficialDays from "@keepgaining/engine/archive/OfficialDays.ts"
import * as Questions from "@keepgaining/engine/archive/questions/ArchiveQuestions.ts"
import * as Database from "@keepgaining/engine/database/Database.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as MarketRules from "@keepgaining/engine/rules/MarketRules.ts"
import { userFolder } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as path from "node:path"
import type { Client } from "../../client/Client.ts"
import type { ArchivedCandles } from "../../contract/Archive.ts"
import { connectEngine, type Told, told } from "../running/throughEngine.ts"
import type { NamedDays } from "./officialRows.ts"

export interface CommandInfo extends Questions.ArchiveInfo {
  /** Of the same instruments. */
  readonly official: OfficialDays.OfficialSummary
}

export class CommandArchive extends Context.Service<CommandArchive, {
  readonly info: (text: string, limit: number) => Effect.Effect<CommandInfo, Told>
  readonly candles: (question: Questions.CandleQuestion) => Effect.Effect<ReadonlyArray<NamedCandles>, Told>
  /** Those of each instrument that there are. */
  readonly officialDays: (
    symbols: ReadonlyArray<string>,
    range: OfficialDays.DaysRange
  ) => Effect.Effect<ReadonlyArray<NamedDays>, Told>
  readonly gaps: (question: Questions.GapsQuestion) => Effect.Effect<ReadonlyArray<Questions.SymbolGaps>, Told>
  readonly differences: (
    limit: number,
    symbol: string | undefined
  ) => Effect.Effect<ReadonlyArray<Questions.CandleDifference>, Told>
}>()("@keepgaining/rpc/cli/archive/CommandArchive") {}

const columnsOf = (piece: ArchivedCandles): CandleColumns => {
  const columns = candleColumns(piece.minute.length)
  columns.minute.set(piece.minute)
  columns.open.set(piece.open)
  columns.high.set(piece.high)
  columns.low.set(piece.low)
  columns.close.set(piece.close)
  columns.volume.set(piece.volume)
  columns.openInterest.set(piece.openInterest)
  return columns
}

/** Pieces of one instrument follow each other. */
const joined = (pieces: ReadonlyArray<ArchivedCandles>): ReadonlyArray<NamedCandles> =>
  Array.from(Map.groupBy(pieces, ({ symbol }) => symbol), ([symbol, of]) => {
    const whole = candleColumns(of.reduce((sum, { minute }) => sum + minute.length, 0))
    let at = 0
    for (const piece of of) {
      copyColumns(columnsOf(piece), whole, at)
      at += piece.minute.length
    }
    return { symbol, candles: whole }
  })

const joinedDays = (pieces: ReadonlyArray<NamedDays>): ReadonlyArray<NamedDays> =>
  Array.from(Map.groupBy(pieces, ({ symbol }) => symbol), ([symbol, of]) => ({
    symbol,
    days: of.flatMap(({ days }) => days)
  }))

const remote = (client: Client): CommandArchive["Service"] => ({
  info: (text, limit) => client.ask((rpc) => rpc.ArchiveInfo({ text, limit })).pipe(Effect.mapError(told)),
  candles: (question) =>
    // Not asked again when the connection is lost in the middle: the pieces would come twice.
    Stream.runCollect(client.rpc.ArchiveCandles(question)).pipe(
      Effect.mapBoth({ onSuccess: joined, onFailure: told })
    ),
  officialDays: (symbols, range) =>
    Stream.runCollect(client.rpc.ArchiveOfficialDays({ symbols, ...range })).pipe(
      Effect.mapBoth({ onSuccess: joinedDays, onFailure: told })
    ),
  gaps: (question) => client.ask((rpc) => rpc.ArchiveGaps(question)).pipe(Effect.mapError(told)),
  differences: (limit, symbol) =>
    client.ask((rpc) => rpc.ArchiveDifferences({ limit, symbol })).pipe(Effect.mapError(told))
})

const local = Effect.gen(function*() {
  const questions = yield* Questions.ArchiveQuestions
  const official = yield* OfficialDays.OfficialDays
  return CommandArchive.of({
    info: (text, limit) =>
      Effect.gen(function*() {
        return { ...yield* questions.info(text, limit), official: yield* official.summary(text) }
      }),
    candles: (question) =>
      Effect.gen(function*() {
        const groups: Array<NamedCandles> = []
        yield* questions.candles(question, (group) => Effect.sync(() => void groups.push(group)))
        return groups
      }),
    officialDays: (symbols, range) =>
      Effect.map(
        Effect.forEach(Array.from(new Set(symbols)), (symbol) =>
          Effect.map(official.read(symbol, range), (days) => ({ symbol, days }))),
        (groups) =>
          groups.filter(({ days }) => days.length > 0)
      ),
    gaps: questions.gaps,
    differences: questions.differences
  })
})

export const commandArchive = (data: string): Layer.Layer<CommandArchive, Told> =>
  Layer.unwrap(
    Effect.map(connectEngine(data), (client): Layer.Layer<CommandArchive, Told> =>
      client !== undefined ? Layer.succeed(CommandArchive, CommandArchive.of(remote(client))) : Layer.effect(
        CommandArchive,
        local
      ).pipe(
        Layer.provide(Questions.layer(userFolder(data))),
        Layer.provide(MarketRules.layer(userFolder(data))),
        Layer.provide([CandleArchive.layer, InstrumentStore.layer, OfficialDays.layer]),
        Layer.provide(Database.layerConfig(path.join(data, "database")))
      ))
  )
