/**
 * What the simulator encodes, read by our decoder and by the official SDK (smartapi-javascript, `WebSocketV2`), which
 * parses only what comes over its own socket: each of our rows, written as the SDK would have it, is the SDK's tick to the
 * last field.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { AngelDecoder } from "@keepgaining/brokers/angel/AngelDecoder.ts"
import { AngelExchangeType, angelKey, AngelMode, unitsInPaisa } from "@keepgaining/brokers/angel/AngelMode.ts"
import { loadAngelModule } from "@keepgaining/brokers/angel/angelSdk.ts"
import { encodeAngelPacket } from "@keepgaining/brokers/angel/encodeAngelPacket.ts"
import { FeedBatch } from "@keepgaining/brokers/wire/FeedBatch.ts"
import { KeyTable } from "@keepgaining/brokers/wire/KeyTable.ts"
import { MalformedFrame } from "@keepgaining/brokers/wire/MalformedFrame.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { createRequire } from "node:module"
import { eventually } from "../conformance/stage.ts"
import { type FrameServer, frameServer } from "../wire/frameServer.ts"
import { type Level, type Row, rowsOf } from "../wire/rowOf.ts"
import { commitAt, fill, RECEIVED_AT, type SomeRow, SomeRows, withSmallPrices } from "../wire/someRows.ts"

const exchanges = [
  AngelExchangeType.nse_cm,
  AngelExchangeType.nse_fo,
  AngelExchangeType.bse_cm,
  AngelExchangeType.bse_fo,
  AngelExchangeType.mcx_fo,
  AngelExchangeType.ncx_fo,
  AngelExchangeType.cde_fo,
  AngelExchangeType.nse_cm,
  AngelExchangeType.nse_cm,
  AngelExchangeType.cde_fo
]
const exchangeOf = (instrument: number) => exchanges[instrument] ?? AngelExchangeType.nse_cm
const keys = KeyTable.from(exchanges.map((exchange, i) => [angelKey(exchange, `30${i}`), i]))

/** Currency's 1e-7 rupees leave little room in 32 bits. Depth of 20 levels is of NSE's shares only, after a price. */
const fitted = (row: SomeRow): ReadonlyArray<SomeRow> => {
  const exchange = exchangeOf(row.instrument)
  const small = withSmallPrices(row, exchange === AngelExchangeType.cde_fo ? 21_000 : 2_000_000_000)
  const mode = row.mode % (exchange === AngelExchangeType.nse_cm ? 4 : 3)
  return mode === 3 ? [{ ...small, mode: 2 }, { ...small, mode }] : [{ ...small, mode }]
}

const batchOf = (rows: ReadonlyArray<SomeRow>): FeedBatch =>
  fill(
    rows.flatMap(fitted),
    [AngelMode.ltp, AngelMode.quote, AngelMode.snapQuote, AngelMode.depth20],
    (mode) => {
      const snap = mode === AngelMode.snapQuote
      const quote = mode === AngelMode.quote || snap
      return {
        time: true,
        last: quote,
        volume: quote,
        stats: quote,
        average: quote,
        ohlc: quote,
        close: quote,
        openInterest: snap,
        lastTrade: snap,
        circuits: snap,
        year: snap,
        orders: true,
        levels: snap ? 5 : mode === AngelMode.depth20 ? 20 : 0,
        exactLevels: true
      }
    }
  )

const packets = (batch: FeedBatch): ReadonlyArray<Uint8Array> =>
  Array.from({ length: batch.length }, (_, row) => {
    const packet = encodeAngelPacket(batch, row, keys, row)
    assert.isDefined(packet)
    return packet
  })

/** Our row, the packet's number being `sequence`, as the SDK has it: numbers are text in the wire's unit, the token is quoted. */
const asTick = (row: Row, sequence: number): object => {
  const exchange = exchangeOf(row.instrument)
  const wire = (price: number): string => String(price * unitsInPaisa(exchange))
  const levelOf = ({ orders, price, quantity }: Level) => ({
    quantity: String(quantity),
    price: wire(price),
    no_of_orders: String(orders)
  })
  const best = (side: ReadonlyArray<Level>, flag: string) => side.map((level) => ({ flag, ...levelOf(level) }))
  const depth = (side: ReadonlyArray<Level>) => side.map(levelOf)
  const head = {
    subscription_mode: String(row.mode),
    exchange_type: String(exchange),
    token: `"30${row.instrument}"`,
    exchange_timestamp: String(row.eventTime)
  }
  if (row.mode === AngelMode.depth20) {
    return {
      ...head,
      packet_received_time: String(row.eventTime),
      depth_twenty_buy_data: depth(row.bids),
      depth_twenty_sell_data: depth(row.asks)
    }
  }
  const ltp = { ...head, sequence_number: String(sequence), last_traded_price: wire(row.price) }
  if (row.mode === AngelMode.ltp) return ltp
  const quote = {
    ...ltp,
    last_traded_quantity: String(row.lastQuantity),
    avg_traded_price: wire(row.averagePrice),
    vol_traded: String(row.volume),
    total_buy_quantity: String(row.totalBuy),
    total_sell_quantity: String(row.totalSell),
    open_price_day: wire(row.open),
    high_price_day: wire(row.high),
    low_price_day: wire(row.low),
    close_price: wire(row.close)
  }
  if (row.mode === AngelMode.quote) return quote
  return {
    ...quote,
    last_traded_timestamp: String(row.lastTradeTime / 1_000),
    open_interest: String(row.openInterest),
    // A dummy, as documented; we do not read it.
    open_interest_change: "0",
    best_5_buy_data: best(row.bids, "1"),
    best_5_sell_data: best(row.asks, "0"),
    upper_circuit: wire(row.upperCircuit),
    lower_circuit: wire(row.lowerCircuit),
    fiftytwo_week_high: wire(row.yearHigh),
    fiftytwo_week_low: wire(row.yearLow)
  }
}

describe("Angel packets, by us and by smartapi-javascript", () => {
  const scope = Effect.runSync(Scope.make())
  const ticks: Array<unknown> = []
  let server: FrameServer

  beforeAll(() =>
    Effect.runPromise(
      Effect.gen(function*() {
        server = yield* frameServer()
        const { WebSocketV2 } = loadAngelModule()
        // The constants are of the SDK's own module.
        const { CONSTANTS } = createRequire(import.meta.url)("smartapi-javascript/config/constant") as {
          readonly CONSTANTS: { websocketURL: string }
        }
        CONSTANTS.websocketURL = server.url
        const socket = new WebSocketV2({ clientcode: "A1", jwttoken: "jwt", apikey: "key", feedtype: "feed" })
        socket.on("tick", (tick) => ticks.push(tick))
        yield* Effect.acquireRelease(
          Effect.promise(() => socket.connect()),
          () => Effect.sync(() => socket.close())
        )
      }).pipe(Scope.provide(scope))
    )
  )
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  it.live.prop("say the same", [SomeRows], ([rows]) =>
    Effect.gen(function*() {
      ticks.length = 0
      const got = new FeedBatch(1, 30)
      const decoder = new AngelDecoder(keys)
      const frames = packets(batchOf(rows))
      for (const frame of frames) {
        assert.isUndefined(decoder.decode(frame, RECEIVED_AT, got))
        server.send(frame)
      }
      assert.strictEqual(got.length, frames.length)
      yield* eventually("the SDK's ticks", () => ticks.length >= frames.length || undefined)
      assert.deepStrictEqual(ticks, rowsOf(got).map(asTick))
    }), { arbitrary: { seed: "angel", runs: 60 } })

  it.live("differ in heartbeats: the SDK gives them out as ticks", () =>
    Effect.gen(function*() {
      ticks.length = 0
      server.send("pong")
      yield* eventually("the tick", () => ticks.length > 0 || undefined)
      assert.deepStrictEqual(ticks, ["pong"])
    }))

  // The last of them: the SDK's socket is of no use after it.
  it.live("differ when cut: the SDK throws out of its socket's callback, we drop the frame and say so", () =>
    Effect.gen(function*() {
      const sent = new FeedBatch(1)
      sent.mode[sent.open()] = AngelMode.snapQuote
      sent.ticks.price[0] = 250_005
      commitAt(sent, 0, RECEIVED_AT)
      const [cut] = packets(sent).map((packet) => packet.slice(0, 200))
      assert.isDefined(cut)
      const thrown = yield* Effect.callback<unknown>((resume) => {
        // What nobody catches would end the run, so for this one the run's own listeners step aside.
        const others = process.listeners("uncaughtException")
        process.removeAllListeners("uncaughtException")
        process.once("uncaughtException", (error) => {
          for (const other of others) process.on("uncaughtException", other)
          resume(Effect.succeed(error))
        })
        server.send(cut)
      })
      assert.instanceOf(thrown, RangeError)
      assert.instanceOf(new AngelDecoder(keys).decode(cut, RECEIVED_AT, new FeedBatch(1)), MalformedFrame)
    }))
})
