/** Fyers' streams: quotes as HSM frames, and the account's orders, trades and positions as JSON. */
import { FYERS_PING, FYERS_PONG, FYERS_SUBSCRIBED, parseFyersRequest } from "../../fyers/FyersOrderFrame.ts"
import {
  hsmAuthAnswer,
  hsmDone,
  hsmType,
  readHsmChannels,
  readHsmControl,
  readHsmTopics
} from "../../fyers/HsmControl.ts"
import { HsmEncoder } from "../../fyers/HsmEncoder.ts"
import { HsmType } from "../../fyers/hsmFields.ts"
import { HsmMode } from "../../fyers/HsmTopic.ts"
import { FeedBatch } from "../../wire/FeedBatch.ts"
import { KeyTable } from "../../wire/KeyTable.ts"
import { MalformedFrame } from "../../wire/MalformedFrame.ts"
import type { BrokerStage } from "../BrokerStage.ts"
import { accountKey, type SimAccount } from "../exchange/SimAccount.ts"
import type { SimInstrument } from "../market/SimInstrument.ts"
import { writeQuote } from "../market/writeQuote.ts"
import type { SimNamelessSocketRoute, SimRequest, SimSocketRoute, SocketHandlers } from "../server/SimBroker.ts"
import type { SimSocket } from "../server/SimSocket.ts"
import { badToken } from "./fyersAnswers.ts"
import { hsmSession } from "./fyersLogin.ts"
import { orderFrame, positionFrame, tradeFrame } from "./fyersRows.ts"
import { fyersTopic } from "./fyersSymbols.ts"
import { hsmStreamConfig } from "./hsmStreamConfig.ts"

/** Bytes that may wait for a slow client before ticks are left out. */
const MOST_BACKLOG = 4_000_000
/** Acknowledgements that a client may owe before ticks are left out. */
const MOST_OWED = 4
/** A frame's length has 16 bits. */
const SNAPSHOTS_A_FRAME = 250

/** What flows on a channel of one connection. */
interface Channel {
  lite: boolean
  running: boolean
}

interface Topic {
  readonly name: string
  readonly of: SimInstrument
  readonly channel: number
}

interface Stream {
  readonly read: (bytes: Uint8Array) => void
  readonly stop: () => void
}

export interface FyersFeedOptions {
  /** Frames after which a client has to acknowledge; 0 = never, and then they carry no number. */
  readonly ackCount: number
}

export const fyersFeeds = (
  { exchange, market, sessions, skew }: BrokerStage,
  byToken: (request: SimRequest) => SimAccount | undefined,
  { ackCount }: FyersFeedOptions
): ReadonlyArray<SimSocketRoute | SimNamelessSocketRoute> => {
  const quoteTopics = market.instruments.flatMap((of) => {
    const topic = fyersTopic(of)
    return topic === undefined ? [] : [[topic, of] as const]
  })
  const keys = KeyTable.from(quoteTopics.map(([topic, of]) => [topic, of.index] as const))
  const byTopic = new Map(quoteTopics)
  for (const [topic, of] of quoteTopics) if (topic.startsWith("sf")) byTopic.set(`dp${topic.slice(2)}`, of)

  /** An authenticated connection. */
  const stream = (socket: SimSocket): Stream => {
    const encoder = new HsmEncoder(keys, ackCount > 0)
    const channels = new Map<number, Channel>()
    const topics = new Map<string, Topic>()
    const watched = new Map<SimInstrument, () => void>()
    const batch = new FeedBatch(64)
    let acknowledged = 0

    const channelOf = (number: number): Channel => {
      const known = channels.get(number)
      if (known !== undefined) return known
      const made = { lite: false, running: false }
      channels.set(number, made)
      return made
    }
    const write = ({ channel, name, of }: Topic): void => {
      const mode = name.startsWith("dp")
        ? HsmMode.depth
        : channelOf(channel).lite
        ? HsmMode.lite
        : name.startsWith("if")
        ? HsmMode.index
        : HsmMode.symbol
      writeQuote(batch, of, exchange.quote(of), mode, skew(), socket.losesPrice(of.instrument.symbol))
    }
    const flush = (): void => {
      if (batch.length > 0) socket.send(encoder.encode(batch))
      batch.clear()
    }
    const snapshots = (of: Iterable<Topic>): void => {
      for (const topic of of) {
        encoder.forget(topic.name)
        write(topic)
        if (batch.length >= SNAPSHOTS_A_FRAME) flush()
      }
      flush()
    }
    const stopTicks = exchange.onTick((of) => {
      if (!watched.has(of) || socket.backlog > MOST_BACKLOG) return
      if (ackCount > 0 && encoder.messageNumber - acknowledged >= MOST_OWED * ackCount) return
      for (const topic of topics.values()) {
        if (topic.of === of && channelOf(topic.channel).running) write(topic)
      }
      flush()
    })

    const read = (bytes: Uint8Array): void => {
      const control = readHsmControl(bytes)
      if (control instanceof MalformedFrame) return
      const { fields, type } = control
      switch (type) {
        case HsmType.subscribe: {
          const channel = fields.get(2)?.[0] ?? 0
          const added = readHsmTopics(control).flatMap((name): ReadonlyArray<Topic> => {
            const of = byTopic.get(name)
            return of === undefined ? [] : [{ name, of, channel }]
          })
          for (const topic of added) {
            topics.set(topic.name, topic)
            if (!watched.has(topic.of)) watched.set(topic.of, exchange.watch(topic.of))
          }
          socket.control(hsmDone(type))
          if (channelOf(channel).running) snapshots(added)
          return
        }
        case HsmType.unsubscribe:
          for (const name of readHsmTopics(control)) {
            const gone = topics.get(name)
            topics.delete(name)
            if (gone === undefined || [...topics.values()].some(({ of }) => of === gone.of)) continue
            watched.get(gone.of)?.()
            watched.delete(gone.of)
          }
          socket.control(hsmDone(type))
          return
        case HsmType.pause:
        case HsmType.resume: {
          socket.control(hsmDone(type))
          for (const number of readHsmChannels(control)) {
            const channel = channelOf(number)
            const starts = type === HsmType.resume && !channel.running
            channel.running = type === HsmType.resume
            if (starts) snapshots([...topics.values()].filter((topic) => topic.channel === number))
          }
          return
        }
        case HsmType.mode:
          for (const number of readHsmChannels(control)) channelOf(number).lite = fields.get(2)?.[0] === LITE
          socket.control(hsmDone(type))
          return
        case HsmType.ack:
          acknowledged = Buffer.from(fields.get(1) ?? new Uint8Array(4)).readUInt32BE(0)
          return
        // Pings are not answered: what the real server does with them is not known.
        default:
      }
    }
    return {
      read,
      stop: () => {
        stopTicks()
        for (const stop of watched.values()) stop()
      }
    }
  }

  const ticks: SimNamelessSocketRoute = {
    path: "/hsm/v1-5/prod",
    operation: "market-feed",
    openNameless: (socket): SocketHandlers => {
      let opened: Stream | undefined
      return {
        onBinary: (bytes) => {
          if (opened !== undefined) return opened.read(bytes)
          const control = hsmType(bytes) === HsmType.auth ? readHsmControl(bytes) : undefined
          if (control === undefined || control instanceof MalformedFrame) return
          const account = sessions.accountOf(hsmSession(new TextDecoder().decode(control.fields.get(1))))
          if (account === undefined) {
            socket.control(hsmAuthAnswer({ accepted: false, ackCount: 0, config: undefined }))
            return
          }
          socket.belongsTo(account.userId)
          opened = stream(socket)
          socket.control(hsmAuthAnswer({ accepted: true, ackCount, config: hsmStreamConfig }))
        },
        onClose: () => opened?.stop()
      }
    }
  }

  const orders: SimSocketRoute = {
    path: "/trade/v3",
    operation: "order-feed",
    admit: (request) => byToken(request) ?? badToken(),
    open: (socket, account) => {
      const own = accountKey("fyers", account.userId)
      const wanted = new Set<string>()
      const stopOrders = exchange.onOrder(({ order, trade }) => {
        if (order.account !== own) return
        if (wanted.has("orders")) socket.send(JSON.stringify(orderFrame(order)))
        if (trade === undefined) return
        if (wanted.has("trades")) socket.send(JSON.stringify(tradeFrame(trade)))
        const position = account.positions.get(`${order.of.index}|${order.product}`)
        if (wanted.has("positions") && position !== undefined) {
          socket.send(JSON.stringify(positionFrame(position, exchange.quote(order.of))))
        }
      })
      return {
        onText: (text) => {
          if (text === FYERS_PING) return socket.control(FYERS_PONG)
          const request = parseFyersRequest(text)
          if (!("SLIST" in request)) return
          for (const topic of request.SLIST) {
            if (request.SUB_T === 1) wanted.add(topic)
            else wanted.delete(topic)
          }
          const message = request.SUB_T === 1 ? "Successfully subscribed" : "Successfully unsubscribed"
          socket.control(JSON.stringify({ code: FYERS_SUBSCRIBED, message, s: "ok" }))
        },
        onClose: stopOrders
      }
    }
  }

  return [ticks, orders]
}

/** `L`. */
const LITE = 0x4c
