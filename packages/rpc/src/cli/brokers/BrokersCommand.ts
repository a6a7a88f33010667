/** `keepgaining brokers`: accounts at brokers. */
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { addCommand } from "./AddCommand.ts"
import { armCommand, disarmCommand } from "./ArmCommand.ts"
import { fundsCommand, holdingsCommand, ordersCommand, positionsCommand } from "./BooksCommands.ts"
import { gttCommand } from "./GttCommand.ts"
import { loginCommand } from "./LoginCommand.ts"
import { excludeCommand, includeCommand, preferCommand } from "./PreferCommand.ts"
import { registerCommand } from "./RegisterCommand.ts"
import { adapterOf, findAccount, shared, withAccounts } from "./services.ts"
import { simulateCommand } from "./SimulateCommand.ts"

const name = Argument.String("ACCOUNT").pipe(Argument.withDescription("Name of the account, or its broker"))

const statusCommand = Command.make(
  "status",
  shared,
  Effect.fn("brokers.status")(function*({ data, json }) {
    const rows = yield* withAccounts(data, (accounts) =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.forEach(yield* accounts.list, (record) =>
          Effect.map(accounts.token(record.id), (token) => ({
            ...record,
            loggedIn: token !== undefined && token.endsAt > now,
            name: token?.profile.name ?? null,
            endsAt: token?.endsAt ?? null
          })))
      }))
    if (json) return yield* Console.log(JSON.stringify(rows))
    if (rows.length === 0) return yield* Console.log("No accounts. Add one: keepgaining brokers add kite --user-id ...")
    for (const { automatic, broker, endsAt, excluded, id, loggedIn, preference, root, sandbox, userId } of rows) {
      const state = loggedIn && endsAt !== null ? `logged in until ${formatIst(endsAt)}` : "logged out"
      yield* Console.log(
        `${id.padEnd(16)} ${broker.padEnd(7)} ${userId.padEnd(10)} ${state}${automatic ? ", logs in by itself" : ""}${
          root === undefined ? "" : `, at ${root}`
        }${sandbox === true ? ", in the sandbox" : ""}${
          preference === undefined ? "" : `, number ${preference.place} in your order of preference`
        }${excluded === undefined ? "" : `, no new positions since ${formatIst(excluded.since)}`}`
      )
    }
  })
).pipe(Command.withDescription("The stored accounts and whether they are logged in"))

const logoutCommand = Command.make(
  "logout",
  { account: name, ...shared },
  Effect.fn("brokers.logout")(function*({ account, data, json }) {
    const id = yield* withAccounts(data, (accounts) =>
      Effect.gen(function*() {
        const record = yield* findAccount(accounts, account)
        const token = yield* accounts.token(record.id)
        const secrets = yield* accounts.secrets(record.id)
        const adapter = secrets === undefined ? undefined : adapterOf(record, secrets)
        // The broker's own end of it; ours ends in any case.
        if (token !== undefined && adapter !== undefined) yield* Effect.ignore(adapter.auth.logout(token))
        yield* accounts.saveToken(record.id, undefined)
        yield* accounts.setAutomatic(record.id, false)
        return record.id
      }))
    yield* Console.log(json ? JSON.stringify({ loggedOut: id }) : `${id} is logged out and stays so until you log in`)
  })
).pipe(Command.withDescription("End the login, here and at the broker"))

const removeCommand = Command.make(
  "remove",
  { account: name, ...shared },
  Effect.fn("brokers.remove")(function*({ account, data, json }) {
    const id = yield* withAccounts(data, (accounts) =>
      Effect.gen(function*() {
        const record = yield* findAccount(accounts, account)
        yield* accounts.remove(record.id)
        return record.id
      }))
    yield* Console.log(json ? JSON.stringify({ removed: id }) : `${id} is removed, with its secrets and its token`)
  })
).pipe(Command.withDescription("Forget an account, its secrets and its token"))

export const brokersCommand = Command.make("brokers").pipe(
  Command.withDescription(
    "Accounts at brokers: add, log in, look, arm for live orders, prefer, exclude, log out, remove; and brokers to try things on"
  ),
  Command.withSubcommands([
    addCommand,
    loginCommand,
    registerCommand,
    statusCommand,
    armCommand,
    disarmCommand,
    preferCommand,
    excludeCommand,
    includeCommand,
    ordersCommand,
    positionsCommand,
    holdingsCommand,
    fundsCommand,
    gttCommand,
    logoutCommand,
    removeCommand,
    simulateCommand
  ])
)
