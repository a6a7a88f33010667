import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Effect from "effect/Effect"
import * as http from "node:http"

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** A request exactly as given: no header is added, no redirect followed, no path tidied up. */
export const request = (
  port: number,
  method: string,
  path: string,
  options: { readonly headers?: http.OutgoingHttpHeaders; readonly body?: string | Buffer } = {}
): Effect.Effect<Answer> =>
  Effect.callback<Answer>((resume) => {
    const sent = http.request({ host: "127.0.0.1", port, method, path, headers: options.headers ?? {} }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resume(Effect.succeed({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8")
        })))
    })
    sent.on("error", (error) => resume(Effect.succeed({ status: 0, headers: {}, body: String(error) })))
    sent.end(options.body)
  })

export const json = (body: unknown) => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body)
})

/** `name=value` of the cookie that the answer sets. */
export const cookieOf = (answer: Answer): string => answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? ""

/** A frame as the server sends it, read field by field by the tests. */
export interface Frame {
  readonly _tag: string
  readonly requestId?: string | number
  readonly values?: ReadonlyArray<unknown>
  readonly exit?: { readonly _tag: string; readonly value?: unknown; readonly cause?: unknown }
}

export interface RawSocket {
  readonly socket: NodeWS.WebSocket
  readonly frames: Array<Frame>
  readonly send: (frame: unknown) => void
  /** The first frame that fits, waited for. */
  readonly find: (fits: (frame: Frame) => boolean) => Effect.Effect<Frame>
  readonly call: (
    id: number,
    tag: string,
    payload?: unknown,
    headers?: ReadonlyArray<readonly [string, string]>
  ) => Effect.Effect<Frame>
}

/** A WebSocket without any client of ours; fails with the HTTP status of a refused upgrade. */
export const rawSocket = (port: number, headers: Record<string, string> = {}) =>
  Effect.acquireRelease(
    Effect.callback<RawSocket, number>((resume) => {
      const socket = new NodeWS.WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers })
      const frames: Array<Frame> = []
      socket.on("message", (data) => {
        const frame = JSON.parse(String(data))
        frames.push(...(Array.isArray(frame) ? frame : [frame]))
      })
      const send = (frame: unknown) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame))
      const find = (fits: (frame: Frame) => boolean) =>
        Effect.gen(function*() {
          while (true) {
            const found = frames.find(fits)
            if (found !== undefined) return found
            yield* Effect.sleep(5)
          }
        })
      socket.on("error", () => {})
      socket.on("unexpected-response", (_request, response) => resume(Effect.fail(response.statusCode ?? 0)))
      socket.on("open", () =>
        resume(Effect.succeed({
          socket,
          frames,
          send,
          find,
          call: (id, tag, payload = null, headers = []) =>
            Effect.suspend(() => {
              send({ _tag: "Request", id, tag, payload, headers })
              return find((frame) => frame._tag === "Exit" && frame.requestId === id)
            })
        })))
    }),
    ({ socket }) => Effect.sync(() => socket.terminate())
  )
