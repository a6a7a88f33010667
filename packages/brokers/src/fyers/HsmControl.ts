/**
 * Control frames of Fyers' HSM socket, both ways: `u16 length, u8 type, u8 count`, then fields of `u8 id, u16 length,
 * bytes`.
 */
import { u16 } from "../wire/BigEndian.ts"
import { MalformedFrame } from "../wire/MalformedFrame.ts"
import { HsmType } from "./hsmFields.ts"

/** Topics that one subscription may name. */
export const HSM_TOPICS_A_FRAME = 1_500
export const HSM_PING_SECONDS = 30

export interface HsmControl {
  /** One of {@link HsmType}, or a number that Fyers added since. */
  readonly type: number
  /** Bytes by field id. */
  readonly fields: ReadonlyMap<number, Uint8Array>
}

type Field = readonly [id: number, value: Uint8Array]

export const encodeHsmControl = (type: number, fields: ReadonlyArray<Field>): Uint8Array => {
  const parts = fields.map(([id, value]) =>
    Buffer.concat([Buffer.of(id, value.length >> 8, value.length & 0xff), value])
  )
  const frame = Buffer.concat([Buffer.of(0, 0, type, fields.length), ...parts])
  frame.writeUInt16BE(frame.length - 2 & 0xffff, 0)
  return frame
}

/** The type of any frame; -1 when it is too short to have one. */
export const hsmType = (frame: Uint8Array): number => frame[2] ?? -1

export const readHsmControl = (frame: Uint8Array): HsmControl | MalformedFrame => {
  const malformed = (offset: number, problem: string) =>
    new MalformedFrame({ protocol: "Fyers HSM", length: frame.length, offset, problem })
  const type = hsmType(frame)
  const fields = new Map<number, Uint8Array>()
  if (type === -1) return malformed(0, "there is no type")
  // The ping is the one frame without a count of fields.
  const count = frame[3] ?? 0
  let at = 4
  for (let i = 0; i < count; i++) {
    const id = frame[at]
    const start = at + 3
    if (id === undefined || start > frame.length) return malformed(at, `field ${i + 1} of ${count} is missing`)
    const end = start + u16(frame, at + 1)
    if (end > frame.length) return malformed(at, `field ${i + 1} of ${count} is cut short`)
    fields.set(id, frame.subarray(start, end))
    at = end
  }
  return { type, fields }
}

/** `hsmKey` from the access token's `hsm_key`. The field 3 asks for the stream configuration. */
export const hsmAuth = (hsmKey: string, source: string): Uint8Array =>
  encodeHsmControl(HsmType.auth, [
    [1, Buffer.from(hsmKey)],
    [2, Buffer.from("P")],
    [3, Buffer.of(1)],
    [4, Buffer.from(source)]
  ])

export interface HsmAuthAnswer {
  readonly accepted: boolean
  /** How many frames go by before one must be acknowledged; 0 for never, and then frames carry no number. */
  readonly ackCount: number
  /** JSON of the stream configuration. */
  readonly config: string | undefined
}

export const readHsmAuthAnswer = ({ fields }: HsmControl): HsmAuthAnswer => {
  const ack = fields.get(2)
  const config = fields.get(3)
  return {
    accepted: fields.get(1)?.[0] === 0x4b,
    ackCount: ack === undefined || ack.length < 4 ? 0 : Buffer.from(ack).readUInt32BE(0),
    config: config === undefined ? undefined : new TextDecoder().decode(config)
  }
}

/** For the simulator. */
export const hsmAuthAnswer = (answer: HsmAuthAnswer): Uint8Array => {
  const ack = Buffer.alloc(4)
  ack.writeUInt32BE(answer.ackCount)
  const fields: Array<Field> = [[1, Buffer.from(answer.accepted ? "K" : "N")], [2, ack]]
  if (answer.config !== undefined) fields.push([3, Buffer.from(answer.config)])
  return encodeHsmControl(HsmType.auth, fields)
}

/** The server's "done" to a control frame of that type; for the simulator. */
export const hsmDone = (type: number): Uint8Array => encodeHsmControl(type, [[1, Buffer.from("K")]])

const topicList = (topics: ReadonlyArray<string>): Uint8Array => {
  const count = Buffer.alloc(2)
  count.writeUInt16BE(topics.length)
  return Buffer.concat([
    count,
    ...topics.flatMap((topic) => [Buffer.of(Buffer.byteLength(topic)), Buffer.from(topic)])
  ])
}

/** At most {@link HSM_TOPICS_A_FRAME} topics. Channels are 0 to 63; data flows on those that were resumed. */
export const hsmSubscribe = (topics: ReadonlyArray<string>, channel: number): Uint8Array =>
  encodeHsmControl(HsmType.subscribe, [[1, topicList(topics)], [2, Buffer.of(channel)]])

export const hsmUnsubscribe = (topics: ReadonlyArray<string>, channel: number): Uint8Array =>
  encodeHsmControl(HsmType.unsubscribe, [[1, topicList(topics)], [2, Buffer.of(channel)]])

/** Topics of a (un)subscription; for the simulator. A list that is cut short ends where it does. */
export const readHsmTopics = ({ fields }: HsmControl): ReadonlyArray<string> => {
  const list = fields.get(1)
  const topics: Array<string> = []
  if (list === undefined || list.length < 2) return topics
  const count = u16(list, 0)
  let at = 2
  for (let i = 0; i < count; i++) {
    const length = list[at]
    if (length === undefined || at + 1 + length > list.length) break
    topics.push(new TextDecoder().decode(list.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
  return topics
}

const channelMask = (channels: ReadonlyArray<number>): Uint8Array => {
  const mask = Buffer.alloc(8)
  mask.writeBigUInt64BE(channels.reduce((bits, channel) => bits | 1n << BigInt(channel & 63), 0n))
  return mask
}

/** Channels that a pause, a resumption or a mode is for; for the simulator. */
export const readHsmChannels = ({ fields }: HsmControl): ReadonlyArray<number> => {
  const mask = fields.get(1)
  if (mask === undefined || mask.length < 8) return []
  const bits = Buffer.from(mask).readBigUInt64BE(0)
  return Array.from({ length: 64 }, (_, channel) => channel).filter((channel) => (bits >> BigInt(channel) & 1n) === 1n)
}

export const hsmPause = (channels: ReadonlyArray<number>): Uint8Array =>
  encodeHsmControl(HsmType.pause, [[1, channelMask(channels)]])

export const hsmResume = (channels: ReadonlyArray<number>): Uint8Array =>
  encodeHsmControl(HsmType.resume, [[1, channelMask(channels)]])

export const hsmMode = (mode: "full" | "lite", channels: ReadonlyArray<number>): Uint8Array =>
  encodeHsmControl(HsmType.mode, [[1, channelMask(channels)], [2, Buffer.from(mode === "full" ? "F" : "L")]])

export const hsmAck = (messageNumber: number): Uint8Array => {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(messageNumber)
  return encodeHsmControl(HsmType.ack, [[1, number]])
}

export const hsmPing = (): Uint8Array => Uint8Array.of(0, 1, HsmType.ping)
