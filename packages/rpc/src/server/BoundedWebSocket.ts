import * as NodeWS from "@effect/platform-node/NodeWS"

/** Bytes that may wait for a client that does not read. Streams need far less: they wait for acknowledgements. */
const maxBuffered = 16 * 1024 * 1024

/** Largest frame that a client may send, bytes. */
export const maxPayload = 1024 * 1024

/**
 * A WebSocket that gives up on a client rather than on the server's memory: one that asks and asks and never reads the
 * answers is cut off.
 */
export class BoundedWebSocket extends NodeWS.WebSocket {
  // Declared as a property with the base's own overloads, which a method could only repeat by hand.
  override send: NodeWS.WebSocket["send"] = (...parameters: Array<unknown>) => {
    if (this.bufferedAmount > maxBuffered) {
      this.terminate()
      return
    }
    // The parameters are those of one of the overloads, since callers are checked against the type above.
    Reflect.apply(super.send, this, parameters)
  }
}
