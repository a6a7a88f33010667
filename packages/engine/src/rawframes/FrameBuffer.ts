/**
 * Frames of one account between its socket's callback, which cannot wait, and the disk. What finds no room is left out and
 * counted, and the recording says where.
 */
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { istDay } from "@keepgaining/core/market/IndianTime.ts"
import { encodeRecord, encodeShed, encodeSubscribed, RECORD_HEAD, RecordKind } from "./FrameFormat.ts"

const INITIAL_BYTES = 64 * 1024

/** What an account's feed is asked for. */
export interface Subscriptions {
  readonly subscribed: ReadonlyMap<BrokerInstrument, unknown>
  /** Changes whenever that does. */
  readonly subscriptions: number
}

/** Records of one Indian day, encoded. */
export interface FrameChunk {
  readonly day: number
  readonly bytes: Uint8Array
  readonly frames: number
  /** Whether a connection began in it. */
  readonly begins: boolean
}

interface Part {
  readonly day: number
  readonly from: number
  frames: number
  begins: boolean
}

const nothing = new Uint8Array(0)

export class FrameBuffer {
  readonly capacity: number
  /** Called when so much waits that it should be written soon. */
  readonly #onFilling: () => void
  #filling: Uint8Array<ArrayBuffer>
  #spare: Uint8Array<ArrayBuffer>
  #filled = 0
  #parts: Array<Part> = []
  #connection = -1
  #instruments: Uint8Array = nothing
  #known = -1
  #untoldInstruments = false
  #untoldConnection = false
  #untoldShed = 0
  frames = 0
  shed = 0

  constructor(capacity: number, onFilling: () => void) {
    this.capacity = capacity
    this.#onFilling = onFilling
    this.#filling = new Uint8Array(Math.min(capacity, INITIAL_BYTES))
    this.#spare = new Uint8Array(this.#filling.byteLength)
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#filled
  }

  /** Everything that was subscribed so far, as the last frame needed it. */
  get instruments(): Uint8Array {
    return this.#instruments
  }

  /** The frame may be used again at once. `connection`: which one it came on; each has its own number. */
  add(
    frame: Uint8Array,
    receivedAt: number,
    connection: number,
    account: Subscriptions
  ): void {
    if (connection !== this.#connection) {
      this.#connection = connection
      this.#untoldConnection = true
    }
    if (account.subscriptions !== this.#known) {
      this.#known = account.subscriptions
      this.#instruments = encodeSubscribed(
        Array.from(
          account.subscribed.keys(),
          ({ instrument, token, tradingSymbol }) => ({ instrument, token, tradingSymbol })
        )
      )
      this.#untoldInstruments = true
    }
    const needed = RECORD_HEAD + frame.byteLength +
      (this.#untoldInstruments ? RECORD_HEAD + this.#instruments.byteLength : 0) +
      (this.#untoldConnection ? RECORD_HEAD : 0) + (this.#untoldShed > 0 ? RECORD_HEAD + 4 : 0)
    if (!this.#hasRoom(needed)) {
      this.#shed(1)
      return
    }
    const day = istDay(receivedAt)
    let part = this.#parts.at(-1)
    if (part?.day !== day) {
      part = { day, from: this.#filled, frames: 0, begins: false }
      this.#parts.push(part)
    }
    if (this.#untoldShed > 0) this.#put(RecordKind.shed, receivedAt, encodeShed(this.#untoldShed))
    const begins = this.#untoldConnection
    if (begins) this.#put(RecordKind.connection, receivedAt, nothing)
    if (this.#untoldInstruments) this.#put(RecordKind.instruments, receivedAt, this.#instruments)
    this.#untoldShed = 0
    this.#untoldConnection = false
    this.#untoldInstruments = false
    this.#put(RecordKind.frame, receivedAt, frame)
    part.frames++
    part.begins ||= begins
    this.frames++
    if (this.#filled > this.capacity / 4) this.#onFilling()
  }

  /** It could not be kept: the next frame says so, and what the chunk had told besides. */
  lose({ begins, frames }: FrameChunk): void {
    this.frames -= frames
    this.#untoldConnection ||= begins
    this.#untoldInstruments = true
    this.#shed(frames)
  }

  /** What waits, in order. The bytes are good until the call after the next one. */
  take(): ReadonlyArray<FrameChunk> {
    const bytes = this.#filling
    const chunks = this.#parts.map(({ begins, day, frames, from }, i) => ({
      day,
      frames,
      begins,
      bytes: bytes.subarray(from, this.#parts[i + 1]?.from ?? this.#filled)
    }))
    this.#filling = this.#spare
    this.#spare = bytes
    this.#filled = 0
    this.#parts = []
    return chunks
  }

  #shed(frames: number): void {
    this.shed += frames
    this.#untoldShed += frames
  }

  #put(kind: RecordKind, time: number, payload: Uint8Array): void {
    this.#filled = encodeRecord(kind, time, payload, this.#filling, this.#filled)
  }

  #hasRoom(bytes: number): boolean {
    const wanted = this.#filled + bytes
    if (wanted <= this.#filling.byteLength) return true
    if (wanted > this.capacity) return false
    const wider = new Uint8Array(Math.min(this.capacity, Math.max(wanted, this.#filling.byteLength * 2)))
    wider.set(this.#filling.subarray(0, this.#filled))
    this.#filling = wider
    return true
  }
}
