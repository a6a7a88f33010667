/** The smallest server of a stream, for an official SDK that parses only what comes over its own socket. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AddressInfo } from "node:net"
import { type WebSocket, WebSocketServer } from "ws"

export interface FrameServer {
  readonly url: string
  /** To everybody who is connected, in order. */
  readonly send: (frame: Uint8Array | string) => void
}

/** `answer`: what a binary frame of the client's is answered with. Stopped with its scope. */
export const frameServer = (
  answer: (frame: Uint8Array) => ReadonlyArray<Uint8Array> = () => []
): Effect.Effect<FrameServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<WebSocketServer>((resume) => {
        const server = new WebSocketServer({ host: "127.0.0.1", port: 0 })
        server.on("listening", () => resume(Effect.succeed(server)))
        server.on("connection", (socket: WebSocket) => {
          socket.on("message", (data, isBinary) => {
            // `ws` gives one Buffer a message unless it is told otherwise.
            if (isBinary) { for (const frame of answer(data as Buffer)) socket.send(frame) }
          })
        })
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          for (const socket of server.clients) socket.terminate()
          server.close(() => resume(Effect.void))
        })
    ),
    (server) => ({
      // A server that listens on a port has an address of this kind.
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      send: (frame) => {
        for (const socket of server.clients) socket.send(frame)
      }
    })
  )
