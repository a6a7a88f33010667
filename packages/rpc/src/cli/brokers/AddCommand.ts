/** `keepgaining brokers add`: an account and its secrets into the vault. Secrets are asked for, or read from stdin. */
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { AccountId, type AccountRecord, AccountSecrets } from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Prompt from "effect/cli/Prompt"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { BAD_INPUT, fail } from "../command/CommandFailure.ts"
import { defaults } from "../command/installation.ts"
import { redirectUrlOf } from "../serve/brokerLayers.ts"
import { registrationFlags, registrationOf } from "./RegisterCommand.ts"
import { shared, withAccounts } from "./services.ts"

const isAccountId = Schema.is(AccountId)
const decodeSecrets = Schema.decodeUnknownEffect(Schema.fromJsonString(AccountSecrets))

const fromStdin = Effect.suspend(() => decodeSecrets(readFileSync(0, "utf8"))).pipe(
  Effect.catch(() =>
    fail(
      "Usage",
      "--secrets-from-stdin: stdin must hold JSON: {\"apiSecret\": \"...\"} and, for logins without hands, what the broker " +
        "asks for among password, pin, totpSecret and mobile",
      BAD_INPUT
    )
  )
)

const hidden = (message: string) => Effect.map(Prompt.run(Prompt.Password({ message })), Redacted.value)

/** What each broker's own login asks for. */
const asked: Readonly<Record<Broker, ReadonlyArray<keyof AccountSecrets>>> = {
  upstox: ["mobile", "pin", "totpSecret"],
  kite: ["password", "totpSecret"],
  angel: ["pin", "totpSecret"],
  fyers: ["pin", "totpSecret"]
}

const titles: Readonly<Record<keyof AccountSecrets, string>> = {
  apiSecret: "API secret",
  password: "Password",
  pin: "PIN",
  totpSecret: "TOTP secret (base32, from the page that showed the QR code)",
  mobile: "Mobile number"
}

const byPrompt = Effect.fnUntraced(function*(broker: Broker, automatic: boolean) {
  const secrets: Record<string, string> = { apiSecret: yield* hidden(titles.apiSecret) }
  if (automatic || broker === "angel") {
    for (const name of asked[broker]) secrets[name] = yield* hidden(titles[name])
  }
  // Only names of secrets were set.
  return secrets as unknown as AccountSecrets
})

export const addCommand = Command.make(
  "add",
  {
    broker: Argument.Literals("BROKER", Broker.literals).pipe(Argument.withDescription("Whose account it is")),
    name: Flag.String("name").pipe(
      Flag.withDescription("Your name of it; the broker's when not given"),
      Flag.optional
    ),
    userId: Flag.String("user-id").pipe(Flag.withDescription("The broker's user or client id")),
    apiKey: Flag.String("api-key").pipe(Flag.withDescription("Of your app in the broker's developer console")),
    redirectUrl: Flag.String("redirect-url").pipe(
      Flag.withDescription("Exactly as registered with the broker"),
      Flag.withDefault(redirectUrlOf(defaults.port))
    ),
    automatic: Flag.Boolean("automatic").pipe(
      Flag.withDescription(
        "Let the engine log in by itself every morning. It stores what you would type (encrypted); most brokers' terms " +
          "forbid to automate a login: it is your decision"
      ),
      Flag.withDefault(false)
    ),
    root: Flag.String("root").pipe(
      Flag.withDescription("Base URL of a server that speaks the broker's protocols, such as `brokers simulate`"),
      Flag.optional
    ),
    ...registrationFlags,
    sandbox: Flag.Boolean("sandbox").pipe(
      Flag.withDescription(
        "Orders go to the broker's sandbox, which Upstox has; the API secret is then its token, from the developer console"
      ),
      Flag.withDefault(false)
    ),
    secretsFromStdin: Flag.Boolean("secrets-from-stdin").pipe(
      Flag.withDescription("Read the secrets as JSON from stdin instead of asking for them"),
      Flag.withDefault(false)
    ),
    ...shared
  },
  Effect.fn("brokers.add")(function*(input) {
    const { apiKey, automatic, broker, data, json, redirectUrl, userId } = input
    const id = Option.getOrElse(input.name, () => broker)
    if (!isAccountId(id)) {
      return yield* fail("Usage", `--name: ${JSON.stringify(id)}: give small letters, digits and dashes`, BAD_INPUT)
    }
    if (input.sandbox && !capabilities[broker].sandbox) {
      return yield* fail("Usage", `--sandbox: ${broker} has none`, BAD_INPUT)
    }
    const registration = yield* registrationOf(input)
    const secrets = input.secretsFromStdin ? yield* fromStdin : yield* byPrompt(broker, automatic)
    const record: AccountRecord = {
      id,
      broker,
      userId,
      apiKey,
      redirectUrl,
      automatic,
      ...(Option.isSome(input.root) ? { root: input.root.value } : {}),
      ...(input.sandbox ? { sandbox: true } : {}),
      ...registration
    }
    yield* withAccounts(data, (accounts) => accounts.put(record, Redacted.make(secrets)))
    yield* Console.log(
      json ? JSON.stringify(record) : `${id} is stored. Log in: keepgaining brokers login ${id}, or in the terminal`
    )
  })
).pipe(Command.withDescription("Store a broker account; its secrets are encrypted and never shown again"))
