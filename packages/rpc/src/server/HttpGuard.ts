/**
 * What every HTTP request meets first: the request must be addressed to this server by a name that is ours (a page of
 * somebody else whose name was pointed at loopback is not), and every answer carries the security headers.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { unhandled } from "effect/Types"
import { Access } from "./Access.ts"
import { allows, credentialFrom } from "./Connection.ts"
import type { Scope } from "./KeyStore.ts"
import { ServerConfig } from "./ServerConfig.ts"

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // Charts and virtual lists position by style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'"
].join("; ")

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
}

/** Answers in JSON whatever is refused; `error` says why and what to do. */
export const refusal = (status: number, error: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe({ error }, { status, headers: { "cache-control": "no-store" } })

const hostName = (authority: string): string | undefined => {
  try {
    return new URL(`http://${authority}`).hostname
  } catch {
    return undefined
  }
}

/** Whether the request's `Host` is a name of this server. */
const isOurHost = (config: ServerConfig["Service"], authority: string | undefined): boolean => {
  if (authority === undefined) return false
  const name = hostName(authority)
  return name !== undefined && config.hostNames.includes(name)
}

/**
 * Whether a request that changes something, or a WebSocket, comes from a page of this server. Programs send no `Origin`;
 * browsers always do and pages cannot change it.
 */
export const isOurOrigin = (
  config: ServerConfig["Service"],
  request: HttpServerRequest.HttpServerRequest
): boolean => {
  const origin = request.headers["origin"]
  if (origin === undefined) return true
  if (config.allowedOrigins.includes(origin)) return true
  const host = request.headers["host"]
  return origin === `http://${host}` || origin === `https://${host}`
}

export const layer = HttpRouter.middleware(
  Effect.map(
    ServerConfig,
    (config) => (app: Effect.Effect<HttpServerResponse.HttpServerResponse, unhandled>) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        const response = isOurHost(config, request.headers["host"])
          ? yield* app
          : refusal(421, "This server does not answer to that host name. Use http://localhost, or allow the name.")
        return HttpServerResponse.setHeaders(response, securityHeaders)
      })
  ),
  { global: true }
)

/** Runs the route only for callers whose cookie or token holds the scope; others get 401 or 403. */
export const withScope = (
  needed: Scope,
  route: Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>
) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const config = yield* ServerConfig
    const access = yield* Access
    const credential = credentialFrom(request, config.cookie)
    const principal = credential === undefined
      ? undefined
      : yield* access.verify(credential).pipe(Effect.orElseSucceed(() => undefined))
    if (principal === undefined) {
      return refusal(401, "Not logged in. Open a login link, or send the header: Authorization: Bearer <token>.")
    }
    if (!allows(principal.scope, needed)) {
      return refusal(403, `This needs scope ${needed}; the login holds ${principal.scope}.`)
    }
    return yield* route
  })
