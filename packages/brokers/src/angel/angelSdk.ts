/**
 * The official SDK (smartapi-javascript 1.0.27), disarmed before it is loaded: constructed, it asks the internet for its
 * address and starts `ifconfig`, and a rejection of that is nobody's; every failure is written to `error.log` in the
 * working directory with token, PIN and code; and all failures resolve, mostly as `{}`. So the three modules that do that
 * are replaced in the module cache, the files themselves untouched, and the adapter of the SDK's own axios keeps the raw
 * answer for the call that is running (AsyncLocalStorage). The SDK itself then only sees an empty answer, over which its
 * handlers cannot stumble.
 */
import * as Effect from "effect/Effect"
import { AsyncLocalStorage } from "node:async_hooks"
import { createRequire } from "node:module"
import { networkInterfaces } from "node:os"

/** What came back: without a status nothing whole did, and `code` says why. */
export interface AngelAnswer {
  status?: number
  body?: string
  /** `ECONNREFUSED`. */
  code?: string
}

/** What we use of the SDK, which has no declarations. What its calls resolve is not looked at. */
export interface AngelSdk {
  readonly timeout: number
  readonly setAccessToken: (token: string) => void
  readonly generateSession: (clientCode: string, pin: string, totp: string) => Promise<unknown>
  readonly logout: (clientCode: string) => Promise<unknown>
  readonly getProfile: () => Promise<unknown>
  readonly getRMS: () => Promise<unknown>
  readonly placeOrder: (order: object) => Promise<unknown>
  readonly modifyOrder: (order: object) => Promise<unknown>
  readonly cancelOrder: (order: object) => Promise<unknown>
  readonly getOrderBook: () => Promise<unknown>
  readonly getTradeBook: () => Promise<unknown>
  readonly getPosition: () => Promise<unknown>
  readonly getHolding: () => Promise<unknown>
  readonly marketData: (request: object) => Promise<unknown>
  readonly getCandleData: (request: object) => Promise<unknown>
  readonly getOIData: (request: object) => Promise<unknown>
  readonly optionGreek: (request: object) => Promise<unknown>
  readonly marginApi: (request: object) => Promise<unknown>
  readonly createRule: (rule: object) => Promise<unknown>
  readonly cancelRule: (rule: object) => Promise<unknown>
  readonly ruleDetails: (rule: object) => Promise<unknown>
  readonly ruleList: (request: object) => Promise<unknown>
}

interface AngelSocket {
  readonly connect: () => Promise<unknown>
  readonly on: (event: "tick", listener: (data: unknown) => void) => void
  readonly fetchData: (request: object) => void
  readonly close: () => void
}

export interface AngelModule {
  readonly SmartAPI: new(options: object) => AngelSdk
  readonly WebSocketV2: new(options: object) => AngelSocket
  readonly WSOrderUpdates: new(options: object) => AngelSocket
}

interface AxiosResponse {
  readonly status: number
  readonly data: unknown
}

interface Axios {
  readonly defaults: { adapter: (request: object) => Promise<AxiosResponse> }
}

const answers = new AsyncLocalStorage<AngelAnswer>()

/** What the SDK is given instead of its own look at the network. */
const localAddress = (): { readonly ip: string; readonly mac: string } => {
  const outside = Object.values(networkInterfaces()).flat().find((each) => each?.family === "IPv4" && !each.internal)
  return { ip: outside?.address ?? "127.0.0.1", mac: outside?.mac ?? "00:00:00:00:00:00" }
}

const load = (): AngelModule => {
  const require = createRequire(import.meta.url)
  const ofSdk = createRequire(require.resolve("smartapi-javascript/package.json"))
  const replace = (filename: string, exports: unknown): void => {
    // Of a module that is loaded already nothing but its exports is ever read again.
    require.cache[filename] = { id: filename, filename, loaded: true, exports } as NodeJS.Module
  }
  replace(ofSdk.resolve("public-ip"), { v4: () => Promise.resolve(null), v6: () => Promise.resolve(null) })
  replace(
    ofSdk.resolve("address"),
    (done: (error: null, address: object) => void) => done(null, localAddress())
  )
  replace(ofSdk.resolve("./lib/winston_log.js"), { errorLogger: { error: () => undefined } })
  // The SDK's axios is its own, older than any other here; clients copy the defaults when they are made.
  const axios = ofSdk("axios") as Axios
  const send = axios.defaults.adapter
  axios.defaults.adapter = async (request) => {
    const answer = answers.getStore()
    if (answer === undefined) return send(request)
    try {
      const response = await send(request)
      keep(answer, response)
      return { ...response, data: "{}" }
    } catch (failure) {
      keepFailure(answer, failure)
      throw failure
    }
  }
  return require("smartapi-javascript") as AngelModule
}

const keep = (answer: AngelAnswer, { data, status }: AxiosResponse): void => {
  answer.status = status
  answer.body = typeof data === "string" ? data : ""
}

const keepFailure = (answer: AngelAnswer, failure: unknown): void => {
  if (typeof failure !== "object" || failure === null) return
  // An axios error: with a response when one came whole, with a code when none did.
  const { code, response } = failure as { readonly code?: unknown; readonly response?: AxiosResponse }
  if (response !== undefined) keep(answer, response)
  else if (typeof code === "string") answer.code = code
}

let loaded: AngelModule | undefined

/** The SDK, disarmed. Outside of {@link askAngel} its requests go their own way. */
export const loadAngelModule = (): AngelModule => loaded ??= load()

export const makeAngelSdk = (options: {
  readonly root: string
  readonly apiKey: string
  readonly userId: string
  readonly timeout: number
  readonly accessToken?: string
}): Effect.Effect<AngelSdk> =>
  Effect.sync(() => {
    const { SmartAPI } = loadAngelModule()
    return new SmartAPI({
      root: options.root,
      api_key: options.apiKey,
      client_code: options.userId,
      timeout: options.timeout,
      ...(options.accessToken === undefined ? {} : { access_token: options.accessToken })
    })
  })

/** Makes the call and answers with what really came back. */
export const askAngel = (sdk: AngelSdk, ask: (sdk: AngelSdk) => Promise<unknown>): Effect.Effect<AngelAnswer> => {
  const answer: AngelAnswer = {}
  const asked = Effect.promise(() =>
    answers.run(answer, async () => {
      try {
        await ask(sdk)
      } catch (failure) {
        keepFailure(answer, failure)
      }
      return answer
    })
  )
  // The SDK's own timeout begins with the connection and begins anew with every byte.
  return Effect.map(
    Effect.timeoutOption(asked, 2 * sdk.timeout),
    (done) => done._tag === "Some" ? done.value : { code: "ETIMEDOUT" }
  )
}
