/** `keepgaining brokers orders`, `positions`, `holdings`, `funds`: what accounts hold, as their brokers told the running engine. */
import { formatIst, formatIstTime } from "@keepgaining/core/market/IndianTime.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AccountBookView } from "../../contract/Brokers.ts"
import { told } from "../running/throughEngine.ts"
import { accountsNamed, throughEngine } from "./runningAccounts.ts"
import { shared } from "./services.ts"

const some = {
  account: Argument.String("ACCOUNT").pipe(
    Argument.withDescription("Name of the account, or its broker; all accounts when not given"),
    Argument.optional
  ),
  ...shared
} as const

const indian = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
/** Rupees of paise; nothing when it is not known. */
const rupees = (paise: number | undefined): string => paise === undefined ? "" : indian.format(paise / 100)

/** Columns whose names end in `>` are set to the right. */
const table = (heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const all = [heads.map((head) => head.replace(/>$/, "")), ...rows]
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0
      return heads[column]?.endsWith(">") === true ? cell.padStart(width) : cell.padEnd(width)
    }).join("  ").trimEnd()
  ).join("\n")
}

interface Printed {
  readonly json: unknown
  readonly text: string
}

/** A command that prints what the books of some accounts say. */
const booksCommand = (
  what: string,
  description: string,
  print: (books: ReadonlyArray<AccountBookView>) => Printed
) =>
  Command.make(
    what,
    some,
    Effect.fn(`brokers.${what}`)(function*({ account, data, json }) {
      yield* throughEngine(data, (client) =>
        Effect.gen(function*() {
          const accounts = yield* accountsNamed(client, Option.getOrUndefined(account))
          const books = yield* Effect.forEach(
            accounts,
            (each) => client.ask((rpc) => rpc.AccountBook({ account: each.account })).pipe(Effect.mapError(told))
          )
          const printed = print(books)
          yield* Console.log(json ? JSON.stringify(printed.json) : printed.text)
        }))
    })
  ).pipe(Command.withDescription(description))

export const ordersCommand = booksCommand("orders", "Today's orders of the accounts, ours or not", (books) => {
  const rows = books.flatMap(({ account, orders }) => orders.map((order) => ({ account, ...order })))
    .toSorted((a, b) => b.changedAt - a.changedAt)
  return {
    json: rows,
    text: rows.length === 0 ? "No orders today" : table(
      [
        "time",
        "account",
        "id",
        "instrument",
        "side",
        "filled>",
        "of>",
        "type",
        "limit>",
        "average>",
        "status",
        "reason"
      ],
      rows.map((row) => [
        formatIstTime(row.changedAt),
        row.account,
        row.orderId,
        row.symbol,
        row.side,
        String(row.filled),
        String(row.quantity),
        row.type,
        rupees(row.limitPrice),
        row.filled === 0 ? "" : rupees(row.averagePrice),
        row.status,
        row.reason ?? ""
      ])
    )
  }
})

export const positionsCommand = booksCommand("positions", "Positions of the accounts", (books) => {
  const rows = books.flatMap(({ account, positions }) => positions.map((position) => ({ account, ...position })))
  return {
    json: rows,
    text: rows.length === 0 ? "No positions" : table(
      ["account", "instrument", "product", "quantity>", "average>", "last>", "realised>"],
      rows.map(({ account, averagePrice, lastPrice, product, quantity, realised, symbol }) => [
        account,
        symbol,
        product,
        String(quantity),
        quantity === 0 ? "" : rupees(averagePrice),
        rupees(lastPrice),
        rupees(realised)
      ])
    )
  }
})

export const holdingsCommand = booksCommand("holdings", "Holdings of the accounts", (books) => {
  const rows = books.flatMap(({ account, holdings }) => holdings.map((holding) => ({ account, ...holding })))
  return {
    json: rows,
    text: rows.length === 0 ? "No holdings" : table(
      ["account", "instrument", "quantity>", "unsettled>", "average>", "last>"],
      rows.map(({ account, averagePrice, lastPrice, quantity, symbol, unsettled }) => [
        account,
        symbol,
        String(quantity),
        String(unsettled),
        rupees(averagePrice),
        rupees(lastPrice)
      ])
    )
  }
})

export const fundsCommand = Command.make(
  "funds",
  some,
  Effect.fn("brokers.funds")(function*({ account, data, json }) {
    yield* throughEngine(data, (client) =>
      Effect.gen(function*() {
        const accounts = yield* accountsNamed(client, Option.getOrUndefined(account))
        const rows = accounts.map(({ account, funds, reconciledAt }) => ({ account, funds, at: reconciledAt }))
        if (json) return yield* Console.log(JSON.stringify(rows))
        if (rows.length === 0) return yield* Console.log("No accounts")
        const sum = (of: "available" | "used"): number =>
          rows.reduce((total, { funds }) => total + (funds?.[of] ?? 0), 0)
        yield* Console.log(table(
          ["account", "free>", "in use>", "as of"],
          [
            ...rows.map(({ account, at, funds }) => [
              account,
              funds === null ? "not known" : rupees(funds.available),
              funds === null ? "" : rupees(funds.used),
              at === null ? "" : formatIst(at)
            ]),
            ...(rows.length > 1 ? [["all", rupees(sum("available")), rupees(sum("used")), ""]] : [])
          ]
        ))
      }))
  })
).pipe(Command.withDescription("Free and used funds of the accounts, and their sum"))
