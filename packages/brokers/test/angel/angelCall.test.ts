/** What the adapter makes of every shape that an answer of Angel can have, over the official SDK and a server that says it. */
import { assert, describe, it } from "@effect/vitest"
import { angelCall } from "@keepgaining/brokers/angel/angelCall.ts"
import { makeAngelSdk } from "@keepgaining/brokers/angel/angelSdk.ts"
import type { BrokerError } from "@keepgaining/brokers/port/BrokerError.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { existsSync } from "node:fs"
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

type Say = (response: ServerResponse) => void

const asJson = (body: unknown, status = 200): Say => (response) => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}
const asText = (body: string, status: number): Say => (response) => {
  response.writeHead(status, { "content-type": "text/plain" }).end(body)
}
const service = (code: string, message: string, status = 200): Say =>
  asJson({ status: false, message, errorcode: code, data: null }, status)
const gateway = (code: string, message: string, status = 200): Say =>
  asJson({ success: false, message, errorCode: code, data: "" }, status)

/** A server that says that, and the headers that it was asked with. */
const server = (say: Say) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly root: string; readonly asked: Array<IncomingHttpHeaders>; readonly stop: () => void }>(
      (resume) => {
        const asked: Array<IncomingHttpHeaders> = []
        const made = createServer((request, response) => {
          asked.push(request.headers)
          request.resume()
          request.on("end", () => say(response))
        })
        made.listen(0, "127.0.0.1", () => {
          // A server that listens on TCP has an address of this form.
          const { port } = made.address() as AddressInfo
          const stop = (): void => {
            made.closeAllConnections()
            made.close()
          }
          resume(Effect.succeed({ root: `http://127.0.0.1:${port}`, asked, stop }))
        })
      }
    ),
    ({ stop }) => Effect.sync(stop)
  )

const Placed = Schema.Struct({ orderid: Schema.String })

const call = (say: Say, changes = true) =>
  Effect.scoped(Effect.gen(function*() {
    const { asked, root } = yield* server(say)
    const sdk = yield* makeAngelSdk({
      root,
      apiKey: "the-key",
      userId: "A100200",
      timeout: 300,
      accessToken: "planted-token"
    })
    const where = { broker: "angel", account: "asha", operation: "place order", changes, tag: "kg1" } as const
    const result = yield* Effect.result(angelCall(where, Placed, sdk, (to) => to.placeOrder({ quantity: "1" })))
    return { result, asked }
  }))

const cases: ReadonlyArray<readonly [what: string, say: Say, tag: BrokerError["_tag"], code?: string]> = [
  ["the sentence about the access rate", asText("Access denied because of exceeding access rate", 403), "RateLimited"],
  [
    "that sentence in JSON",
    asJson({ message: "Access denied because of exceeding access rate" }, 403),
    "RateLimited"
  ],
  ["the service's own word for it", service("AB1021", "Too many requests"), "RateLimited"],
  ["HTTP 429", asText("", 429), "RateLimited"],
  ["a token that is invalid, with HTTP 200", gateway("AG8001", "Invalid Token"), "Unauthorised", "AG8001"],
  ["a token that is invalid, with HTTP 401", gateway("AG8001", "Invalid Token", 401), "Unauthorised", "AG8001"],
  ["a token that is past its end", gateway("AG8002", "Token Expired", 403), "Unauthorised", "AG8002"],
  ["no token", gateway("AG8003", "Token missing"), "Unauthorised", "AG8003"],
  ["a session that is over", service("AB1010", "AMX Session Expired"), "Unauthorised", "AB1010"],
  ["HTTP 401 without words", asText("", 401), "UnknownOutcome"],
  ["an address that is not registered", gateway("AG7002", "Unregistered IP address", 403), "Refused", "AG7002"],
  ["HTTP 403 with a page", asText("<h1>Forbidden</h1>", 403), "UnknownOutcome"],
  ["HTTP 408 with a page", asText("<h1>Request Timeout</h1>", 408), "UnknownOutcome"],
  ["HTTP 404 with JSON of somebody else", asJson({ message: "no route" }, 404), "UnknownOutcome"],
  ["a refusal", service("AB1012", "Invalid Product Type"), "Refused", "AB1012"],
  ["a refusal with HTTP 400", service("AB4008", "ordertag", 400), "Refused", "AB4008"],
  ["a refusal without a code", asJson({ status: false, message: "no", errorcode: "" }), "Refused", "HTTP 200"],
  ["that Angel does not know itself", service("AB1004", "Something Went Wrong"), "UnknownOutcome"],
  ["an internal error", service("AB2001", "Internal Error"), "UnknownOutcome"],
  ["HTTP 500", service("AB2001", "Internal Error", 500), "UnknownOutcome"],
  ["HTTP 502 with a page", asText("<h1>Bad gateway</h1>", 502), "UnknownOutcome"],
  ["an empty object", asJson({}), "UnknownOutcome"],
  ["null", asJson(null), "UnknownOutcome"],
  ["nothing", asText("", 200), "UnknownOutcome"],
  ["success without data", asJson({ status: true, message: "SUCCESS", data: null }), "UnknownOutcome"],
  ["half an answer", (response) => {
    response.writeHead(200, { "content-length": "100" })
    response.write("{\"status\":true,", () => response.destroy())
  }, "UnknownOutcome"],
  ["a reset", (response) => void response.destroy(), "UnknownOutcome"],
  ["silence", () => undefined, "UnknownOutcome"],
  ["an answer that never ends", (response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write(" "), 50)
    response.on("close", () => clearInterval(drip))
  }, "UnknownOutcome"]
]

describe("Angel's answers", () => {
  for (const [what, say, tag, code] of cases) {
    it.live(`${what}: ${tag}`, () =>
      Effect.gen(function*() {
        const { result } = yield* call(say)
        if (result._tag === "Success") throw new Error("it succeeded")
        const error = result.failure
        assert.strictEqual(error._tag, tag, error.message)
        if (code !== undefined) assert.propertyVal(error, "code", code)
        if (tag === "UnknownOutcome") assert.propertyVal(error, "tag", "kg1")
        assert.notInclude(JSON.stringify(error) + error.message, "planted-token")
      }))
  }
  it.live("of a read are unreadable, not unknown, when they are senseless", () =>
    Effect.gen(function*() {
      const { result } = yield* call(asJson({}), false)
      assert.propertyVal(result._tag === "Failure" ? result.failure : undefined, "_tag", "UnreadableAnswer")
    }))
  it.live("are decoded from the raw text, in both spellings of success", () =>
    Effect.gen(function*() {
      for (const envelope of [{ status: true }, { success: true }]) {
        const { result } = yield* call(asJson({ ...envelope, data: { orderid: "1" } }))
        assert.deepStrictEqual(result._tag === "Success" ? result.success : undefined, { orderid: "1" })
      }
    }))
  it.live("come to calls with all of the documented headers", () =>
    Effect.gen(function*() {
      const { asked } = yield* call(asJson({ status: true, data: { orderid: "1" } }))
      assert.deepInclude(asked[0], {
        authorization: "Bearer planted-token",
        "x-privatekey": "the-key",
        "x-usertype": "USER",
        "x-sourceid": "WEB"
      })
      assert.match(asked[0]?.["x-clientlocalip"] as string, /^\d+\.\d+\.\d+\.\d+$/)
      assert.match(asked[0]?.["x-macaddress"] as string, /^[\da-f:]{17}$/)
      assert.isDefined(asked[0]?.["x-clientpublicip"])
    }))
  it.live("of calls at the same time are not mixed up", () =>
    Effect.gen(function*() {
      let count = 0
      const { root } = yield* server((response) => {
        const id = ++count
        setTimeout(() => asJson({ status: true, data: { orderid: String(id) } })(response), id === 1 ? 100 : 0)
      })
      const sdk = yield* makeAngelSdk({ root, apiKey: "k", userId: "A100200", timeout: 1_000 })
      const where = { broker: "angel", account: "asha", operation: "place order", changes: true } as const
      const ids = yield* Effect.forEach(
        [1, 2, 3],
        () => angelCall(where, Placed, sdk, (to) => to.placeOrder({})),
        { concurrency: 3 }
      )
      assert.deepStrictEqual(ids.map(({ orderid }) => orderid).sort(), ["1", "2", "3"])
    }).pipe(Effect.scoped))
  it.live("of a login that fail leave no log and no rejection behind", () =>
    Effect.gen(function*() {
      const strays: Array<unknown> = []
      const stray = (reason: unknown): void => void strays.push(reason)
      process.on("unhandledRejection", stray)
      for (const say of [asJson(null), asText("", 500), gateway("AB1050", "Invalid totp"), asJson({ status: true })]) {
        yield* Effect.scoped(Effect.gen(function*() {
          const { root } = yield* server(say)
          const sdk = yield* makeAngelSdk({ root, apiKey: "k", userId: "A100200", timeout: 300 })
          const where = { broker: "angel", account: "asha", operation: "log in", changes: false } as const
          yield* Effect.flip(angelCall(where, Placed, sdk, (to) => to.generateSession("A100200", "4821", "123456")))
        }))
      }
      yield* Effect.sleep(20)
      process.off("unhandledRejection", stray)
      assert.lengthOf(strays, 0)
      assert.isFalse(existsSync("error.log"))
    }))
})
