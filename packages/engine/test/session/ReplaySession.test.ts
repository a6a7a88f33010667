/** A session keeps its promises while SQL does not, and is where it was when it starts again. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as path from "node:path"
import type { Session } from "../../src/session/Session.ts"
import { batches, marketTicks, open, stocks } from "../kernel/scenario.ts"
import { absentDatabase, recordLog, replaying, stallable, temporaryFolder } from "./sessions.ts"

const stockCount = 5
const end = open + 1_900_000

type Running = Session["Service"]

const recorded = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const log = path.join(folder, "log")
  yield* recordLog(log, stockCount, batches(marketTicks(3, stockCount, 1_800), [256], end))
  return { folder: path.join(folder, "session"), log }
})

const deploy = (session: Running) =>
  session.execute("deploy", {
    _tag: "Deploy",
    deployment: {
      id: "d1",
      strategy: "Restless",
      parameters: {},
      instruments: stocks(stockCount).all().map(({ symbol }) => symbol),
      lots: 10,
      mode: "paper"
    }
  })

const control = (session: Running, request: Parameters<NonNullable<Running["replay"]>["control"]>[0]) =>
  session.replay === undefined ? Effect.die("no replay") : session.replay.control(request)

/** Waits until the replay stands still and everything it decided is durable. */
const settled = (session: Running) =>
  Effect.gen(function*() {
    for (;;) {
      const status = session.replay?.status()
      if (status !== undefined && !status.playing && session.health().unflushed === 0) return status
      yield* Effect.sleep(10)
    }
  })

const played = (session: Running) =>
  Effect.gen(function*() {
    yield* control(session, { _tag: "Speed", speed: 0 })
    yield* control(session, { _tag: "Play" })
    const status = yield* settled(session)
    assert.isTrue(status.finished)
    return session.health().digest
  })

const decided = (session: Running, count: number) => session.events(0).pipe(Stream.take(count), Stream.runCollect)

describe("a replayed session", () => {
  for (const title of ["never answers", "is not there"] as const) {
    it.live(`decides, journals and shows everything while SQL ${title}`, () =>
      Effect.gen(function*() {
        const { folder, log } = yield* recorded
        const database = stallable()
        const { session, stop } = yield* replaying(folder, log, database.layer)
        if (title === "never answers") database.stall()
        yield* deploy(session)
        yield* played(session)
        const newest = yield* decided(session, 1_000)
        newest.forEach(({ number }, i) => assert.strictEqual(number, i + 1))
        // Visible in the metrics: SQL has seen nothing of it.
        assert.isAbove(session.health().databaseLag, 1_000)
        yield* stop
      }))
  }

  it.live("goes on after a restart where its journal ends, and not far beyond", () =>
    Effect.gen(function*() {
      const { folder, log } = yield* recorded
      const whole = yield* replaying(`${folder}-whole`, log, absentDatabase)
      yield* deploy(whole.session)
      const expected = yield* played(whole.session)
      const all = yield* decided(whole.session, 1_000)

      const first = yield* replaying(folder, log, absentDatabase)
      yield* deploy(first.session)
      yield* control(first.session, { _tag: "Step", millis: 600_000 })
      yield* settled(first.session)
      yield* first.stop

      const second = yield* replaying(folder, log, absentDatabase)
      const { now } = yield* settled(second.session)
      // The last seconds may have brought no decision, and rows are taken some at a time.
      assert.isAtLeast(now, open + 570_000)
      assert.isAtMost(now, open + 610_000)
      assert.strictEqual(yield* played(second.session), expected)
      assert.deepStrictEqual(yield* decided(second.session, 1_000), all)
    }))

  it.live("does a command once, also when it is sent again after a restart", () =>
    Effect.gen(function*() {
      const { folder, log } = yield* recorded
      const first = yield* replaying(folder, log, absentDatabase)
      const outcome = yield* deploy(first.session)
      yield* control(first.session, { _tag: "Step", millis: 60_000 })
      yield* settled(first.session)
      yield* first.stop

      const second = yield* replaying(folder, log, absentDatabase)
      const sequence = second.session.health().sequence
      assert.deepStrictEqual(yield* deploy(second.session), outcome)
      assert.strictEqual(second.session.health().sequence, sequence)
    }))

  it.live("gives the same when it goes back in time and plays again", () =>
    Effect.gen(function*() {
      const { folder, log } = yield* recorded
      const { session } = yield* replaying(folder, log, absentDatabase)
      yield* deploy(session)
      const before = session.sessionId()
      const expected = yield* played(session)
      const all = yield* decided(session, 1_000)
      yield* control(session, { _tag: "Seek", to: open + 300_000 })
      yield* settled(session)
      assert.notStrictEqual(session.sessionId(), before)
      assert.strictEqual(yield* played(session), expected)
      assert.deepStrictEqual(yield* decided(session, 1_000), all)
    }))
})
