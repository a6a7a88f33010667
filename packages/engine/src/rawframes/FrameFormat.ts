/**
 * A recording of undecoded frames as bytes. A segment is a mark of its version and records behind each other:
 *
 * ```
 * "kgframe1" | record | record | ...
 * record: u32 crc32 of all that follows in it | u32 bytes of payload | f64 time | u8 kind | 3 zeros | payload
 * ```
 *
 * Little endian; times are epoch ms. Nothing ends a segment: it may be cut behind any record.
 */
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { Instrument } from "@keepgaining/core/market/Instrument.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { crc32 } from "node:zlib"

const MAGIC = new TextEncoder().encode("kgframe1")
export const RECORD_HEAD = 20
/** The largest payload that is believed: more than any frame that a socket takes. */
export const MOST_PAYLOAD = 32 * 1024 * 1024

/** What every segment starts with. */
export const segmentHead: Uint8Array = MAGIC

export const RecordKind = {
  /** Whose frames these are: {@link About} as JSON, first in every segment. */
  about: 1,
  /** What was subscribed by then: {@link Subscribed} as JSON, whole; before the first frame that may need it. */
  instruments: 2,
  /** A connection was opened: decoders begin anew. */
  connection: 3,
  /** As it came. */
  frame: 4,
  /** Frames were left out here for want of room; how many, u32. */
  shed: 5
} as const
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind]

export const About = Schema.Struct({ broker: Broker, account: Schema.String })
export type About = typeof About.Type

/** As the broker and as the session know it. */
export const Subscribed = Schema.Struct({
  instrument: Instrument,
  token: Schema.String,
  tradingSymbol: Schema.String
})
export type Subscribed = typeof Subscribed.Type

const AboutJson = Schema.fromJsonString(About)
const SubscribedJson = Schema.fromJsonString(Schema.Array(Subscribed))

export const encodeAbout = (about: About): Uint8Array => new TextEncoder().encode(Schema.encodeSync(AboutJson)(about))

export const encodeSubscribed = (subscribed: ReadonlyArray<Subscribed>): Uint8Array =>
  new TextEncoder().encode(Schema.encodeSync(SubscribedJson)(subscribed))

/** Writes a record at `position` of `into`, which must have {@link RECORD_HEAD} and the payload there; answers its end. */
export const encodeRecord = (
  kind: RecordKind,
  time: number,
  payload: Uint8Array,
  into: Uint8Array,
  position: number
): number => {
  const view = new DataView(into.buffer, into.byteOffset + position, RECORD_HEAD)
  const end = position + RECORD_HEAD + payload.byteLength
  view.setUint32(4, payload.byteLength, true)
  view.setFloat64(8, time, true)
  view.setUint32(16, kind, true)
  into.set(payload, position + RECORD_HEAD)
  view.setUint32(0, crc32(into.subarray(position + 4, end)), true)
  return end
}

export const recordOf = (kind: RecordKind, time: number, payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(RECORD_HEAD + payload.byteLength)
  encodeRecord(kind, time, payload, bytes, 0)
  return bytes
}

export const encodeShed = (count: number): Uint8Array => {
  const payload = new Uint8Array(4)
  new DataView(payload.buffer).setUint32(0, Math.min(count, 0xffff_ffff), true)
  return payload
}

/** The payloads view the segment's bytes. */
export type FrameRecord =
  | { readonly _tag: "About"; readonly time: number; readonly about: About }
  | { readonly _tag: "Instruments"; readonly time: number; readonly subscribed: ReadonlyArray<Subscribed> }
  | { readonly _tag: "Connection"; readonly time: number }
  | { readonly _tag: "Frame"; readonly time: number; readonly frame: Uint8Array }
  | { readonly _tag: "Shed"; readonly time: number; readonly count: number }
  /** Bytes that are no record; reading goes on behind them. */
  | { readonly _tag: "Damage"; readonly offset: number; readonly bytes: number }

/** Where the record at that place ends; -1 when there is no sound one. */
const soundEnd = (bytes: Uint8Array, view: DataView, at: number): number => {
  if (at + RECORD_HEAD > bytes.byteLength) return -1
  const kind = view.getUint32(at + 16, true)
  const length = view.getUint32(at + 4, true)
  if (kind < RecordKind.about || kind > RecordKind.shed || length > MOST_PAYLOAD) return -1
  const end = at + RECORD_HEAD + length
  return end <= bytes.byteLength && crc32(bytes.subarray(at + 4, end)) === view.getUint32(at, true) ? end : -1
}

const decoded = (kind: number, time: number, payload: Uint8Array): FrameRecord | undefined => {
  switch (kind) {
    case RecordKind.about: {
      const about = Schema.decodeUnknownResult(AboutJson)(new TextDecoder().decode(payload))
      return Result.isSuccess(about) ? { _tag: "About", time, about: about.success } : undefined
    }
    case RecordKind.instruments: {
      const subscribed = Schema.decodeUnknownResult(SubscribedJson)(new TextDecoder().decode(payload))
      return Result.isSuccess(subscribed) ? { _tag: "Instruments", time, subscribed: subscribed.success } : undefined
    }
    case RecordKind.connection:
      return { _tag: "Connection", time }
    case RecordKind.frame:
      return { _tag: "Frame", time, frame: payload }
    default:
      return payload.byteLength === 4
        ? {
          _tag: "Shed",
          time,
          count: new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)
        }
        : undefined
  }
}

/** The records of a segment in order, whatever happened to it. */
export function* readRecords(bytes: Uint8Array): Generator<FrameRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isOurs = MAGIC.every((byte, i) => bytes[i] === byte)
  let at = isOurs ? MAGIC.byteLength : 0
  let badSince = isOurs || bytes.byteLength === 0 ? -1 : 0
  while (at < bytes.byteLength) {
    const end = soundEnd(bytes, view, at)
    const record = end < 0
      ? undefined
      : decoded(view.getUint32(at + 16, true), view.getFloat64(at + 8, true), bytes.subarray(at + RECORD_HEAD, end))
    if (record === undefined) {
      if (badSince < 0) badSince = at
      at++
      continue
    }
    if (badSince >= 0) yield { _tag: "Damage", offset: badSince, bytes: at - badSince }
    badSince = -1
    yield record
    at = end
  }
  if (badSince >= 0) yield { _tag: "Damage", offset: badSince, bytes: bytes.byteLength - badSince }
}

const SEGMENT = /^frames-(\d{6})\.kgf$/

export const segmentName = (number: number): string => `frames-${String(number).padStart(6, "0")}.kgf`

/** Number in a segment's name; `undefined` for other files. */
export const segmentNumber = (name: string): number | undefined => {
  const found = SEGMENT.exec(name)?.[1]
  return found === undefined ? undefined : Number(found)
}
