/** What a browser does on a broker's login pages, as data: `packages/brokers/login/<broker>.json`. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { Broker } from "../port/Broker.ts"

/** What is typed; `totp` is the code of the moment. */
export const Typed = Schema.Literals(["userId", "password", "totp", "pin", "mobile"])
export type Typed = typeof Typed.Type

export const LoginStep = Schema.Union([
  Schema.Struct({ do: Schema.Literal("fill"), selector: Schema.NonEmptyString, with: Typed }),
  /** A digit in each of the boxes. */
  Schema.Struct({ do: Schema.Literal("fill-digits"), selectors: Schema.Array(Schema.NonEmptyString), with: Typed }),
  Schema.Struct({ do: Schema.Literal("click"), selector: Schema.NonEmptyString }),
  /** The page may have gone on by itself. */
  Schema.Struct({ do: Schema.Literal("click-if-there"), selector: Schema.NonEmptyString }),
  Schema.Struct({ do: Schema.Literal("press"), selector: Schema.NonEmptyString, key: Schema.NonEmptyString })
])
export type LoginStep = typeof LoginStep.Type

export const LoginSteps = Schema.Struct({
  broker: Broker,
  source: Schema.NonEmptyString,
  steps: Schema.Array(LoginStep),
  /** Where the page says what it did not like. */
  errors: Schema.Array(Schema.NonEmptyString),
  /** What only shows when a person is wanted. */
  captcha: Schema.Array(Schema.NonEmptyString)
})
export type LoginSteps = typeof LoginSteps.Type

/** The file of steps cannot be used. */
export class LoginStepsRefused extends Schema.TaggedError<LoginStepsRefused>()("LoginStepsRefused", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file} cannot be used: ${this.reason}`
  }
}

const shipped = path.resolve(import.meta.dirname, "..", "..", "login")

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(LoginSteps))

/** The user's own file of the same name, in `folder`, stands before the shipped one. */
export const loadLoginSteps = (broker: Broker, folder?: string): Effect.Effect<LoginSteps, LoginStepsRefused> =>
  Effect.gen(function*() {
    const name = `${broker}.json`
    const own = folder === undefined ? undefined : path.join(folder, name)
    const file = own !== undefined && (yield* Effect.promise(() => fs.access(own).then(() => true, () => false)))
      ? own
      : path.join(shipped, name)
    const refused = (reason: unknown) =>
      new LoginStepsRefused({ file, reason: reason instanceof Error ? reason.message : String(reason) })
    const text = yield* Effect.tryPromise({ try: () => fs.readFile(file, "utf8"), catch: refused })
    return yield* Effect.mapError(decode(text), refused)
  })
