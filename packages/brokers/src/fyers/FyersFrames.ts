/**
 * Frames of one connection to Fyers' data socket: data, and the answers to control frames. The answer to who we are says
 * whether data is numbered, and topics begin anew with it.
 */
import type { BrokerInstrument } from "../port/BrokerInstruments.ts"
import { capabilities, type MessageNumbers } from "../port/Capabilities.ts"
import type { FrameDecoder } from "../port/FrameDecoder.ts"
import { FeedBatch } from "../wire/FeedBatch.ts"
import { KeyTable } from "../wire/KeyTable.ts"
import { MalformedFrame } from "../wire/MalformedFrame.ts"
import { type HsmAuthAnswer, hsmType, readHsmAuthAnswer, readHsmControl } from "./HsmControl.ts"
import { HsmDecoder } from "./HsmDecoder.ts"
import { HsmType } from "./hsmFields.ts"
import { topicOfIndex, topicOfToken } from "./HsmTopic.ts"

export interface FyersTopics {
  /** Of an index its only one. */
  readonly quotes: string | undefined
  readonly depth: string | undefined
}

export class FyersFrames implements FrameDecoder {
  readonly #names: ReadonlyMap<string, string>
  readonly #onAnswer: (answer: HsmAuthAnswer) => void
  readonly #numbers: MessageNumbers
  readonly #keys = new KeyTable()
  readonly #batch = new FeedBatch(256)
  #decoder = new HsmDecoder(this.#keys, false)
  #heartbeats = 0
  #badControls = 0
  /** Frames of data after which one must be acknowledged; 0 for never. */
  ackCount = 0

  /** `names`: of indices on the socket, by Fyers' symbol. */
  constructor(
    names: ReadonlyMap<string, string>,
    onAnswer: (answer: HsmAuthAnswer) => void = () => undefined,
    numbers: MessageNumbers = capabilities.fyers.messageNumbers ?? "by ack count"
  ) {
    this.#names = names
    this.#onAnswer = onAnswer
    this.#numbers = numbers
  }

  topicsOf({ instrument, token, tradingSymbol }: BrokerInstrument): FyersTopics {
    if (instrument.kind !== "index") return { quotes: topicOfToken("sf", token), depth: topicOfToken("dp", token) }
    const name = this.#names.get(tradingSymbol) ?? tradingSymbol.replace(/^.*:|-INDEX$/g, "")
    return { quotes: topicOfIndex(instrument.exchange === "NSE" ? "nse_cm" : "bse_cm", name), depth: undefined }
  }

  expect(topics: ReadonlyArray<string>, instrument: number): void {
    for (const topic of topics) this.#keys.add(topic, instrument)
  }

  readonly learn = (instruments: ReadonlyArray<BrokerInstrument>): void => {
    for (const of of instruments) {
      const { depth, quotes } = this.topicsOf(of)
      this.expect([quotes, depth].filter((topic) => topic !== undefined), of.index)
    }
  }

  readonly decode = (frame: Uint8Array, receivedAt: number): FeedBatch => {
    this.#batch.clear()
    if (hsmType(frame) === HsmType.data) this.#decoder.decode(frame, receivedAt, this.#batch)
    else this.#control(frame)
    return this.#batch
  }

  /** Number of the frame of data read last; 0 when they are not numbered. */
  get messageNumber(): number {
    return this.#decoder.messageNumber
  }

  /** Records about topics that nobody asked for, or whose first values were lost. */
  get strangers(): number {
    return this.#decoder.counters.unknownInstruments
  }

  readonly counters = this.#counters()

  #counters(): FrameDecoder["counters"] {
    // Getters of an object literal have no `this` of the class.
    const counted = () => this.#decoder.counters
    const heartbeats = () => this.#heartbeats
    const badControls = () => this.#badControls
    return {
      get frames() {
        return counted().frames
      },
      get heartbeats() {
        return heartbeats()
      },
      get malformed() {
        return badControls() + counted().droppedFrames + counted().badPackets
      }
    }
  }

  #control(frame: Uint8Array): void {
    const control = readHsmControl(frame)
    if (control instanceof MalformedFrame) this.#badControls++
    else if (control.type === HsmType.auth) {
      const answer = readHsmAuthAnswer(control)
      this.ackCount = answer.ackCount
      const isNumbered = this.#numbers === "always" || (this.#numbers === "by ack count" && answer.ackCount > 0)
      this.#decoder = new HsmDecoder(this.#keys, isNumbered)
      this.#onAnswer(answer)
    } else this.#heartbeats++
  }
}
