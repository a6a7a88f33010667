/** What the server needs of a broker: its routes, its sockets, and how it says that something went wrong. */
import type { Broker } from "../../port/Broker.ts"
import type { SimAccount } from "../exchange/SimAccount.ts"
import type { FaultRule, Operation } from "../faults/Fault.ts"
import type { SimSocket } from "./SimSocket.ts"

export interface SimRequest {
  readonly method: string
  readonly path: string
  /** Of the `:name` parts of the route. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The port that the request came to: for URLs in answers. */
  readonly host: string
}

export interface SimResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export const jsonResponse = (
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {}
): SimResponse => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})

export const htmlResponse = (body: string, status = 200): SimResponse => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body
})

export interface SimRoute {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** `/orders/:variety/:order_id`. */
  readonly path: string
  readonly operation: Operation
  readonly handle: (request: SimRequest) => SimResponse
}

export interface SimSocketRoute {
  readonly path: string
  readonly operation: "market-feed" | "order-feed"
  /** The account, or with what the upgrade is refused. */
  readonly admit: (request: SimRequest) => SimAccount | SimResponse
  /** Sets the socket up: what it sends at once, and what it does with frames that come. */
  readonly open: (socket: SimSocket, account: SimAccount, request: SimRequest) => SocketHandlers
}

/** A socket whose client says only on it who it is. */
export interface SimNamelessSocketRoute extends Pick<SimSocketRoute, "path" | "operation"> {
  /** Tells the socket whose it is ({@link SimSocket.belongsTo}) once it knows. */
  readonly openNameless: (socket: SimSocket, request: SimRequest) => SocketHandlers
}

export interface SocketHandlers {
  readonly onText?: (text: string) => void
  readonly onBinary?: (bytes: Uint8Array) => void
  /** Called about every second of wall time: heartbeats. */
  readonly onBeat?: () => void
  readonly onClose?: () => void
}

export interface SimBroker {
  readonly broker: Broker
  readonly routes: ReadonlyArray<SimRoute>
  readonly sockets: ReadonlyArray<SimSocketRoute | SimNamelessSocketRoute>
  /** Whose request it is by its token, for the scope of faults; `undefined` = nobody's. */
  readonly accountOf: (request: SimRequest) => SimAccount | undefined
  /** How this broker answers `rate-limit`, `unauthorised`, `forbidden` and `server-error`. */
  readonly trouble: (rule: FaultRule, request: SimRequest) => SimResponse
  /** Token that was issued ends; for the control plane. */
  readonly revoke: (account: SimAccount) => void
  /** A frame as the feed would send it, spoiled: for `bad-payload`. */
  readonly badPayload: (operation: SimSocketRoute["operation"]) => string | Uint8Array
}
