/** The owner's way in and out: `GET /login?code=`, `POST /login {key}`, `POST /logout`. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Access, sessionMillis } from "./Access.ts"
import { isOurOrigin, refusal } from "./HttpGuard.ts"
import { ServerConfig } from "./ServerConfig.ts"
import { StaticFiles } from "./StaticFiles.ts"

/** Attempts, right or wrong, that one address may make in a window. */
const attempts = { limit: 10, window: Duration.minutes(1) }

const KeyBody = Schema.Struct({ key: Schema.NonEmptyString })

const cannotRead = refusal(503, "The key store cannot be read; see the server's log.")

const setSession = (config: ServerConfig["Service"], session: Redacted.Redacted) =>
  HttpServerResponse.setCookieUnsafe(config.cookie, Redacted.value(session), {
    httpOnly: true,
    sameSite: "strict",
    path: "/",
    maxAge: Duration.millis(sessionMillis),
    secure: config.secure
  })

const codeOf = (request: HttpServerRequest.HttpServerRequest): string | undefined =>
  new URL(request.url, "http://localhost").searchParams.get("code") ?? undefined

/** Counts an attempt; gives the refusal when there were too many. */
const tooMany = Effect.gen(function*() {
  const limiter = yield* RateLimiter.RateLimiter
  const request = yield* HttpServerRequest.HttpServerRequest
  const peer = Option.getOrElse(request.remoteAddress, () => "unknown")
  return yield* limiter.consume({ ...attempts, key: `login:${peer}` }).pipe(
    Effect.as(undefined),
    Effect.orElseSucceed(() =>
      HttpServerResponse.setHeader(
        refusal(429, "Too many login attempts. Wait a minute."),
        "retry-after",
        String(Duration.toSeconds(attempts.window))
      )
    )
  )
})

const byLink = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const config = yield* ServerConfig
  const code = codeOf(request)
  // Without a code it is the terminal's own login page.
  if (code === undefined) return yield* (yield* StaticFiles).serve(request)
  const limited = yield* tooMany
  if (limited !== undefined) return limited
  const access = yield* Access
  return yield* access.loginWithCode(code).pipe(
    Effect.map((session) =>
      session === undefined
        ? HttpServerResponse.text(
          "This login link was used already or is older than ten minutes.\n" +
            "Take a new one: run `keepgaining login`, or restart the server, which prints one.\n",
          { status: 401, headers: { "cache-control": "no-store" } }
        )
        : HttpServerResponse.redirect("/", { status: 303, headers: { "cache-control": "no-store" } }).pipe(
          setSession(config, session)
        )
    ),
    Effect.orElseSucceed(() => cannotRead)
  )
})

const byKey = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const config = yield* ServerConfig
  if (!isOurOrigin(config, request)) return refusal(403, "Requests from other sites are refused.")
  const limited = yield* tooMany
  if (limited !== undefined) return limited
  const body = yield* HttpServerRequest.schemaBodyJson(KeyBody).pipe(Effect.option)
  if (Option.isNone(body)) return refusal(400, "The body must be JSON: { \"key\": \"...\" }.")
  const access = yield* Access
  return yield* access.loginWithKey(body.value.key).pipe(
    Effect.map((session) =>
      session === undefined
        ? refusal(401, "That is not the owner's key.")
        : HttpServerResponse.empty({ status: 204 }).pipe(setSession(config, session))
    ),
    Effect.orElseSucceed(() => cannotRead)
  )
})

const logout = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const config = yield* ServerConfig
  if (!isOurOrigin(config, request)) return refusal(403, "Requests from other sites are refused.")
  const access = yield* Access
  const session = request.cookies[config.cookie]
  if (session !== undefined) {
    const left = yield* access.logout(Redacted.make(session)).pipe(Effect.as(true), Effect.orElseSucceed(() => false))
    if (!left) return cannotRead
  }
  return HttpServerResponse.empty({ status: 204 }).pipe(
    HttpServerResponse.expireCookieUnsafe(config.cookie, { httpOnly: true, sameSite: "strict", path: "/" })
  )
})

export const layer = Layer.mergeAll(
  HttpRouter.add("GET", "/login", byLink),
  HttpRouter.add("POST", "/login", byKey),
  HttpRouter.add("POST", "/logout", logout)
)
