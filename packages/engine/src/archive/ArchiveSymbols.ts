/** Names of the archive's instruments and their numbers, learnt from SQL as they are asked for. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { ints } from "./BlockTables.ts"

interface Named {
  readonly id: number
  readonly symbol: string
}

export class ArchiveSymbols {
  readonly #ids = new Map<string, number>()
  readonly #symbols = new Map<number, string>()

  /** The number of a symbol that was learnt, or registered. */
  idOf(symbol: string): number | undefined {
    return this.#ids.get(symbol)
  }

  symbolOf(id: number): string | undefined {
    return this.#symbols.get(id)
  }

  /** After a rollback, which may have taken back what was registered. */
  forget(): void {
    this.#ids.clear()
    this.#symbols.clear()
  }

  /** The numbers of those symbols that the archive knows. */
  find(symbols: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<number>, SqlError, SqlClient.SqlClient> {
    return this.#learn("symbol = any($1)", symbols.filter((symbol) => !this.#ids.has(symbol))).pipe(
      Effect.map(() => symbols.flatMap((symbol) => this.#ids.get(symbol) ?? []))
    )
  }

  /** Learns the symbols of numbers. */
  name(ids: ReadonlyArray<number>): Effect.Effect<void, SqlError, SqlClient.SqlClient> {
    const missing = ids.filter((id) => !this.#symbols.has(id))
    return this.#learn("id = any($1)", missing, ints(missing))
  }

  /** Gives every symbol a number. */
  register(symbols: ReadonlyArray<string>): Effect.Effect<void, SqlError, SqlClient.SqlClient> {
    const find = this.find(symbols)
    return Effect.flatMap(find, () => {
      const missing = symbols.filter((symbol) => !this.#ids.has(symbol))
      if (missing.length === 0) return Effect.void
      return Effect.flatMap(
        SqlClient.SqlClient,
        (sql) =>
          sql.unsafe("insert into archive_instruments (symbol) select unnest($1::text[]) on conflict do nothing", [
            missing
          ])
      ).pipe(Effect.andThen(Effect.suspend(() => this.find(missing))), Effect.asVoid)
    })
  }

  #learn(
    condition: string,
    missing: ReadonlyArray<unknown>,
    parameter: unknown = missing
  ): Effect.Effect<void, SqlError, SqlClient.SqlClient> {
    if (missing.length === 0) return Effect.void
    return Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql.unsafe<Named>(`select id, symbol from archive_instruments where ${condition}`, [parameter])
    ).pipe(Effect.map((rows) => {
      for (const { id, symbol } of rows) {
        this.#ids.set(symbol, id)
        this.#symbols.set(id, symbol)
      }
    }))
  }
}
