import { assert, describe, it } from "@effect/vitest"
import type { Broker } from "@keepgaining/brokers/port/Broker.ts"
import type { BrokerInstrument } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import type { Instrument } from "@keepgaining/core/market/Instrument.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import * as path from "node:path"
import { Supervisor } from "../../src/actors/Supervisor.ts"
import { decodeFrames } from "../../src/rawframes/decodeFrames.ts"
import * as FrameRecorder from "../../src/rawframes/FrameRecorder.ts"
import { surveyFrames } from "../../src/rawframes/surveyFrames.ts"
import { layer as NodeDurableFiles } from "../../src/storage/NodeDurableFiles.ts"
import { SimulatedDisk, tearTail } from "../../src/storage/SimulatedDisk.ts"
import {
  accountId,
  accountStage,
  actorOf,
  customer,
  isWell,
  registered,
  temporaryDirectory
} from "../brokers/accountStage.ts"
import { patiently } from "../brokers/patiently.ts"
import { logRows, rowsOf } from "./decodedRows.ts"

/** A Thursday, in the session. */
const START = Date.parse("2026-11-19T10:00:00+05:30")
const symbols = ["NSE:RELIANCE", "NSE:NIFTY 50", "NSE:SBIN"]

describe.each(registered)("frames of %s", (broker) => {
  it.effect("decode again to what the session saw, through a connection that was lost", () =>
    Effect.gen(function*() {
      const of = customer(broker, "AB1234")
      const stage = yield* accountStage({ start: START, customers: [of], symbols })
      const actor = actorOf(stage, of)
      const folder = yield* temporaryDirectory
      const live: Array<Record<string, unknown>> = []
      actor.onBatch(({ ticks }) => live.push(...rowsOf(ticks, (index) => symbols[index] ?? "?")))
      yield* Effect.scoped(Effect.gen(function*() {
        const recorder = yield* FrameRecorder.make({ folder }).pipe(
          Effect.provideService(Supervisor, stage.supervisor),
          Effect.provideService(Clock.Clock, stage.clock.engine)
        )
        recorder.attach(actor)
        yield* patiently(stage, "the account is well", () => isWell(actor))
        yield* patiently(stage, "ticks of all", () => new Set(live.map(({ symbol }) => symbol)).size === symbols.length)
        stage.simulation.faults.add({ fault: "bad-payload", broker, operation: "market-feed", count: 1 })
        yield* patiently(stage, "more", () => live.length > 60)
        const before = live.length
        stage.simulation.faults.add({ fault: "disconnect", broker, operation: "market-feed", count: 1 })
        yield* patiently(stage, "the feed is lost", () => !actor.isFeeding)
        yield* patiently(stage, "ticks after it", () => isWell(actor) && live.length > before + 60)
        stage.simulation.clock.setSpeed(0)
        assert.strictEqual(recorder.counts().get(accountId(of))?.shed, 0)
      }))
      const account = path.join(folder, accountId(of))
      const [day, ...others] = yield* surveyFrames(folder)
      assert.lengthOf(others, 0)
      assert.isDefined(day)
      assert.deepInclude(day, { broker, account: accountId(of), connections: 2, instruments: 3, shed: 0, damages: [] })
      const log = path.join(folder, "ticks")
      const decoded = yield* decodeFrames({ folder: account, log })
      assert.strictEqual(decoded.rows, live.length)
      assert.strictEqual(decoded.malformed, 1)
      assert.deepStrictEqual(yield* logRows(log), live)
      // What opens the account is in no file.
      const token = Redacted.value(actor.token?.access ?? Redacted.make("no token"))
      for (const name of readdirSync(account, { recursive: true, encoding: "utf8" })) {
        if (!name.endsWith(".kgf")) continue
        const bytes = readFileSync(path.join(account, name))
        for (const secret of [token, of.apiSecret, of.apiKey, stage.simulation.servers[broker]?.url ?? "http://"]) {
          assert.isFalse(bytes.includes(secret), `${secret} is in the recording`)
        }
      }
    }).pipe(Effect.provide(NodeDurableFiles)))
})

const someInstrument: Instrument = { symbol: "NSE:SOME", exchange: "NSE", kind: "equity", tickSize: 5, lotSize: 1 }
const some: BrokerInstrument = { index: 0, instrument: someInstrument, token: "408065", tradingSymbol: "SOME" }

/** An account that says what it is told to. */
const talkative = (broker: Broker, instrument = some) => {
  const listeners = new Set<(frame: Uint8Array, receivedAt: number, connection: number) => void>()
  return {
    record: { id: `${broker}-some`, broker },
    subscribed: new Map([[instrument, "full"]]),
    subscriptions: 1,
    onFrame: (listener: (frame: Uint8Array, receivedAt: number, connection: number) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    say: (frame: Uint8Array, receivedAt: number, connection = 1) => {
      for (const listener of listeners) listener(frame, receivedAt, connection)
    }
  }
}

const recorded = path.join(import.meta.dirname, "../../../../../shared/data/kite")

describe.skipIf(!existsSync(recorded))("recorded Kite frames (absent without ../shared/data)", () => {
  it.live("go through a recording unchanged, and decode", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryDirectory
      const token = 0x000d8001
      const account = talkative("kite", { ...some, token: String(token) })
      const frames = ["ltpMode_binary.packet", "quoteMode_binary.packet", "fullMode_binary.packet"].map((name) =>
        readFileSync(path.join(recorded, name))
      )
      const at = Date.parse("2022-06-16T16:48:49+05:30")
      yield* Effect.scoped(Effect.gen(function*() {
        const recorder = yield* FrameRecorder.make({ folder })
        recorder.attach(account)
        frames.forEach((frame, i) => account.say(frame, at + i))
      }))
      const log = path.join(folder, "ticks")
      const decoded = yield* decodeFrames({ folder, log })
      assert.deepInclude(decoded, { broker: "kite", account: "kite-some", frames: 3, rows: 3, malformed: 0 })
      const rows = yield* logRows(log)
      assert.deepStrictEqual(rows.map(({ price, volume }) => [price, volume]), [
        [39_295, 0],
        [39_295, 22_261_032],
        [39_295, 22_261_032]
      ])
      assert.strictEqual(rows[2]?.["eventTime"], Date.UTC(2022, 5, 16, 11, 18, 48))
    }).pipe(Effect.provide(Supervisor.layer), Effect.provide(NodeDurableFiles)))
})

const DAY = "2026-11-19"
const folderOfDay = `raw/kite-some/${DAY}`

const frameOf = (size: number, fill: number): Uint8Array => new Uint8Array(size).fill(fill)

describe("the recorder", () => {
  it.effect("leaves frames out when the disk is behind, and says where", () => {
    const disk = new SimulatedDisk()
    return Effect.gen(function*() {
      yield* TestClock.setTime(START)
      const account = talkative("kite")
      const recorder = yield* FrameRecorder.make({ folder: "raw", mostWaiting: 20_000 })
      recorder.attach(account)
      for (let i = 0; i < 30; i++) account.say(frameOf(1_000, i), START + i)
      const { frames = 0, shed = 0 } = recorder.counts().get("kite-some") ?? {}
      assert.strictEqual(frames + shed, 30)
      assert.isAbove(shed, 5)
      yield* TestClock.adjust(300)
      account.say(frameOf(10, 99), START + 1_000)
      yield* TestClock.adjust(300)
      const [day] = yield* surveyFrames("raw")
      assert.deepInclude(day, { frames: frames + 1, shed, connections: 1, damages: [] })
    }).pipe(Effect.scoped, Effect.provide(Supervisor.layer), Effect.provide(disk.layer))
  })
  it.effect("goes on in a new segment after the disk refused, and says what is missing", () => {
    const disk = new SimulatedDisk()
    return Effect.gen(function*() {
      yield* TestClock.setTime(START)
      const account = talkative("kite")
      const recorder = yield* FrameRecorder.make({ folder: "raw" })
      recorder.attach(account)
      account.say(frameOf(10, 1), START)
      yield* TestClock.adjust(300)
      disk.failNext("append", "ENOSPC")
      account.say(frameOf(10, 2), START + 500, 2)
      yield* TestClock.adjust(1_000)
      account.say(frameOf(10, 3), START + 1_000, 2)
      yield* TestClock.adjust(1_000)
      const [day] = yield* surveyFrames("raw")
      // The connection that began in what was lost is told again.
      assert.deepInclude(day, { frames: 2, shed: 1, connections: 2, segments: 2, damages: [] })
    }).pipe(Effect.scoped, Effect.provide(Supervisor.layer), Effect.provide(disk.layer))
  })
  it.effect("cuts what a power cut tore, and nothing else", () => {
    const disk = new SimulatedDisk()
    const life = (from: number, count: number) =>
      Effect.scoped(Effect.gen(function*() {
        const account = talkative("kite")
        const recorder = yield* FrameRecorder.make({ folder: "raw" })
        recorder.attach(account)
        for (let i = 0; i < count; i++) {
          account.say(frameOf(100, from + i), START + from + i, from)
          yield* TestClock.adjust(300)
        }
      }))
    return Effect.gen(function*() {
      yield* TestClock.setTime(START)
      yield* life(1, 12)
      const file = `${folderOfDay}/frames-000001.kgf`
      const whole = disk.contentOf(file)
      assert.isDefined(whole)
      disk.overwrite(file, whole.subarray(0, whole.length - 7))
      const [torn] = yield* surveyFrames("raw")
      assert.deepInclude(torn, { frames: 11 })
      assert.lengthOf(torn?.damages ?? [], 1)
      yield* life(50, 3)
      const [mended] = yield* surveyFrames("raw")
      assert.deepInclude(mended, { frames: 14, segments: 2, connections: 2, damages: [] })
      // Damage in the middle is not the end: what follows it is kept.
      const bytes = Uint8Array.from(disk.contentOf(file) ?? [])
      bytes[600] = (bytes[600] ?? 0) ^ 1
      disk.overwrite(file, bytes)
      yield* life(80, 1)
      const [damaged] = yield* surveyFrames("raw")
      assert.strictEqual(damaged?.frames, 14)
      assert.lengthOf(damaged?.damages ?? [], 1)
    }).pipe(Effect.provide(Supervisor.layer), Effect.provide(disk.layer))
  })
  it.effect("keeps after a power cut what was two seconds old", () => {
    const disk = new SimulatedDisk()
    return Effect.gen(function*() {
      yield* TestClock.setTime(START)
      const account = talkative("kite")
      const recorder = yield* FrameRecorder.make({ folder: "raw" })
      recorder.attach(account)
      for (let i = 0; i < 40; i++) {
        account.say(frameOf(100, i), START + i * 100)
        yield* TestClock.adjust(100)
      }
      disk.powerCut(tearTail(30))
      const [day] = yield* surveyFrames("raw")
      assert.isAtLeast(day?.frames ?? 0, 40 - 23)
    }).pipe(Effect.scoped, Effect.provide(Supervisor.layer), Effect.provide(disk.layer))
  })
  it.effect("begins another folder with the Indian day, and another segment when one is full", () => {
    const disk = new SimulatedDisk()
    return Effect.gen(function*() {
      const midnight = Date.parse("2026-11-20T00:00:00+05:30")
      yield* TestClock.setTime(midnight - 1_000)
      const account = talkative("kite")
      const recorder = yield* FrameRecorder.make({ folder: "raw", segmentBytes: 3_000 })
      recorder.attach(account)
      for (let i = -20; i < 20; i++) {
        account.say(frameOf(500, i & 0xff), midnight + i)
        if (i % 5 === 0) yield* TestClock.adjust(300)
      }
      yield* TestClock.adjust(3_000)
      const days = yield* surveyFrames("raw")
      assert.deepStrictEqual(days.map(({ folder, frames }) => [folder, frames]), [
        ["raw/kite-some/2026-11-19", 20],
        ["raw/kite-some/2026-11-20", 20]
      ])
      for (const day of days) {
        assert.isAbove(day.segments, 2)
        assert.deepInclude(day, { instruments: 1, account: "kite-some" })
      }
    }).pipe(Effect.scoped, Effect.provide(Supervisor.layer), Effect.provide(disk.layer))
  })
  it.effect("refuses to decode frames of two accounts into one log", () => {
    const disk = new SimulatedDisk()
    return Effect.gen(function*() {
      yield* TestClock.setTime(START)
      yield* Effect.scoped(Effect.gen(function*() {
        const recorder = yield* FrameRecorder.make({ folder: "raw" })
        for (const broker of ["kite", "upstox"] as const) {
          const account = talkative(broker)
          recorder.attach(account)
          account.say(frameOf(10, 1), START)
        }
      }))
      const refused = yield* Effect.flip(decodeFrames({ folder: "raw", log: "log" }))
      assert.strictEqual(refused._tag, "RawFramesRefused")
      assert.include(refused.message, "kite-some, upstox-some")
      assert.strictEqual((yield* Effect.flip(surveyFrames("nowhere")))._tag, "RawFramesRefused")
    }).pipe(Effect.provide(Supervisor.layer), Effect.provide(disk.layer))
  })
})
