/** Cuts what a PostgreSQL client writes into whole messages, and answers what PGlite knows nothing of. */

const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
const CANCEL_REQUEST = 80_877_102
const TERMINATE = 0x58

export interface Received {
  /** Whole messages for the database, back to back; empty when there are none yet. */
  readonly forward: Uint8Array
  /** To be answered to the client at once. */
  readonly answer: Uint8Array | undefined
  /** The client has said goodbye, or only wanted to cancel (nothing can be cancelled: one statement runs at a time). */
  readonly closing: boolean
}

const nothing = new Uint8Array(0)

export class FrontendMessages {
  #rest: Buffer = Buffer.alloc(0)
  #started = false

  receive(bytes: Uint8Array): Received {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let buffer = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let answer: Uint8Array | undefined
    let end = 0
    while (!this.#started && buffer.byteLength >= 8) {
      const length = buffer.readInt32BE(0)
      const code = buffer.readInt32BE(4)
      if (code === SSL_REQUEST || code === GSS_REQUEST) {
        // "N": not here; the client goes on in the clear, which never leaves the process.
        answer = Buffer.from("N")
        buffer = buffer.subarray(8)
      } else if (code === CANCEL_REQUEST) return { forward: nothing, answer, closing: true }
      else if (buffer.byteLength < length) break
      else {
        this.#started = true
        end = length
      }
    }
    let closing = false
    while (this.#started && buffer.byteLength - end >= 5) {
      if (buffer[end] === TERMINATE) {
        closing = true
        break
      }
      const length = buffer.readInt32BE(end + 1) + 1
      if (buffer.byteLength - end < length) break
      end += length
    }
    this.#rest = buffer.subarray(end)
    return { forward: buffer.subarray(0, end), answer, closing }
  }
}
