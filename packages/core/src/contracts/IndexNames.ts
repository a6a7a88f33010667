/**
 * An index has three names: ours (`NSE:NIFTY 50`), the one in its contracts (`NIFTY`), and what brokers call it. Dated data,
 * for indices are renamed.
 */
import * as Schema from "effect/Schema"
import { CalendarDate } from "../calendar/CalendarRules.ts"

export const IndexNameRow = Schema.Struct({
  symbol: Schema.NonEmptyString,
  /** Name in futures and options; empty when there are none. */
  contracts: Schema.String,
  /** Other spellings in brokers' masters, upper case, with bars between. */
  aliases: Schema.String,
  source: Schema.NonEmptyString,
  as_of: CalendarDate,
  confidence: Schema.NonEmptyString
})
export type IndexNameRow = typeof IndexNameRow.Type

export class IndexNames {
  readonly #symbols: ReadonlySet<string>
  readonly #ofContracts = new Map<string, string>()
  readonly #ofAlias = new Map<string, string>()
  readonly #contractsOf = new Map<string, string>()

  constructor(rows: ReadonlyArray<IndexNameRow>) {
    this.#symbols = new Set(rows.map(({ symbol }) => symbol))
    for (const { aliases, contracts, symbol } of rows) {
      const [exchange = "", name = ""] = symbol.split(":")
      if (contracts !== "") {
        this.#ofContracts.set(`${exchange}:${contracts}`, symbol)
        this.#contractsOf.set(symbol, contracts)
      }
      for (const alias of [name, ...aliases.split("|")]) {
        if (alias !== "") this.#ofAlias.set(`${exchange}:${alias.toUpperCase()}`, symbol)
      }
    }
  }

  /** Whether our symbol is one of the indices that are named here. */
  isIndex(symbol: string): boolean {
    return this.#symbols.has(symbol)
  }

  /** Our symbol of an index that a broker calls so; an index that nobody named is called as the broker does. */
  symbolOf(exchange: string, name: string): string {
    const key = `${exchange}:${name.toUpperCase()}`
    return this.#ofAlias.get(key) ?? key
  }

  /** Symbol of what the contracts of that name are on: the index, or the share of the same name. */
  underlyingOf(exchange: string, contracts: string): string {
    return this.#ofContracts.get(`${exchange}:${contracts}`) ?? `${exchange}:${contracts}`
  }

  /** Whether contracts of that name are on an index that is known. */
  isContracts(exchange: string, contracts: string): boolean {
    return this.#ofContracts.has(`${exchange}:${contracts}`)
  }

  /** Name in the contracts on an underlying. */
  contractsOf(underlying: string): string {
    return this.#contractsOf.get(underlying) ?? underlying.slice(underlying.indexOf(":") + 1)
  }
}
