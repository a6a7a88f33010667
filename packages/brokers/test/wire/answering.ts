import * as Effect from "effect/Effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** A server that answers everything with one body: a page or JSON. */
export const answering = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly root: string; readonly close: () => void }>((resume) => {
      const server = createServer((request, response) => {
        request.resume()
        const type = body.startsWith("<") ? "text/html" : "application/json"
        response.writeHead(status, { "content-type": type, ...headers })
        response.end(body)
      })
      server.listen(0, "127.0.0.1", () => {
        // A server that listens on TCP has an address of this form.
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ root: `http://127.0.0.1:${port}`, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
