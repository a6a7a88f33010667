/** `keepgaining tokens` and `keepgaining login`: who may come in, without the server's help. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Access } from "../server/Access.ts"
import { type KeyStoreError, Scope } from "../server/KeyStore.ts"
import { BAD_INPUT, fail, reported } from "./command/CommandFailure.ts"
import { defaults } from "./command/installation.ts"
import { runningOn } from "./running/onData.ts"

const shared = {
  data: Flag.String("data").pipe(
    Flag.withDescription("Data directory; where its engine runs with --profile sim, that one's"),
    Flag.withDefault(defaults.dataDirectory)
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))
} as const

/** Of the engine that runs on the directory, or of the directory itself. */
const withAccess = <A, E extends { readonly _tag: string; readonly message: string }>(
  data: string,
  use: (access: Access["Service"]) => Effect.Effect<A, E | KeyStoreError>
) =>
  reported(Effect.gen(function*() {
    const found = yield* runningOn(data)
    return yield* Effect.scoped(Effect.provide(Effect.flatMap(Access, use), Access.layerFile(found?.data ?? data)))
  }))

const create = Command.make(
  "create",
  {
    name: Flag.String("name").pipe(Flag.withDescription("What the token is for; shown in the list")),
    scope: Flag.Literals("scope", Scope.literals).pipe(
      Flag.withDescription("view: look; trade: also give commands; admin: also change the engine"),
      Flag.withDefault("view")
    ),
    ...shared
  },
  Effect.fn("tokens.create")(function*({ data, json, name, scope }) {
    const { secret, token } = yield* withAccess(data, (access) => access.createToken(name, scope))
    const value = Redacted.value(secret)
    yield* Console.log(json ? JSON.stringify({ ...token, secret: value }) : `${value}\nKept nowhere: store it now.`)
  })
).pipe(Command.withDescription("Make a token for a program; its secret is shown once"))

const list = Command.make(
  "list",
  shared,
  Effect.fn("tokens.list")(function*({ data, json }) {
    const tokens = yield* withAccess(data, (access) => access.listTokens)
    const lines = tokens.map(({ id, name, scope }) => `${id}  ${scope.padEnd(5)}  ${name}`)
    yield* Console.log(json ? JSON.stringify(tokens) : lines.length === 0 ? "No tokens" : lines.join("\n"))
  })
).pipe(Command.withDescription("List the tokens, without their secrets"))

const revoke = Command.make(
  "revoke",
  { id: Argument.String("ID").pipe(Argument.withDescription("As shown by `tokens list`")), ...shared },
  Effect.fn("tokens.revoke")(function*({ data, id, json }) {
    const revoked = yield* withAccess(data, (access) => access.revokeToken(id))
    if (!revoked) return yield* fail("Usage", `no token ${JSON.stringify(id)}; see \`tokens list\``, BAD_INPUT)
    yield* Console.log(json ? JSON.stringify({ revoked: id }) : `${id} is revoked`)
  })
).pipe(Command.withDescription("End a token at once, also on a running server"))

export const tokensCommand = Command.make("tokens").pipe(
  Command.withDescription("Tokens with which programs come in"),
  Command.withSubcommands([create, list, revoke])
)

export const loginCommand = Command.make(
  "login",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("Port of the server; where the engine of the data directory is when not given"),
      Flag.optional
    ),
    ...shared
  },
  Effect.fn("login")(function*({ data, json, port }) {
    const found = Option.isSome(port) ? undefined : yield* reported(runningOn(data))
    const code = yield* withAccess(data, (access) => access.createLoginCode)
    const url = found?.url ?? `http://localhost:${Option.getOrElse(port, () => defaults.port)}`
    const link = `${url}/login?code=${Redacted.value(code)}`
    yield* Console.log(json ? JSON.stringify({ link }) : link)
  })
).pipe(Command.withDescription("Print a one-time link into the terminal, good for ten minutes"))
