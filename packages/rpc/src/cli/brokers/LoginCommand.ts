/** `keepgaining brokers login`: by hand (open, approve, come back) or automated; a running engine takes the token up. */
import type { BrokerToken } from "@keepgaining/brokers/port/BrokerToken.ts"
import { formatIst } from "@keepgaining/core/market/IndianTime.ts"
import { automaticLogin } from "@keepgaining/engine/brokers/automaticLogin.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Prompt from "effect/cli/Prompt"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as crypto from "node:crypto"
import { createServer } from "node:http"
import { BAD_INPUT, fail } from "../command/CommandFailure.ts"
import { openBrowser } from "../command/openBrowser.ts"
import { loginStepsFolder } from "../serve/brokerLayers.ts"
import { adapterOf, findAccount, shared, withAccounts } from "./services.ts"

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"])

/** Waits on the redirect URL's own port for the browser; never when the URL is not on this machine or the port is taken. */
const caught = (redirectUrl: string, state: string): Effect.Effect<URL> =>
  Effect.callback<URL>((resume) => {
    const wanted = URL.parse(redirectUrl)
    if (wanted === null || wanted.protocol !== "http:" || !loopback.has(wanted.hostname)) return
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", redirectUrl)
      const isIt = url.pathname === wanted.pathname && url.searchParams.get("state") === state
      response.writeHead(isIt ? 200 : 404, { "content-type": "text/plain" })
      response.end(isIt ? "Back in KeepGaining. You may close this window." : "Not that one.")
      if (isIt) resume(Effect.succeed(url))
    })
    server.on("error", () => undefined)
    server.listen(Number(wanted.port === "" ? "80" : wanted.port), wanted.hostname)
    return Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    })
  })

const pasted: Effect.Effect<URL, never, Prompt.Environment> = Effect.gen(function*() {
  while (true) {
    const text = yield* Prompt.run(Prompt.String({ message: "Or paste the address that the browser came back to" }))
    const url = URL.parse(text.trim())
    if (url !== null) return url
    yield* Console.error("That is no address: paste it whole, from http to its end")
  }
}).pipe(Effect.orDie)

export const loginCommand = Command.make(
  "login",
  {
    account: Argument.String("ACCOUNT").pipe(Argument.withDescription("Name of the account, or its broker")),
    automated: Flag.Boolean("automated").pipe(
      Flag.withDescription("Log in without hands, with what is stored"),
      Flag.withDefault(false)
    ),
    noOpen: Flag.Boolean("no-open").pipe(
      Flag.withDescription("Only print where to log in, open no browser"),
      Flag.withDefault(false)
    ),
    ...shared
  },
  Effect.fn("brokers.login")(function*({ account, automated, data, json, noOpen }) {
    yield* withAccounts(data, (accounts) =>
      Effect.gen(function*() {
        const record = yield* findAccount(accounts, account)
        const secrets = yield* accounts.secrets(record.id)
        if (secrets === undefined) {
          return yield* fail(
            "Usage",
            `nothing is stored of ${record.id}. Add it again: keepgaining brokers add`,
            BAD_INPUT
          )
        }
        const adapter = adapterOf(record, secrets)
        const state = crypto.randomBytes(16).toString("hex")
        const url = adapter.auth.loginUrl(state)
        let token: BrokerToken
        if (automated || url === undefined) {
          token = yield* automaticLogin(loginStepsFolder(data))(record, adapter, secrets)
        } else {
          yield* Console.error(`Log in here:\n${url}`)
          if (!noOpen && process.stdout.isTTY) openBrowser(url)
          const back = yield* process.stdin.isTTY
            ? Effect.raceFirst(caught(record.redirectUrl, state), pasted)
            : caught(record.redirectUrl, state)
          const grant = adapter.auth.grantOf(back)
          if (grant === undefined) {
            return yield* fail("Login", "the broker sent the browser back without a grant; log in again", BAD_INPUT)
          }
          token = yield* adapter.auth.exchange(Redacted.make(grant))
        }
        yield* accounts.saveToken(record.id, token)
        const { endsAt, profile } = token
        yield* Console.log(
          json
            ? JSON.stringify({ account: record.id, userId: profile.userId, name: profile.name, endsAt })
            : `${record.id}: ${profile.name} (${profile.userId}) is logged in until ${formatIst(endsAt)}`
        )
      }))
  })
).pipe(Command.withDescription("Log in to a broker account; a running engine takes it up within a second"))
