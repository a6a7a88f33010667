/**
 * JSON, one message a WebSocket frame, for a server that anybody may throw anything at. The stock parser hands on
 * whatever JSON it got, and the protocol behind it takes the shape for granted; here a frame that is no message becomes a
 * request for nothing, which is answered by an error and leaves the connection as it was.
 */
import * as Layer from "effect/Layer"
import type { FromServerEncoded } from "effect/rpc/RpcMessage"
import * as RpcSerialization from "effect/rpc/RpcSerialization"

/** Most calls and streams that one connection may have open. */
const maxInFlight = 256

const isId = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number"

const isHeader = (value: unknown): value is [string, string] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && typeof value[1] === "string"

const isHex = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{16,32}$/.test(value)

/** Reads the frames of one connection. */
const makeParser = (): RpcSerialization.Parser => {
  // The protocol takes a second request with the id of a running one for a broken connection and ends it.
  const inFlight = new Set<string | number>()

  /** Asked for by no contract, so it is answered with "unknown request", naming the reason. */
  const nonsense = (why: string) => ({ _tag: "Request", id: "refused", tag: `(${why})`, payload: null, headers: [] })

  /** The message with nothing in it but what the protocol knows, each of the type that it expects. */
  const sanitise = (frame: unknown): unknown => {
    if (typeof frame !== "object" || frame === null || Array.isArray(frame)) return nonsense("not a message")
    // Read field by field below, each checked before it is used.
    const message = frame as Record<string, unknown>
    switch (message["_tag"]) {
      case "Request": {
        const id = message["id"]
        if (!isId(id) || typeof message["tag"] !== "string") return nonsense("request without id or tag")
        if (inFlight.has(id)) return nonsense(`request id ${id} is in use`)
        if (inFlight.size >= maxInFlight) return nonsense(`more than ${maxInFlight} requests at once`)
        inFlight.add(id)
        const headers = Array.isArray(message["headers"]) ? message["headers"].filter(isHeader) : []
        const traced = isHex(message["traceId"]) && isHex(message["spanId"])
        return {
          _tag: "Request",
          id,
          tag: message["tag"],
          payload: message["payload"] ?? null,
          headers: headers.filter(([name]) => name.toLowerCase() === "authorization"),
          ...(traced
            ? { traceId: message["traceId"], spanId: message["spanId"], sampled: message["sampled"] === true }
            : {})
        }
      }
      case "Ack":
        return isId(message["requestId"])
          ? { _tag: "Ack", requestId: message["requestId"] }
          : nonsense("ack without id")
      case "Interrupt":
        return isId(message["requestId"])
          ? { _tag: "Interrupt", requestId: message["requestId"], interruptors: [] }
          : nonsense("interrupt without id")
      case "Ping":
        return { _tag: "Ping" }
      default:
        return nonsense("unknown message")
    }
  }

  return {
    decode: (data) => {
      let frame: unknown
      try {
        frame = JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data))
      } catch {
        return [nonsense("not JSON")]
      }
      return Array.isArray(frame) ? frame.map(sanitise) : [sanitise(frame)]
    },
    encode: (response) => {
      // The server only ever encodes its own messages; an `Exit` is the last one of a request.
      const message = response as FromServerEncoded
      if (message._tag === "Exit") inFlight.delete(message.requestId)
      return JSON.stringify(message)
    }
  }
}

/** The same wire format as `RpcSerialization.layerJson`, which clients use. */
export const layer: Layer.Layer<RpcSerialization.RpcSerialization> = Layer.succeed(
  RpcSerialization.RpcSerialization,
  RpcSerialization.RpcSerialization.of({ ...RpcSerialization.json, makeUnsafe: makeParser })
)
