/**
 * A call through the official SDK (fyers-api-v3 1.9.0), told apart by what really came back. The SDK hides HTTP status and
 * headers, resolves a failed login, never settles a failed order book, keeps hosts in one object for the whole process and
 * writes secrets into log files. So each account has an axios instance of its own under it, without logs: it has the
 * account's hosts and timeout, and its interceptors keep the raw answer for the call that is running (AsyncLocalStorage).
 * A call ends with that answer, whatever the SDK makes of it. The SDK's sockets are not loaded.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AsyncLocalStorage } from "node:async_hooks"
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

type Ask<Arguments extends ReadonlyArray<unknown> = []> = (...given: Arguments) => Promise<unknown>

/** What we use of the SDK, which has no declarations. */
export interface FyersModel {
  readonly generate_access_token: Ask<[request: object]>
  readonly logout_user: Ask<[request: object]>
  readonly get_profile: Ask
  readonly get_funds: Ask
  readonly get_holdings: Ask
  readonly get_positions: Ask
  readonly get_orders: Ask
  readonly get_tradebook: Ask
  readonly place_order: Ask<[order: object]>
  readonly modify_order: Ask<[order: object]>
  readonly cancel_order: Ask<[order: object]>
  readonly place_gtt_order: Ask<[order: object]>
  readonly gtt_cancel_order: Ask<[order: object]>
  readonly get_gtt_orders: Ask
  readonly getQuotes: Ask<[symbols: ReadonlyArray<string>]>
  readonly getHistory: Ask<[request: object]>
  readonly getOptionChain: Ask<[request: object]>
}

export interface FyersSdk extends FyersModel {
  /** Not in the SDK: what the margin of several orders is asked with. */
  readonly multiorderMargin: Ask<[orders: ReadonlyArray<object>]>
}

/** Its axios instance, which it shares among all of its accounts. */
interface Session {
  readonly create: (defaults: object) => Session
  readonly post: (url: string, body: object, options: object) => Promise<unknown>
  readonly interceptors: {
    readonly request: { readonly use: (change: (request: Request) => Request) => unknown }
    readonly response: {
      readonly use: (answered: (response: unknown) => unknown, failed: (error: unknown) => unknown) => unknown
    }
  }
}

interface Request {
  url?: string
}

type Model = FyersModel & { session: Session; AccessToken: string | null }
type Made = new(options: object) => Model

export interface FyersHosts {
  /** `https://api-t1.fyers.in/api/v3` */
  readonly api: string
  /** `https://api-t1.fyers.in/data` */
  readonly data: string
}

interface Answer {
  readonly status?: number
  /** As parsed, or text that is no JSON. */
  readonly body?: unknown
  /** ms */
  readonly retryAfter?: number
  /** Why there is no answer, `ECONNRESET`. */
  readonly code?: string
}

interface Running {
  sent: boolean
  readonly end: (answer: Answer) => void
}

const running = new AsyncLocalStorage<Running>()

const Response = Schema.Struct({
  status: Schema.Int,
  data: Schema.Unknown,
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
})
const responseOf = Schema.decodeUnknownOption(Response)
const failureOf = Schema.decodeUnknownOption(
  Schema.Struct({ code: Schema.optionalKey(Schema.Unknown), response: Schema.optionalKey(Schema.Unknown) })
)

/** The SDK failed before it asked anything. */
const NEVER_LEFT = "the SDK did not send it"

const waitIn = (headers: Readonly<Record<string, unknown>>): number | undefined => {
  const millis = Number(headers["x-retry-after-ms"] ?? NaN)
  const seconds = Number(headers["retry-after"] ?? NaN)
  return millis >= 0 ? millis : seconds >= 0 ? seconds * 1_000 : undefined
}

const answerOf = (response: unknown): Answer | undefined => {
  const decoded = responseOf(response)
  if (decoded._tag === "None") return undefined
  const { data, headers = {}, status } = decoded.value
  const retryAfter = waitIn(headers)
  return { status, body: data, ...(retryAfter === undefined ? {} : { retryAfter }) }
}

/** An answer that was cut has a status, but its body never came. */
const failedAnswer = (error: unknown): Answer => {
  const decoded = failureOf(error)
  if (decoded._tag === "None") return { code: "no answer" }
  const { code, response } = decoded.value
  const answer = answerOf(response)
  return answer === undefined || answer.body === undefined
    ? { code: typeof code === "string" ? code : "no answer" }
    : answer
}

export const makeFyersSdk = (options: {
  readonly appId: string
  readonly hosts: FyersHosts
  readonly timeout: number
  readonly accessToken?: string
}): Effect.Effect<FyersSdk> =>
  Effect.promise(async () => {
    // The SDK has no declarations; what is taken of it is named above.
    const { default: Api } = (await import("fyers-api-v3/apiService/apiService.js")) as unknown as {
      readonly default: Made
    }
    const { Config } = (await import("fyers-api-v3/config/config.js")) as unknown as {
      readonly Config: { readonly SYNC_API: string; readonly data_Api1: string }
    }
    const made = new Api({ AppID: options.appId, enableLogging: false })
    if (options.accessToken !== undefined) made.AccessToken = `${options.appId}:${options.accessToken}`
    const session = made.session.create({ timeout: options.timeout })
    made.session = session
    session.interceptors.request.use((request) => {
      const { url = "" } = request
      for (
        const [theirs, ours] of [[Config.SYNC_API, options.hosts.api], [Config.data_Api1, options.hosts.data]] as const
      ) {
        if (url.startsWith(`${theirs}/`)) request.url = ours + url.slice(theirs.length)
      }
      const call = running.getStore()
      if (call !== undefined) call.sent = true
      return request
    })
    session.interceptors.response.use(
      (response) => {
        running.getStore()?.end(answerOf(response) ?? { code: "no answer" })
        return response
      },
      (error: unknown) => {
        running.getStore()?.end(failedAnswer(error))
        return Promise.reject(error)
      }
    )
    // Its methods are properties of the object itself.
    return Object.assign(made, {
      multiorderMargin: (data: ReadonlyArray<object>) =>
        session.post(`${options.hosts.api}/multiorder/margin`, { data }, {
          headers: { Authorization: made.AccessToken }
        })
    })
  })

const Failure = Schema.Struct({
  s: Schema.Literal("error"),
  code: Schema.Finite,
  message: Schema.optionalKey(Schema.NullOr(Schema.String))
})
/** `no_data`: of candles, and no failure. */
const Success = Schema.Struct({
  s: Schema.Literals(["ok", "no_data"]),
  code: Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
const decodeFailure = Schema.decodeUnknownOption(Failure)
const decodeSuccess = Schema.decodeUnknownOption(Success)

/** Expired, invalid, not authenticated. */
const tokenCodes: ReadonlyArray<number> = [-8, -15, -16, -17]
/** Of the app and of its grant. */
const loginCodes: ReadonlyArray<number> = [-352, -413]
/** Taken, but the exchange's word did not come in time: the book must be asked. */
const NOT_CONFIRMED = 201

const remedies: Readonly<Record<number, string>> = {
  [-99]: "See Fyers' own words",
  [-300]: "Get the lists of today: keepgaining instruments sync",
  [-352]: "Check the app id and the app secret in Fyers' API dashboard",
  [-413]: "Log in again: a grant works once",
  [-429]: "Wait: Fyers blocks an account for the day after three minutes above its limit"
}
/** HTTP 403; a bad token is 401. */
const FORBIDDEN =
  "Register this machine's static IP for the app in Fyers' API dashboard, and see there that the app is " +
  "active and may do this"

/** Makes the call and decodes its answer, whose data stand beside the envelope. */
export const fyersCall = <S extends Schema.ConstraintDecoder<unknown>>(
  call: BrokerCall,
  data: S,
  ask: () => Promise<unknown>
): Effect.Effect<S["Type"], BrokerError> =>
  Effect.gen(function*() {
    const { account, broker, operation } = call
    const where = { broker, account, operation }
    const lost = (reason: string): BrokerError =>
      new UnknownOutcome({ ...where, reason, ...(call.tag === undefined ? {} : { tag: call.tag }) })
    const { body, code, retryAfter, status } = yield* answerTo(ask)
    if (status === undefined) {
      const reason = code ?? "no answer"
      return yield* neverSent(reason) || reason === NEVER_LEFT ? new NotSent({ ...where, reason }) : lost(reason)
    }
    const failure = decodeFailure(body)
    const failed = failure._tag === "Some" ? failure.value : undefined
    if (status === 429 || failed?.code === -429) {
      return yield* new RateLimited({ ...where, ...(retryAfter === undefined ? {} : { retryAfter }) })
    }
    if (status >= 500) return yield* lost(`HTTP ${status} ${failed?.code ?? ""}`.trim())
    if (failed === undefined && leavesOpen(call, status)) {
      return yield* lost(`HTTP ${status} without a word of Fyers' own`)
    }
    // A login that is refused is answered with 401 as well.
    const badLogin = failed !== undefined && loginCodes.includes(failed.code)
    if ((status === 401 && !badLogin) || (failed !== undefined && tokenCodes.includes(failed.code))) {
      return yield* new Unauthorised({ ...where, code: String(failed?.code ?? status) })
    }
    if (failed !== undefined || status < 200 || status >= 300) {
      const remedy = status === 403 ? FORBIDDEN : remedies[failed?.code ?? 0]
      return yield* new Refused({
        ...where,
        code: failed === undefined ? `HTTP ${status}` : String(failed.code),
        reason: failed?.message ?? "no reason was given",
        ...(remedy === undefined ? {} : { remedy })
      })
    }
    const success = decodeSuccess(body)
    if (call.changes && success._tag === "Some" && success.value.code === NOT_CONFIRMED) {
      return yield* lost("Fyers took it and did not hear from the exchange")
    }
    const decoded = success._tag === "Some" ? Schema.decodeUnknownOption(data)(body) : success
    if (decoded._tag === "Some") return decoded.value
    // A change that was answered with something senseless may have been made.
    return yield* call.changes
      ? lost("the answer cannot be read")
      : new UnreadableAnswer({ ...where, problem: "it is not as documented" })
  })

/** The first that is heard: of the interceptors, or of the SDK when it fails before or after them. */
const answerTo = (ask: () => Promise<unknown>): Effect.Effect<Answer> =>
  Effect.callback<Answer>((resume) => {
    let ended = false
    const call: Running = {
      sent: false,
      end: (answer) => {
        if (ended) return
        ended = true
        resume(Effect.succeed(answer))
      }
    }
    const silent = () => call.end({ code: call.sent ? "no answer" : NEVER_LEFT })
    running.run(call, () => {
      Promise.resolve().then(ask).then(silent, silent)
    })
  })
