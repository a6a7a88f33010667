/**
 * A call through the official SDK (upstox-js-sdk 2.31.0), told apart by what really came back. The SDK's models drop fields
 * and convert the rest, so its `data` is not looked at: the third argument of its callback is the raw answer, also of
 * failures. Every account has a client of its own; the SDK's process-wide instance is not used.
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

/** What the SDK hands to a callback: both arguments may be missing or hold anything. */
export type UpstoxCallback = (error: unknown, data: unknown, response: unknown) => void

type Ask<Arguments extends ReadonlyArray<unknown>> = (...given: [...Arguments, UpstoxCallback]) => unknown
/** `algoName`: for the header `X-Algo-Name`, which is left out without one. */
type AskAs<Arguments extends ReadonlyArray<unknown>> = (
  ...given: [...Arguments, callback: UpstoxCallback, algoName: string | undefined]
) => unknown

/** What we use of the SDK, which has no declarations. */
export interface UpstoxSdk {
  readonly login: {
    readonly token: Ask<[version: string, options: object]>
    readonly logout: Ask<[version: string]>
  }
  readonly user: { readonly getProfile: Ask<[version: string]>; readonly getUserFundMargin: Ask<[string, object]> }
  readonly orders: {
    readonly placeOrder: AskAs<[order: object, options: object]>
    readonly modifyOrder: AskAs<[change: object]>
    readonly cancelOrder: AskAs<[orderId: string]>
    readonly placeGTTOrder: AskAs<[order: object]>
    readonly cancelGTTOrder: AskAs<[order: object]>
    readonly getGttOrderDetails: Ask<[options: object]>
  }
  readonly book: { readonly getOrderBook: Ask<[version: string]>; readonly getTradeHistory: Ask<[version: string]> }
  readonly portfolio: { readonly getPositions: Ask<[version: string]>; readonly getHoldings: Ask<[version: string]> }
  readonly quotes: { readonly getFullMarketQuote: Ask<[keys: string, version: string]> }
  readonly history: {
    readonly getHistoricalCandleData1: Ask<[string, unit: string, interval: number, to: string, from: string]>
    readonly getIntraDayCandleData: Ask<[key: string, unit: string, interval: number]>
  }
  readonly options: { readonly getPutCallOptionChain: Ask<[key: string, expiry: string]> }
  readonly charges: { readonly postMargin: Ask<[body: object]> }
  readonly streams: {
    readonly getMarketDataFeedAuthorizeV3: Ask<[]>
    readonly getPortfolioStreamFeedAuthorize: Ask<[version: string]>
  }
}

/** What the calls are given that want to hear a version. */
export const API_VERSION = "2.0"

/** Where its calls go. */
export interface UpstoxHosts {
  readonly api: string
  /** Of placing, changing and cancelling. */
  readonly orders: string
}

interface Client {
  basePath: string
  orderBasePath: string
  timeout: number
  readonly authentications: { readonly OAUTH2: { accessToken?: string } }
}

type Made = new(client: Client) => unknown

export const makeUpstoxSdk = (options: {
  readonly hosts: UpstoxHosts
  readonly timeout: number
  readonly accessToken?: string
}): Effect.Effect<UpstoxSdk> =>
  Effect.promise(async () => {
    // The SDK has no declarations; what is taken of it is named above.
    const sdk = (await import("upstox-js-sdk")) as unknown as Record<string, Made> & {
      readonly ApiClient: new() => Client
    }
    const client = new sdk.ApiClient()
    client.basePath = options.hosts.api
    client.orderBasePath = options.hosts.orders
    client.timeout = options.timeout
    if (options.accessToken !== undefined) client.authentications.OAUTH2.accessToken = options.accessToken
    const make = <A>(name: string): A => {
      const Api = sdk[name]
      if (Api === undefined) throw new Error(`upstox-js-sdk has no ${name}`)
      return new Api(client) as A
    }
    return {
      login: make("LoginApi"),
      user: make("UserApi"),
      orders: make("OrderApiV3"),
      book: make("OrderApi"),
      portfolio: make("PortfolioApi"),
      quotes: make("MarketQuoteApi"),
      history: make("HistoryV3Api"),
      options: make("OptionsApi"),
      charges: make("ChargeApi"),
      streams: make("WebsocketApi")
    }
  })

const Raw = Schema.Struct({ status: Schema.Int, text: Schema.optionalKey(Schema.NullOr(Schema.String)) })
const rawOf = Schema.decodeUnknownOption(Raw)
const Coded = Schema.Struct({ code: Schema.String })
const codeOf = Schema.decodeUnknownOption(Coded)
const answerIn = Schema.decodeUnknownOption(Schema.Struct({ response: Raw }))

const Failure = Schema.fromJsonString(Schema.Struct({
  errors: Schema.Array(Schema.Struct({ errorCode: Schema.String, message: Schema.String })).check(Schema.isMinLength(1))
}))
const Success = Schema.fromJsonString(Schema.Struct({ status: Schema.Literal("success"), data: Schema.Unknown }))

/** What a user can do about each refusal. */
const remedies: Readonly<Record<string, string>> = {
  UDAPI1154: "Register this machine's static IP with Upstox (My Apps, or PUT /v2/user/ip)",
  UDAPI1156: "Register the algorithm with Upstox and give its name in the account's settings",
  UDAPI1158: "Send a limit order",
  UDAPI100072: "Upstox answers questions about funds from 05:30 to 24:00 IST",
  UDAPI1001: "See Upstox's own words",
  UDAPI100068: "Check the API key: keepgaining brokers add upstox",
  UDAPI100069: "Check the API secret: keepgaining brokers add upstox",
  UDAPI100070: "Give the account exactly the redirect URL that is registered with Upstox",
  UDAPI100057: "Log in again: a grant works once"
}

/** Makes the call and decodes the `data` of its answer; `bare`: the answer has no envelope. */
export const upstoxCall = <S extends Schema.ConstraintDecoder<unknown>>(
  call: BrokerCall,
  data: S,
  ask: (callback: UpstoxCallback) => unknown,
  bare = false
): Effect.Effect<S["Type"], BrokerError> =>
  Effect.gen(function*() {
    const { account, broker, operation } = call
    const where = { broker, account, operation }
    const came = yield* Effect.callback<{ readonly error: unknown; readonly response: unknown }>((resume) => {
      try {
        ask((error, _data, response) => resume(Effect.succeed({ error, response })))
      } catch (error) {
        resume(Effect.succeed({ error, response: undefined }))
      }
    })
    const lost = (reason: string): BrokerError =>
      new UnknownOutcome({ ...where, reason, ...(call.tag === undefined ? {} : { tag: call.tag }) })
    const direct = rawOf(came.response)
    const inside = answerIn(came.error)
    const answer = direct._tag === "Some"
      ? direct.value
      : inside._tag === "Some"
      ? inside.value.response
      : undefined
    const coded = codeOf(came.error)
    // Cut off in its middle, an answer has a status but is no answer.
    if (answer === undefined || coded._tag === "Some") {
      const code = coded._tag === "Some" ? coded.value.code : "no answer"
      return yield* neverSent(code) ? new NotSent({ ...where, reason: code }) : lost(code)
    }
    const { status, text: body } = answer
    const text = body ?? ""
    const failed = Schema.decodeUnknownOption(Failure)(text)
    const first = failed._tag === "Some" ? failed.value.errors[0] : undefined
    if (status === 429 || first?.errorCode === "UDAPI10005") return yield* new RateLimited(where)
    if (status === 401 && first?.errorCode === "UDAPI100050") {
      return yield* new Unauthorised({ ...where, code: first.errorCode })
    }
    if (status >= 500) return yield* lost(`HTTP ${status} ${first?.errorCode ?? ""}`.trim())
    if (first !== undefined) {
      const remedy = remedies[first.errorCode]
      return yield* new Refused({
        ...where,
        code: first.errorCode,
        reason: first.message,
        ...(remedy === undefined ? {} : { remedy })
      })
    }
    if (leavesOpen(call, status)) return yield* lost(`HTTP ${status} without a word of Upstox's own`)
    if (status === 401) return yield* new Unauthorised({ ...where, code: "401" })
    if (status < 200 || status >= 300) {
      return yield* new Refused({ ...where, code: `HTTP ${status}`, reason: "no reason was given" })
    }
    const payload = bare
      ? Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))(text)
      : Schema.decodeUnknownOption(Success)(text)
    const value = payload._tag === "Some"
      // Without an envelope the whole answer is the data.
      ? bare ? payload.value : (payload.value as { readonly data: unknown }).data
      : undefined
    const decoded = Schema.decodeUnknownOption(data)(value)
    if (payload._tag === "Some" && decoded._tag === "Some") return decoded.value
    // A change that was answered with something senseless may have been made.
    return yield* call.changes
      ? lost("the answer cannot be read")
      : new UnreadableAnswer({ ...where, problem: "it is not as documented" })
  })
