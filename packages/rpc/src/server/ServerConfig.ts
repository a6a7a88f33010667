import * as Context from "effect/Context"

/** How the server is reached, after the port is known. */
export class ServerConfig extends Context.Service<ServerConfig, {
  /** Address that it is bound to. */
  readonly host: string
  readonly port: number
  /** Names that requests may address it by, without port; IPv6 in brackets. */
  readonly hostNames: ReadonlyArray<string>
  /** Origins besides the server's own, such as a development server that proxies to it. */
  readonly allowedOrigins: ReadonlyArray<string>
  /** Name of the session cookie. */
  readonly cookie: string
  /** Directory of the built terminal. */
  readonly webRoot: string
  /** Set when it is reached over HTTPS: the cookie is then marked `Secure`. */
  readonly secure: boolean
}>()("@keepgaining/rpc/server/ServerConfig") {}

const loopback = ["127.0.0.1", "::1", "localhost"]

/** Whether only this machine can reach a server bound to the address. */
export const isLoopback = (host: string): boolean => loopback.includes(host)

/** The names of a server bound to `host`: those of loopback, and its own. */
export const hostNamesOf = (host: string): ReadonlyArray<string> => [
  "localhost",
  "127.0.0.1",
  "[::1]",
  ...(isLoopback(host) ? [] : [host.includes(":") ? `[${host}]` : host])
]
