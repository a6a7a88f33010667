/** A session that begins with candles of the days before it. */
import { assert, describe, it } from "@effect/vitest"
import { candleColumns } from "@keepgaining/core/candles/CandleColumns.ts"
import { MINUTE_MS } from "@keepgaining/core/market/IndianTime.ts"
import type { Session } from "@keepgaining/engine/session/Session.ts"
import type { WarmUp } from "@keepgaining/engine/session/WarmUp.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { batches, marketTicks, open, stocks } from "../kernel/scenario.ts"
import { absentDatabase, recordLog, replaying, temporaryFolder } from "./sessions.ts"

const DAY = 86_400_000
const stockCount = 3

/** Two whole sessions before the recorded one, going up for an hour and down for the next. */
const before: WarmUp = stocks(stockCount).all().slice(0, 2).map(({ symbol }, which) => {
  const candles = candleColumns(750)
  for (let row = 0; row < 750; row++) {
    const day = row < 375 ? 2 : 1
    const minute = row % 375
    const price = 80_000 + which * 1_000 + 50 * (minute % 120 < 60 ? minute % 60 : 60 - minute % 60)
    candles.minute[row] = (open - day * DAY) / MINUTE_MS + minute
    candles.open[row] = price
    candles.high[row] = price + 100
    candles.low[row] = price - 100
    candles.close[row] = price + 25
    candles.volume[row] = 1_000 + minute
  }
  return { symbol, candles }
})

const recorded = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const log = path.join(folder, "log")
  yield* recordLog(log, stockCount, batches(marketTicks(5, stockCount, 1_800), [256], open + 1_900_000))
  return { folder, log }
})

const finished = (session: Session["Service"]) =>
  Effect.gen(function*() {
    if (session.replay === undefined) return yield* Effect.die("no replay")
    yield* session.execute("deploy", {
      _tag: "Deploy",
      deployment: {
        id: "rocket",
        strategy: "VolumeRocket",
        parameters: {},
        instruments: stocks(stockCount).all().map(({ symbol }) => symbol),
        lots: 1,
        mode: "paper"
      }
    })
    yield* session.replay.control({ _tag: "Speed", speed: 0 })
    yield* session.replay.control({ _tag: "Play" })
    while (session.replay.status().playing || session.health().unflushed > 0) yield* Effect.sleep(10)
    return session.health().digest
  })

describe("a session with candles from before it", () => {
  it.live("shows them in one line with its own", () =>
    Effect.gen(function*() {
      const { folder, log } = yield* recorded
      const { session } = yield* replaying(path.join(folder, "warm"), log, absentDatabase, undefined, before)
      assert.lengthOf(session.candles(0, "1m", 1_000), 750)
      assert.lengthOf(session.candles(0, "1d", 10), 2)
      assert.lengthOf(session.candles(2, "1m", 10), 0)
      yield* finished(session)
      const minutes = session.candles(0, "1m", 1_000)
      assert.isAbove(minutes.length, 770)
      minutes.forEach((candle, i) => i === 0 || assert.isAbove(candle.start, minutes[i - 1]!.start))
    }))

  it.live("gives them to its strategies, says nothing about them, and is the same after a restart and a rewind", () =>
    Effect.gen(function*() {
      const { folder, log } = yield* recorded
      const cold = yield* replaying(path.join(folder, "cold"), log, absentDatabase)
      const coldDigest = yield* finished(cold.session)
      const home = path.join(folder, "warm")
      const warm = yield* replaying(home, log, absentDatabase, undefined, before)
      const digest = yield* finished(warm.session)
      assert.notStrictEqual(digest, coldDigest)
      const signals = warm.session.portfolio().deployments[0]?.signals ?? 0
      assert.isAbove(signals, cold.session.portfolio().deployments[0]?.signals ?? 0)
      yield* warm.stop
      // What the archive says by now is not asked for: the folder has what the session began with.
      const again = yield* replaying(home, log, absentDatabase, undefined, [])
      assert.strictEqual(again.session.health().digest, digest)
      if (again.session.replay === undefined) return assert.fail("no replay")
      yield* again.session.replay.control({ _tag: "Seek", to: open + 60_000 })
      yield* again.session.replay.control({ _tag: "Play" })
      while (again.session.replay.status().playing) yield* Effect.sleep(10)
      assert.isAbove(again.session.candles(0, "1m", 1_000).length, 770)
    }))

  it.live("does not start over a damaged file of them", () =>
    Effect.gen(function*() {
      const { folder, log } = yield* recorded
      const home = path.join(folder, "warm")
      const { stop } = yield* replaying(home, log, absentDatabase, undefined, before)
      yield* stop
      fs.truncateSync(path.join(home, "warm-up.candles"), 5_000)
      const failed = yield* Effect.flip(replaying(home, log, absentDatabase, undefined, before))
      assert.match(String(failed), /warm-up\.candles: 1500 candles were expected/)
    }))
})
