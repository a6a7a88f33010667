/**
 * Actors that throw all through a day: their neighbours do not notice, and a fault that passes leaves no trace at all.
 * Once on a generated day with faults in every actor, once on a recorded one.
 */
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { Deployment } from "@keepgaining/core/deployments/Deployment.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import { faultPlan, type FaultRule } from "@keepgaining/engine/actors/FaultPlan.ts"
import { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import { ReplayDriver } from "@keepgaining/engine/replay/ReplayDriver.ts"
import { loadCharges, loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import { openTickLogSync } from "@keepgaining/engine/ticklog/TickLogReader.ts"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { answer, repository } from "../support/commandLine.ts"
import { temporaryFolder } from "../support/folder.ts"
import { csvOf, marketRows } from "../support/market.ts"

const folder = temporaryFolder()
const generated = path.join(folder, "generated")
const recorded = path.join(folder, "recorded")
const recording = path.resolve(repository, "..", "shared", "data", "nse-ticks-2021-06-09.csv.gz")
const eager = { fast: 3, slow: 8, volumeRatio: 0.2, rsiStrong: 50, rsiExhausted: 95 }

interface Day {
  readonly kernel: Kernel
  readonly decisions: ReadonlyArray<string>
}

/** Folds the day; every instrument has a deployment of its own, so that what is an instrument's can be told apart. */
const fold = (log: string, rules: ReadonlyArray<FaultRule>): Day => {
  const cursor = openTickLogSync(log)
  const kernel = new Kernel({
    ...sessionDefaults,
    instruments: cursor.instruments,
    hours: cursor.hours,
    charges: new ChargeSchedule(Effect.runSync(loadCharges())),
    margins: new MarginSchedule(Effect.runSync(loadMarginRates())),
    strategyNamed,
    ...(rules.length === 0 ? {} : { faults: faultPlan(rules, 7) })
  })
  for (const { symbol } of cursor.instruments.all().filter(isTradable)) {
    const deployment: Deployment = {
      id: `on ${symbol}`,
      strategy: "VolumeRocket",
      parameters: eager,
      instruments: [symbol],
      lots: 1,
      mode: "paper"
    }
    const outcome = kernel.command(deployment.id, { _tag: "Deploy", deployment })
    if (outcome._tag !== "Done") throw new Error(outcome.reason)
  }
  const driver = new ReplayDriver(kernel, cursor)
  while (!driver.finished) driver.playTo(Infinity, 65_536)
  cursor.close()
  return { kernel, decisions: kernel.takeDecisions().map(({ decision }) => JSON.stringify(decision)) }
}

const restarts = ({ kernel }: Day): number =>
  kernel.partitions.flatMap((partition) => partition.own).flatMap((cell) => cell.actors())
    .reduce((sum, { record }) => sum + record.restarts, 0)

const indexOf = ({ kernel }: Day, symbol: string): number =>
  kernel.instruments.all().findIndex((instrument) => instrument.symbol === symbol)

/** What was decided about the other instruments. Numbers of orders count the whole desk's, so they are left out. */
const others = (day: Day, symbol: string): ReadonlyArray<string> => {
  const failing = indexOf(day, symbol)
  return day.decisions
    .filter((text) => !text.includes(`"instrument":${failing},`) && !text.includes(`${symbol}`))
    .map((text) => text.replaceAll(/"O\d+[^"]*"|"clientTag":"[^"]*"/g, "\"id\""))
}

const digests = ({ kernel }: Day): ReadonlyArray<string> =>
  kernel.instruments.all().map((_, i) => kernel.partitionOf(i).cell(i).digest.hex())

const assertNoTrace = (faulty: Day, clean: Day): void => {
  assert.isAbove(restarts(faulty), 100)
  assert.strictEqual(faulty.kernel.deadLetters.total, 0)
  assert.deepStrictEqual(faulty.decisions, clean.decisions)
  assert.strictEqual(faulty.kernel.digest(), clean.kernel.digest())
}

const assertLocal = (faulty: Day, clean: Day, symbol: string): void => {
  const failing = indexOf(clean, symbol)
  assert.isAbove(faulty.kernel.deadLetters.total, 0)
  assert.deepStrictEqual(digests(faulty).toSpliced(failing, 1), digests(clean).toSpliced(failing, 1))
  assert.isAbove(others(clean, symbol).length, 50)
  assert.deepStrictEqual(others(faulty, symbol), others(clean, symbol))
}

/** Faults that pass, in every actor of the day. */
const passing: ReadonlyArray<readonly [string, FaultRule]> = [
  ["every 13th input", { actor: /./, everyNth: 13, transient: true }],
  ["one input in twenty, by chance", { actor: /./, share: 0.05, transient: true }]
]

/** Faults that last, in the actors of one instrument. */
const lasting = (symbol: string): ReadonlyArray<readonly [string, FaultRule]> => [
  ["the strategy, every input", { actor: new RegExp(`${symbol}/VolumeRocket`), everyNth: 1, transient: false }],
  ["the strategy, by chance", { actor: new RegExp(`${symbol}/VolumeRocket`), share: 0.02, transient: false }],
  ["the instrument, every 7th input", { actor: new RegExp(`${symbol}$`), everyNth: 7, transient: false }],
  ["the book, every other input", { actor: new RegExp(`${symbol}/book`), everyNth: 2, transient: false }],
  ["all of them, ten times a second", { actor: new RegExp(symbol), perSecond: 10, transient: false }]
]

describe("a generated day with faults", () => {
  let clean: Day
  beforeAll(async () => {
    const file = path.join(folder, "day.csv")
    fs.writeFileSync(file, csvOf(marketRows({ seed: 3, stocks: 8, seconds: 22_500, activity: 0.15 })))
    await answer(["ticks", "import", file, "--out", generated, "--json"])
    clean = fold(generated, [])
  })

  it("has trades to disturb", () => {
    assert.isAbove(clean.kernel.fills, 100)
    assert.strictEqual(clean.kernel.deadLetters.total, 0)
  })

  it.each(passing)("that pass shows none of them: %s of every actor", (_, rule) => {
    assertNoTrace(fold(generated, [rule]), clean)
  })

  it("that pass shows none of them: ten times a second in every actor of three instruments", () => {
    assertNoTrace(fold(generated, [{ actor: /STOCK[ACF]/, perSecond: 10, transient: true }]), clean)
  })

  it.each(lasting("NSE:STOCKC"))("that last keeps them where they are: %s", (_, rule) => {
    assertLocal(fold(generated, [rule]), clean, "NSE:STOCKC")
  })
})

describe.skipIf(!fs.existsSync(recording))(
  "9 June 2021 with faults (needs nse-ticks-2021-06-09.csv.gz in ../shared/data)",
  () => {
    let clean: Day
    let symbol = ""
    beforeAll(async () => {
      await answer(["ticks", "import", recording, "--out", recorded, "--json"])
      clean = fold(recorded, [])
      symbol = clean.kernel.instruments.all().find((instrument) => instrument.symbol.endsWith("WIPRO"))?.symbol ?? ""
    })

    it("that pass shows none of them: every 997th input of every actor", () => {
      assertNoTrace(fold(recorded, [{ actor: /./, everyNth: 997, transient: true }]), clean)
    })

    it("that last keeps them where they are: ten times a second in one instrument", () => {
      assert.notStrictEqual(symbol, "")
      assertLocal(fold(recorded, [{ actor: new RegExp(symbol), perSecond: 10, transient: false }]), clean, symbol)
    })
  }
)
