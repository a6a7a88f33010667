/**
 * One simulated broker on a loopback port: HTTP and WebSocket on raw sockets, so that connections can be cut, reset and
 * left hanging. Before every request the market catches up with the clock.
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { SimAccount } from "../exchange/SimAccount.ts"
import { type FaultRule, requestFaults } from "../faults/Fault.ts"
import type { FaultBoard, FaultScope } from "../faults/FaultBoard.ts"
import type { CallLimits } from "./CallLimits.ts"
import { matchRoute, type RouteMatch } from "./matchRoute.ts"
import type { SimBroker, SimRequest, SimResponse, SimRoute, SimSocketRoute, SocketHandlers } from "./SimBroker.ts"
import type { SimJournal, SimJournalEntry } from "./SimJournal.ts"
import { SimSocket } from "./SimSocket.ts"

export interface SimServerOptions {
  /** As it is by then: a broker begins a new day with another one. */
  readonly layer: () => SimBroker
  readonly faults: FaultBoard
  readonly journal: SimJournal
  /** Brings the market up to the clock; answers the virtual time. */
  readonly catchUp: () => number
  /** 0 = any free one. */
  readonly port: number
  /** Of requests; none when absent. */
  readonly limits?: CallLimits
}

export interface SimServer {
  readonly port: number
  readonly url: string
  /** Cuts every socket: a broker's restart. */
  readonly dropSockets: () => void
}

const HTML_PAGE = "<!doctype html><title>Service</title><h1>We'll be back</h1>"

/** What a request that hangs waits for; the client gives up earlier. */
const HANG_MS = 120_000

export const simServer = (options: SimServerOptions): Effect.Effect<SimServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { catchUp, faults, journal } = options
    const { broker } = options.layer()
    const run = yield* FiberSet.makeRuntime<never>()
    const sockets = new Set<
      { readonly ws: WebSocket; readonly socket: SimSocket; readonly beat: (() => void) | undefined }
    >()
    const later = (millis: number, what: () => void): void => {
      run(Effect.andThen(Effect.sleep(millis), Effect.sync(what)))
    }

    const note = (
      kind: SimJournalEntry["kind"],
      scope: FaultScope,
      detail: string
    ): void =>
      journal.add({
        at: catchUp(),
        broker,
        kind,
        account: scope.account,
        operation: scope.operation ?? "other",
        detail
      })

    const answer = (found: RouteMatch<SimRoute> | undefined, request: SimRequest, response: ServerResponse): void => {
      const layer = options.layer()
      const account = layer.accountOf(request)
      const scope: FaultScope = { broker, account: account?.userId, operation: found?.route.operation }
      note("request", scope, `${request.method} ${request.path}`)
      if (
        found !== undefined && account !== undefined &&
        options.limits?.exceeds(broker, account.userId, found.route, catchUp()) === true
      ) {
        note("limit", scope, `${request.method} ${request.path}`)
        const tooMany = layer.trouble({ fault: "rate-limit" }, request)
        note("answer", scope, String(tooMany.status))
        return reply(response, tooMany)
      }
      const rule = found === undefined ? undefined : faults.take(requestFaults, scope)
      if (rule !== undefined) note("fault", scope, rule.fault)
      const done = (sent: SimResponse): void => {
        note("answer", scope, String(sent.status))
        reply(response, sent)
      }
      const handled = (): SimResponse =>
        found === undefined
          ? {
            status: 404,
            headers: { "content-type": "application/json" },
            body: `{"message":"no route ${request.path}"}`
          }
          : found.route.handle({ ...request, params: found.params })
      if (rule === undefined) return done(handled())
      if (rule.fault === "kick") {
        if (account !== undefined) kick(account)
        return done(handled())
      }
      misbehave(rule, handled, request, response, done)
    }

    /** Somebody logged in elsewhere. */
    const kick = (account: SimAccount): void => {
      options.layer().revoke(account)
      for (const { socket, ws } of sockets) if (socket.scope.account === account.userId) ws.close(1008)
    }

    const misbehave = (
      rule: FaultRule,
      handled: () => SimResponse,
      request: SimRequest,
      response: ServerResponse,
      done: (sent: SimResponse) => void
    ): void => {
      const applied = rule.applied === true ? handled() : undefined
      switch (rule.fault) {
        case "reset":
          resetConnection(response)
          return
        case "hang":
          later(HANG_MS, () => response.destroy())
          return
        case "truncate": {
          const whole = applied ?? handled()
          const body = Buffer.from(whole.body)
          response.writeHead(whole.status, { ...whole.headers, "content-length": String(body.length) })
          response.write(body.subarray(0, Math.max(1, body.length >> 1)), () => response.destroy())
          return
        }
        case "delay": {
          const whole = applied ?? handled()
          later(rule.delay ?? 1_000, () => done(whole))
          return
        }
        case "server-error-html":
          done({ status: rule.status ?? 503, headers: { "content-type": "text/html" }, body: HTML_PAGE })
          return
        case "html-answer":
          done({ status: 200, headers: { "content-type": "text/html" }, body: HTML_PAGE })
          return
        default:
          done(options.layer().trouble(rule, request))
      }
    }

    const server = createServer((incoming, response) => {
      readBody(incoming, (body) => {
        catchUp()
        const request = requestOf(incoming, body)
        answer(matchRoute(options.layer().routes, request.method, request.path), request, response)
      })
    })
    // Pings are answered here, for a silent socket answers none.
    const upgrades = new WebSocketServer({ noServer: true, autoPong: false })

    server.on("upgrade", (incoming, raw, head) => {
      catchUp()
      raw.on("error", () => raw.destroy())
      const request = requestOf(incoming, "")
      const found = matchRoute(
        options.layer().sockets.map((route) => ({ ...route, method: "GET" })),
        "GET",
        request.path
      )
      if (found === undefined) return refuse(raw, { status: 404, body: "" })
      const { route } = found
      const admitted = "admit" in route ? route.admit(request) : undefined
      const account = admitted === undefined || "status" in admitted ? undefined : admitted
      const scope: FaultScope = { broker, account: account?.userId, operation: route.operation }
      const rule = faults.take(["refuse-upgrade"], scope)
      if (rule !== undefined) {
        note("fault", scope, rule.fault)
        return refuse(raw, { status: rule.status ?? 503, body: "" })
      }
      if (admitted !== undefined && "status" in admitted) {
        note("socket", scope, `refused ${admitted.status}`)
        return refuse(raw, admitted)
      }
      const open = (socket: SimSocket): SocketHandlers =>
        !("admit" in route)
          ? route.openNameless(socket, request)
          : account === undefined
          ? {}
          : route.open(socket, account, request)
      upgrades.handleUpgrade(incoming, raw, head, (ws) => attach(ws, raw, scope, route.operation, open))
    })

    const attach = (
      ws: WebSocket,
      raw: Duplex,
      scope: FaultScope,
      operation: SimSocketRoute["operation"],
      open: (socket: SimSocket) => SocketHandlers
    ): void => {
      note("socket", scope, "open")
      const socket = new SimSocket(ws, raw, {
        faults,
        scope,
        badPayload: (asked) => options.layer().badPayload(asked ?? operation),
        journal: (direction, detail) => note(direction === "in" ? "frame-in" : "fault", socket.scope, detail)
      })
      const handlers = open(socket)
      const entry = { ws, socket, beat: handlers.onBeat }
      sockets.add(entry)
      ws.on("error", () => ws.terminate())
      ws.on("close", () => {
        sockets.delete(entry)
        note("socket", socket.scope, "closed")
        handlers.onClose?.()
      })
      ws.on("ping", (data) => {
        if (!socket.isSilent) ws.pong(data)
      })
      ws.on("message", (data, isBinary) => {
        if (socket.isSilent) return
        // `ws` gives one Buffer a message unless it is told otherwise.
        const bytes = data as Buffer
        catchUp()
        if (isBinary) handlers.onBinary?.(bytes)
        else handlers.onText?.(bytes.toString("utf8"))
      })
    }

    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(options.port, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          for (const { ws } of sockets) ws.terminate()
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    )
    const beats = Effect.forever(Effect.andThen(
      Effect.sleep(1_000),
      Effect.sync(() => {
        for (const { beat } of sockets) beat?.()
      })
    ))
    yield* Effect.forkScoped(beats)
    const port = portOf(server)
    return {
      port,
      url: `http://127.0.0.1:${port}`,
      dropSockets: () => {
        for (const { ws } of sockets) ws.terminate()
      }
    }
  })

const portOf = (server: Server): number => {
  // A server that listens on TCP has an address of this form.
  const address = server.address() as AddressInfo
  return address.port
}

const requestOf = (incoming: IncomingMessage, body: string): SimRequest => {
  const url = new URL(incoming.url ?? "/", "http://localhost")
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value
  }
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    params: {},
    query: url.searchParams,
    headers,
    body,
    host: headers["host"] ?? "127.0.0.1"
  }
}

const readBody = (incoming: IncomingMessage, then: (body: string) => void): void => {
  const parts: Array<Buffer> = []
  incoming.on("data", (part: Buffer) => parts.push(part))
  incoming.on("end", () => then(Buffer.concat(parts).toString("utf8")))
  incoming.on("error", () => incoming.destroy())
}

const reply = (response: ServerResponse, { body, headers, status }: SimResponse): void => {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, "content-length": String(bytes.length) })
  response.end(bytes)
}

const resetConnection = (response: ServerResponse): void => {
  // Behind a response on TCP stands a socket of `node:net`.
  const socket = response.socket as Socket | null
  socket?.resetAndDestroy()
}

const refuse = (raw: Duplex, { body, headers = {}, status }: SimResponse): void => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")
  const bytes = Buffer.from(body)
  raw.write(`HTTP/1.1 ${status} Refused\r\n${lines}Connection: close\r\nContent-Length: ${bytes.length}\r\n\r\n`)
  raw.end(bytes)
}
