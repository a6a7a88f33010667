/**
 * A call through the official SDK (kiteconnect 5.3.0), told apart by what really came back. The SDK hides the HTTP status,
 * turns times into dates of the machine's zone and resolves a page of HTML, so the raw answer is kept beside it: an
 * interceptor of its public axios instance stores status and body for the call that is running (AsyncLocalStorage), and
 * what the SDK resolves is not looked at.
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

interface Answer {
  status?: number
  body?: string
}

/** What we use of the SDK; its own declarations lack `root` and more. */
export interface KiteSdk {
  readonly setAccessToken: (token: string) => void
  readonly generateSession: (requestToken: string, secret: string) => Promise<unknown>
  readonly invalidateAccessToken: (token?: string) => Promise<unknown>
  readonly getProfile: () => Promise<unknown>
  readonly getMargins: () => Promise<unknown>
  readonly placeOrder: (variety: string, order: object) => Promise<unknown>
  readonly modifyOrder: (variety: string, id: string, order: object) => Promise<unknown>
  readonly cancelOrder: (variety: string, id: string) => Promise<unknown>
  readonly getOrders: () => Promise<unknown>
  readonly getTrades: () => Promise<unknown>
  readonly getPositions: () => Promise<unknown>
  readonly getHoldings: () => Promise<unknown>
  readonly getQuote: (symbols: ReadonlyArray<string>) => Promise<unknown>
  readonly getHistoricalData: (
    token: string,
    interval: string,
    from: string,
    to: string,
    continuous: boolean,
    oi: boolean
  ) => Promise<unknown>
  readonly orderBasketMargins: (orders: ReadonlyArray<object>, considerPositions: boolean) => Promise<unknown>
  readonly placeGTT: (order: object) => Promise<unknown>
  readonly deleteGTT: (id: string) => Promise<unknown>
  readonly getGTTs: () => Promise<unknown>
  readonly requestInstance: {
    readonly interceptors: {
      readonly request: {
        readonly use: (change: (config: { transformResponse?: unknown }) => object) => unknown
      }
    }
  }
}

const answers = new AsyncLocalStorage<Answer>()

export const makeKiteSdk = (options: {
  readonly apiKey: string
  readonly root: string
  readonly timeout: number
}): Effect.Effect<KiteSdk> =>
  Effect.promise(async () => {
    const { KiteConnect } = await import("kiteconnect")
    // The SDK's declarations do not say that `root` may be given, and name only some of its answers.
    const made = new KiteConnect(
      { api_key: options.apiKey, root: options.root, timeout: options.timeout } as never
    ) as unknown as KiteSdk
    made.requestInstance.interceptors.request.use((config) => {
      const store = answers.getStore()
      config.transformResponse = [(text: unknown, _headers: unknown, status: unknown) => {
        if (store !== undefined) {
          if (typeof status === "number") store.status = status
          if (typeof text === "string") store.body = text
        }
        try {
          return JSON.parse(String(text)) as unknown
        } catch {
          return text
        }
      }]
      return config
    })
    return made
  })

const Failure = Schema.fromJsonString(Schema.Struct({ error_type: Schema.String, message: Schema.String }))

const Success = Schema.fromJsonString(Schema.Struct({ status: Schema.Literal("success"), data: Schema.Unknown }))

/** Kite has looked at it and said no, whatever the HTTP status: an order is refused with 400 or with 500. */
const refusals: ReadonlySet<string> = new Set([
  "InputException",
  "OrderException",
  "MarginException",
  "HoldingException",
  "PermissionException",
  "UserException"
])
/** Kite does not know itself what became of it. */
const troubles: ReadonlySet<string> = new Set(["GeneralException", "DataException", "NetworkException"])

/** What a user can do about each kind of refusal. */
const remedies: Readonly<Record<string, string>> = {
  MarginException: "Add funds or trade less",
  HoldingException: "Only shares in the demat account can be sold for delivery",
  PermissionException: "Register this machine's static IP and the app's permissions in the Kite developer console",
  UserException: "Log in to Kite in the browser and see what it says about the account"
}

/** Makes the call and decodes the `data` of its answer. */
export const kiteCall = <S extends Schema.ConstraintDecoder<unknown>>(
  call: BrokerCall,
  data: S,
  ask: () => Promise<unknown>
): Effect.Effect<S["Type"], BrokerError> =>
  Effect.gen(function*() {
    const answer: Answer = {}
    const problem = yield* Effect.promise(() =>
      answers.run(answer, async () => {
        try {
          await ask()
          return undefined
        } catch (failure) {
          return failure ?? {}
        }
      })
    )
    const { account, broker, operation } = call
    const where = { broker, account, operation }
    const lost = (reason: string): BrokerError =>
      new UnknownOutcome({ ...where, reason, ...(call.tag === undefined ? {} : { tag: call.tag }) })

    const { body = "", status } = answer
    if (status === undefined) {
      const code = transportCode(problem)
      return yield* neverSent(code) ? new NotSent({ ...where, reason: code }) : lost(code)
    }
    if (status === 429) return yield* new RateLimited(where)
    const decodedFailure = Schema.decodeUnknownOption(Failure)(body)
    if (decodedFailure._tag === "Some") {
      const { error_type: type, message } = decodedFailure.value
      if (/too many requests/i.test(message)) return yield* new RateLimited(where)
      if (type === "TokenException") return yield* new Unauthorised({ ...where, code: type })
      if (troubles.has(type) || (status >= 500 && !refusals.has(type))) {
        return yield* lost(`HTTP ${status} ${type}`)
      }
      const remedy = remedies[type]
      return yield* new Refused({
        ...where,
        code: type,
        reason: message,
        ...(remedy === undefined ? {} : { remedy })
      })
    }
    if (leavesOpen(call, status)) return yield* lost(`HTTP ${status} without a word of Kite's own`)
    if (status < 200 || status >= 300) {
      return yield* status >= 400 && status < 500
        ? new Refused({ ...where, code: `HTTP ${status}`, reason: "no reason was given" })
        : lost(`HTTP ${status}`)
    }
    const success = Schema.decodeUnknownOption(Success)(body)
    const decoded = success._tag === "Some" ? Schema.decodeUnknownOption(data)(success.value.data) : success
    if (decoded._tag === "Some") return decoded.value
    // A change that was answered with something senseless may have been made.
    return yield* call.changes
      ? lost("the answer cannot be read")
      : new UnreadableAnswer({ ...where, problem: "it is not as documented" })
  })

/** `ECONNRESET`, out of the words with which the SDK rejects. */
const transportCode = (problem: unknown): string => {
  const message = typeof problem === "object" && problem !== null && "message" in problem ? String(problem.message) : ""
  return /error code: (\w+)/.exec(message)?.[1] ?? "no answer"
}
