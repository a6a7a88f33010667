/**
 * A call through the official SDK, told apart by what really came back. Angel's services answer in two spellings
 * (`status`/`errorcode`, and its gateway's `success`/`errorCode`), failures mostly with HTTP 200; too many calls are HTTP 403
 * with a sentence.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type BrokerCall, leavesOpen, neverSent } from "../port/BrokerCall.ts"
import {
  type BrokerError,
  NotSent,
  RateLimited,
  Refused,
  Unauthorised,
  UnknownOutcome,
  UnreadableAnswer
} from "../port/BrokerError.ts"
import { type AngelSdk, askAngel } from "./angelSdk.ts"

const Envelope = Schema.fromJsonString(Schema.Struct({
  status: Schema.optionalKey(Schema.Unknown),
  success: Schema.optionalKey(Schema.Unknown),
  message: Schema.optionalKey(Schema.Unknown),
  errorcode: Schema.optionalKey(Schema.Unknown),
  errorCode: Schema.optionalKey(Schema.Unknown),
  data: Schema.optionalKey(Schema.Unknown)
}))
const decodeEnvelope = Schema.decodeUnknownOption(Envelope)

/** Codes of a token that is missing, wrong or past its end (SmartAPI documentation, exceptions). */
const tokenCodes: ReadonlySet<string> = new Set([
  "AG8001",
  "AG8002",
  "AG8003",
  "AB8050",
  "AB8051",
  "AB1010",
  "AB1011"
])
/** "Something went wrong", "internal error": Angel does not know itself. */
const lostCodes: ReadonlySet<string> = new Set(["AB1004", "AB2000", "AB2001"])

const tooOften = /exceeding access rate|too many requests/i

/** What a user can do about each refusal. */
const remedies: Readonly<Record<string, string>> = {
  AB1000: "Check client code and PIN: keepgaining brokers add angel",
  AB1006: "Angel One has blocked the account for trading: see its app",
  AB1050: "Check the stored TOTP secret, and that this machine's clock is right",
  AG7002: "Register this machine's static IP for the app at smartapi.angelone.in",
  AG8004: "Check the API key: keepgaining brokers add angel"
}

const textOf = (value: unknown): string => typeof value === "string" ? value : ""

/** Makes the call and decodes the `data` of its answer. */
export const angelCall = <S extends Schema.ConstraintDecoder<unknown>>(
  call: BrokerCall,
  data: S,
  sdk: AngelSdk,
  ask: (sdk: AngelSdk) => Promise<unknown>
): Effect.Effect<S["Type"], BrokerError> =>
  Effect.gen(function*() {
    const { body = "", code: transport = "no answer", status } = yield* askAngel(sdk, ask)
    const { account, broker, operation } = call
    const where = { broker, account, operation }
    const lost = (reason: string): BrokerError =>
      new UnknownOutcome({ ...where, reason, ...(call.tag === undefined ? {} : { tag: call.tag }) })

    if (status === undefined) {
      return yield* neverSent(transport) ? new NotSent({ ...where, reason: transport }) : lost(transport)
    }
    const envelope = decodeEnvelope(body)
    const said = envelope._tag === "Some" ? envelope.value : undefined
    const reason = textOf(said?.message)
    const succeeded = said?.status === true || said?.success === true
    // Angel's words for it come as JSON or bare.
    const throttled = !succeeded && status < 500 && tooOften.test(said === undefined ? body : reason)
    if (status === 429 || throttled) return yield* new RateLimited(where)
    const code = textOf(said?.errorcode) || textOf(said?.errorCode)
    if (!succeeded && tokenCodes.has(code)) return yield* new Unauthorised({ ...where, code })
    if (status >= 500) return yield* lost(`HTTP ${status} ${code}`.trim())
    if (!succeeded && lostCodes.has(code)) return yield* lost(`${reason} (${code})`)
    if (!succeeded && said !== undefined && (said.status === false || said.success === false)) {
      const remedy = remedies[code]
      return yield* new Refused({
        ...where,
        code: code || `HTTP ${status}`,
        reason: reason || "no reason was given",
        ...(remedy === undefined ? {} : { remedy })
      })
    }
    if (leavesOpen(call, status)) return yield* lost(`HTTP ${status} without a word of Angel One's own`)
    if (status === 401) return yield* new Unauthorised({ ...where, code: "401" })
    if (status < 200 || status >= 300) {
      return yield* new Refused({ ...where, code: `HTTP ${status}`, reason: reason || "no reason was given" })
    }
    const decoded = succeeded ? Schema.decodeUnknownOption(data)(said?.data) : undefined
    if (decoded?._tag === "Some") return decoded.value
    // A change that was answered with something senseless may have been made.
    return yield* call.changes
      ? lost("the answer cannot be read")
      : new UnreadableAnswer({ ...where, problem: "it is not as documented" })
  })
