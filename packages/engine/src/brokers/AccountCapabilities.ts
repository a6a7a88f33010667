/**
 * What an account may do: its broker's documented capabilities, with the user's own numbers from `capabilities.json` of the data
 * directory in place of them, those of the broker first and then those of the account.
 */
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { type Capabilities, capabilities } from "@keepgaining/brokers/port/Capabilities.ts"
import { CapabilityChanges, changeCapabilities } from "@keepgaining/brokers/port/CapabilityChanges.ts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as path from "node:path"
import { nodeReadFiles } from "../storage/ReadFiles.ts"
import { AccountId, type AccountRecord } from "./BrokerAccounts.ts"

/** The user's numbers cannot be used. None of them was taken, for any account. */
export class CapabilitiesRefused extends Schema.TaggedError<CapabilitiesRefused>()("CapabilitiesRefused", {
  file: Schema.String,
  /** `accounts.zerodha.orderRates.0.calls`; empty when it is about the file as a whole. */
  field: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file}${this.field === "" ? "" : `, ${this.field}`}: ${this.reason}`
  }

  /** What the user can do about it. */
  get remedy(): string {
    return `Correct ${this.field === "" ? "the file" : this.field}, or remove it: docs/brokers.md says what it may hold`
  }
}

type Account = Pick<AccountRecord, "id" | "broker">

export interface AccountCapabilities {
  /** As they are now. */
  readonly of: (account: Account) => Effect.Effect<Capabilities, CapabilitiesRefused>
}

/** The documented ones where nobody says otherwise. */
export const AccountCapabilities: Context.Reference<AccountCapabilities> = Context.Reference(
  "@keepgaining/engine/brokers/AccountCapabilities",
  { defaultValue: (): AccountCapabilities => ({ of: ({ broker }) => Effect.succeed(capabilities[broker]) }) }
)

const Changes = Schema.Struct({
  brokers: Schema.optionalKey(Schema.Struct(
    // A record whose keys are the literals of the schema.
    Object.fromEntries(Broker.literals.map((each) => [each, Schema.optionalKey(CapabilityChanges)])) as Record<
      Broker,
      Schema.optionalKey<typeof CapabilityChanges>
    >
  )),
  accounts: Schema.optionalKey(Schema.Record(AccountId, CapabilityChanges))
})

const decode = Schema.decodeUnknownResult(Changes, { onExcessProperty: "error" })
const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

export const capabilitiesFile = (dataDirectory: string): string => path.join(dataDirectory, "capabilities.json")

const readChanges = (file: string): Result.Result<typeof Changes.Type, CapabilitiesRefused> => {
  let value: unknown
  try {
    const bytes = nodeReadFiles.read(file)
    if (bytes === undefined) return Result.succeed({})
    value = JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? `it is no JSON: ${cause.message}` : String(cause)
    return Result.fail(new CapabilitiesRefused({ file, field: "", reason }))
  }
  return Result.mapError(decode(value), ({ issue }) => {
    const first = issuesOf(issue).issues[0]
    const field = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
    return new CapabilitiesRefused({ file, field, reason: first?.message ?? "it is not as it should be" })
  })
}

/** The file is read whenever an account begins. */
export const fileCapabilities = (dataDirectory: string): AccountCapabilities => {
  const file = capabilitiesFile(dataDirectory)
  return {
    of: ({ broker, id }) =>
      Effect.suspend(() =>
        Effect.fromResult(Result.flatMap(readChanges(file), ({ accounts = {}, brokers = {} }) => {
          const levels = [[`brokers.${broker}`, brokers[broker]], [`accounts.${id}`, accounts[id]]] as const
          let changed: Result.Result<Capabilities, CapabilitiesRefused> = Result.succeed(capabilities[broker])
          for (const [place, changes] of levels) {
            if (changes === undefined) continue
            changed = Result.flatMap(changed, (before) =>
              Result.mapError(
                changeCapabilities(broker, before, changes),
                ({ field, reason }) => new CapabilitiesRefused({ file, field: `${place}.${field}`, reason })
              ))
          }
          return changed
        }))
      )
  }
}

export const layer = (dataDirectory: string): Layer.Layer<never> =>
  Layer.succeed(AccountCapabilities, fileCapabilities(dataDirectory))
