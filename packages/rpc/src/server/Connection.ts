/**
 * The caller behind a request. What a request shows (cookie, bearer token) is read once at the HTTP door; a WebSocket
 * keeps it in the context of the fiber that serves it, which no frame of the client can reach. So a client can claim
 * anything in its RPC headers: only a valid token counts there.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Headers from "effect/http/Headers"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Unauthorized } from "../contract/Failures.ts"
import { Login, Principal } from "../contract/KeepGainingRpcs.ts"
import { Access, type Credential } from "./Access.ts"
import type { Scope } from "./KeyStore.ts"

/** One WebSocket and the credentials that it was let in with. */
export class Connection extends Context.Service<Connection, {
  /** What the upgrade request showed, if that was good. */
  readonly shown: Credential | undefined
  /** Notes that a call got in with the credential: the connection ends when it does. */
  readonly used: (credential: Credential) => void
}>()("@keepgaining/rpc/server/Connection") {}

/** Cookies do not know ports: two engines on one machine must not log each other out. */
export const cookieName = (port: number): string => `keepgaining-${port}`

const bearer = /^Bearer +(\S+)$/i

export const tokenFrom = (headers: Headers.Headers): Credential | undefined => {
  const match = bearer.exec(headers["authorization"] ?? "")
  return match?.[1] === undefined ? undefined : { kind: "token", secret: Redacted.make(match[1]) }
}

/** A token wins over a cookie: whoever sends one means it. */
export const credentialFrom = (
  request: HttpServerRequest.HttpServerRequest,
  cookie: string
): Credential | undefined => {
  const token = tokenFrom(request.headers)
  if (token !== undefined) return token
  const session = request.cookies[cookie]
  return session === undefined || session === "" ? undefined : { kind: "session", secret: Redacted.make(session) }
}

const rank: Readonly<Record<Scope, number>> = { view: 0, trade: 1, admin: 2 }

export const allows = (held: Scope, needed: Scope): boolean => rank[held] >= rank[needed]

/** Fails unless the caller's scope includes the needed one. */
export const requireScope = Effect.fnUntraced(function*(needed: Scope) {
  const principal = yield* Principal
  if (allows(principal.scope, needed)) return principal
  return yield* new Unauthorized({
    needed,
    message: `"${principal.name}" holds scope ${principal.scope}; this needs ${needed}. Use a token with that scope.`
  })
})

const notLoggedIn = new Unauthorized({
  needed: "view",
  message: "Not logged in, or the login ended. Open a new login link, or send a token: authorization: Bearer <token>."
})

export const loginLayer: Layer.Layer<Login, never, Access> = Layer.effect(
  Login,
  Effect.gen(function*() {
    const access = yield* Access
    return Login.of((effect, { headers }) =>
      Effect.gen(function*() {
        // Put there by the route at the upgrade, around the fiber that reads this connection's frames.
        const connection = Option.getOrUndefined(yield* Effect.serviceOption(Connection))
        // Frames may carry a token of their own for clients that cannot set headers at the upgrade.
        const credential = tokenFrom(headers) ?? connection?.shown
        const principal = credential === undefined
          ? undefined
          : yield* access.verify(credential).pipe(
            Effect.mapError((error) => new Unauthorized({ needed: "view", message: error.message }))
          )
        if (credential === undefined || principal === undefined) return yield* notLoggedIn
        connection?.used(credential)
        return yield* Effect.provideService(effect, Principal, principal)
      })
    )
  })
)
