/**
 * Between an adapter and its simulator: everything passes both ways, and while it damages, each frame of a stream comes
 * after copies that are cut, have bytes changed, or are bytes and texts of no meaning. Whole WebSocket frames, all of them:
 * it is their content that is wrong.
 */
import { fromSeed, integer, type Random } from "@keepgaining/core/random/Random.ts"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingHttpHeaders, request } from "node:http"
import type { AddressInfo } from "node:net"
import { WebSocket, WebSocketServer } from "ws"

export interface DamagingRelay {
  readonly url: string
  damaging: boolean
  /** Damaged copies sent so far. */
  sent: number
}

const strangeTexts = [
  "",
  "null",
  "[]",
  "{}",
  "7",
  "\"\"",
  "{\"type\":\"order\"}",
  "{\"s\":\"ok\",\"orders\":[]}",
  "\u0000"
]

const copies = (random: Random, frame: Buffer, isBinary: boolean): ReadonlyArray<Buffer> => {
  const cut = frame.subarray(0, integer(random, frame.length + 1))
  const changed = Buffer.from(frame)
  for (let i = integer(random, 4); i >= 0 && changed.length > 0; i--) {
    // Text stays text: a frame of text with other bytes never leaves the WebSocket.
    changed[integer(random, changed.length)] = isBinary ? integer(random, 256) : 32 + integer(random, 95)
  }
  const strange = isBinary
    ? Buffer.from(Array.from({ length: integer(random, 500) }, () => integer(random, 256)))
    : Buffer.from(strangeTexts[integer(random, strangeTexts.length)] ?? "")
  const longer = Buffer.concat([frame, Buffer.from("{1")])
  return [cut, changed, strange, longer]
}

/** What a client's upgrade is sent on with: all but what belongs to the hop. */
const headersOf = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value !== "string" || /^(host|connection|upgrade|sec-websocket-.*)$/.test(name) ? [] : [[name, value]]
    )
  )

export const damagingRelay = (upstream: string, seed: number): Effect.Effect<DamagingRelay, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly relay: DamagingRelay; readonly stop: () => void }>((resume) => {
        const random = fromSeed(seed)
        const upgrades = new WebSocketServer({ noServer: true })
        const server = createServer((incoming, response) => {
          // The host stays the relay's, so that an address that the simulator gives leads here as well.
          const passed = request(new URL(incoming.url ?? "/", upstream), {
            method: incoming.method,
            headers: incoming.headers
          }, (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers)
            answer.pipe(response)
          })
          passed.on("error", () => response.destroy())
          incoming.pipe(passed)
        })
        server.on("upgrade", (incoming, raw, head) => {
          const address = new URL(incoming.url ?? "/", upstream.replace("http", "ws"))
          const far = new WebSocket(address, { headers: headersOf(incoming.headers) })
          far.on("error", () => raw.destroy())
          far.on("open", () =>
            upgrades.handleUpgrade(incoming, raw, head, (near) => {
              // `ws` gives one Buffer a message unless it is told otherwise.
              near.on("message", (data, isBinary) => far.send(data as Buffer, { binary: isBinary }))
              far.on("message", (data, isBinary) => {
                if (relay.damaging) {
                  for (const copy of copies(random, data as Buffer, isBinary)) {
                    near.send(copy, { binary: isBinary })
                    relay.sent++
                  }
                }
                near.send(data as Buffer, { binary: isBinary })
              })
              near.on("ping", () => far.ping())
              far.on("ping", () => near.ping())
              near.on("error", () => far.terminate())
              near.on("close", () => far.terminate())
              far.on("close", () => near.close())
            }))
        })
        const relay: DamagingRelay = { url: "", damaging: false, sent: 0 }
        server.listen(0, "127.0.0.1", () => {
          // A server that listens on a port has an address of this kind.
          const { port } = server.address() as AddressInfo
          const stop = (): void => {
            for (const near of upgrades.clients) near.terminate()
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ relay: Object.assign(relay, { url: `http://127.0.0.1:${port}` }), stop }))
        })
      }),
      ({ stop }) => Effect.sync(stop)
    ),
    ({ relay }) => relay
  )
