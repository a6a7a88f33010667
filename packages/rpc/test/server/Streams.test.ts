import { assert, describe, it } from "@effect/vitest"
import { paise } from "@keepgaining/core/market/Money.ts"
import * as Effect from "effect/Effect"
import { type RawSocket, rawSocket, request } from "../support/Http.ts"
import { serve } from "../support/TestServer.ts"
import { TestSession } from "../support/TestSession.ts"

interface WireFrame {
  readonly ids: ReadonlyArray<number>
  readonly values: ReadonlyArray<number>
}

const open = Effect.fnUntraced(function*(session: TestSession) {
  const server = yield* serve(session)
  return { server, socket: yield* rawSocket(server.port, { authorization: `Bearer ${yield* server.token("view")}` }) }
})

const chunksOf = (socket: RawSocket, id: number) =>
  socket.frames.filter((frame) => frame._tag === "Chunk" && frame.requestId === id)

const chunk = Effect.fnUntraced(function*(socket: RawSocket, id: number, nth: number) {
  while (chunksOf(socket, id).length <= nth) yield* Effect.sleep(5)
  // The loop above waited until it is there; what the tests ask for are streams of the type that they name.
  return chunksOf(socket, id)[nth]!.values!
})

const quotesChunk = (socket: RawSocket, id: number, nth: number) =>
  Effect.map(chunk(socket, id, nth), ([frame]) => frame as WireFrame)

const candle = (start: number, close: number, ticks = 1) => ({
  instrument: 0,
  interval: "1m" as const,
  start,
  end: start + 60_000,
  open: paise(close),
  high: paise(close),
  low: paise(close),
  close: paise(close),
  volume: 1,
  openInterest: 0,
  vwap: close,
  ticks
})

describe("Streams", () => {
  it.live("a frame holds what changed since the client's previous one, and only the latest of it", () =>
    Effect.gen(function*() {
      const session = new TestSession(["A", "B", "C"])
      session.tick(0, 100)
      session.tick(1, 200)
      const { socket } = yield* open(session)
      socket.send({ _tag: "Request", id: 1, tag: "Quotes", payload: { instruments: [], perSecond: 20 }, headers: [] })
      const full = yield* quotesChunk(socket, 1, 0)
      assert.deepStrictEqual(full.ids, [0, 1])
      assert.strictEqual(full.values.length, 24)

      for (let price = 300; price <= 400; price++) session.tick(1, price)
      session.tick(2, 700)
      yield* Effect.sleep(200)
      assert.strictEqual(chunksOf(socket, 1).length, 1, "no frame before the first was acknowledged")
      socket.send({ _tag: "Ack", requestId: 1 })
      const next = yield* quotesChunk(socket, 1, 1)
      assert.deepStrictEqual(next.ids, [1, 2])
      assert.strictEqual(next.values[0], 400)
      assert.strictEqual(next.values[12], 700)
    }))

  it.live("a client that stops reading costs a chunk a stream, and misses no event when it reads again", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      session.tick(0, 100)
      for (let i = 0; i < 5_000; i++) session.log(`event ${i}`)
      const { socket } = yield* open(session)
      socket.send({ _tag: "Request", id: 1, tag: "Events", payload: { after: 0 }, headers: [] })
      socket.send({ _tag: "Request", id: 2, tag: "Quotes", payload: { instruments: [], perSecond: 20 }, headers: [] })
      yield* chunk(socket, 1, 0)
      socket.socket.pause()
      for (let i = 0; i < 5_000; i++) {
        session.tick(0, 1_000 + i)
        if (i % 1_000 === 0) yield* Effect.sleep(50)
      }
      assert.isAtMost(session.pulled, 1_024, "the server stopped taking events from the session")

      socket.socket.resume()
      const numbers: Array<number> = []
      for (let nth = 0; numbers.length < 5_000; nth++) {
        const events = yield* chunk(socket, 1, nth)
        for (const event of events) numbers.push((event as { number: number }).number)
        socket.send({ _tag: "Ack", requestId: 1 })
      }
      assert.deepStrictEqual(numbers, Array.from({ length: 5_000 }, (_, i) => i + 1))
      assert.strictEqual(chunksOf(socket, 2).length, 1)
      socket.send({ _tag: "Ack", requestId: 2 })
      assert.strictEqual((yield* quotesChunk(socket, 2, 1)).values[0], 5_999)
    }))

  it.live("a client that asks and never reads is cut off", () =>
    Effect.gen(function*() {
      const session = new TestSession(Array.from({ length: 3_000 }, (_, i) => `NSE:INSTRUMENT-WITH-A-LONG-NAME-${i}`))
      const { server, socket } = yield* open(session)
      const connections = Effect.map(request(server.port, "GET", "/metrics"), ({ body }) =>
        /^keepgaining_rpc_connections (\d+)$/m.exec(body)?.[1])
      assert.strictEqual(yield* connections, "1")
      socket.socket.pause()
      let id = 0
      while ((yield* connections) !== "0") {
        for (let i = 0; i < 20; i++) {
          socket.send({ _tag: "Request", id: id++, tag: "Instruments", payload: null, headers: [] })
        }
        yield* Effect.sleep(20)
        assert.isBelow(id, 2_000)
      }
    }))

  it.live("closed candles all arrive, the forming one conflated", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      session.closed.push(candle(0, 100))
      session.forming = candle(60_000, 101)
      const { socket } = yield* open(session)
      socket.send({
        _tag: "Request",
        id: 1,
        tag: "CandleUpdates",
        payload: { instrument: 0, interval: "1m" },
        headers: []
      })
      assert.deepStrictEqual(yield* chunk(socket, 1, 0), [{ candle: candle(60_000, 101), forming: true }])
      for (let minute = 1; minute <= 30; minute++) session.closed.push(candle(minute * 60_000, 100 + minute))
      session.forming = candle(31 * 60_000, 500, 7)
      socket.send({ _tag: "Ack", requestId: 1 })
      const updates = yield* chunk(socket, 1, 1)
      assert.deepStrictEqual(updates, [
        ...session.closed.slice(1).map((candle) => ({ candle, forming: false })),
        { candle: candle(31 * 60_000, 500, 7), forming: true }
      ])
      const unknown = yield* socket.call(2, "CandleUpdates", { instrument: 99, interval: "1m" })
      assert.include(JSON.stringify(unknown.exit?.cause), "NotFound")
    }))

  it.live("events end when the replay is rewound", () =>
    Effect.gen(function*() {
      const session = new TestSession()
      session.log("of the first timeline")
      const { socket } = yield* open(session)
      socket.send({ _tag: "Request", id: 1, tag: "Events", payload: { after: 0 }, headers: [] })
      yield* chunk(socket, 1, 0)
      socket.send({ _tag: "Ack", requestId: 1 })
      session.timeline = "t2"
      session.log("of the second")
      const end = yield* socket.find((frame) => frame._tag === "Exit" && frame.requestId === 1)
      assert.strictEqual(end.exit?._tag, "Success")
      assert.strictEqual(chunksOf(socket, 1).length, 1)
    }))
})
