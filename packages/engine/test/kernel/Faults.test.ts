/** Parts fail alone: what one actor does wrong shows nowhere else. */
import { assert, describe, it } from "@effect/vitest"
import { faultPlan, type FaultRule } from "@keepgaining/engine/actors/FaultPlan.ts"
import type { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import { batches, decisionsOf, deployRestless, kernelOf, marketTicks, open, stocks } from "./scenario.ts"

const instruments = stocks(6)
const all = () => batches(marketTicks(42, 6, 400), [100], open + 500_000)

const run = (rules: ReadonlyArray<FaultRule>): { kernel: Kernel; decisions: ReadonlyArray<string> } => {
  const kernel = kernelOf(instruments, {
    partitions: 2,
    ...(rules.length === 0 ? {} : { faults: faultPlan(rules, 7) })
  })
  deployRestless(kernel)
  for (const batch of all()) kernel.batch(batch)
  return { kernel, decisions: decisionsOf(kernel) }
}

/** Decisions of the other instruments; order and fill ids count the whole desk's orders, so they are left out. */
const others = (decisions: ReadonlyArray<string>, failing: number): ReadonlyArray<string> =>
  decisions.filter((text) =>
    !text.includes(`"instrument":${failing},`) && !text.includes("Alarm") && !text.includes("DeploymentChanged")
  ).map((text) => text.replaceAll(/"O\d+[^"]*"|"clientTag":"[^"]*"/g, "id"))

describe("faults", () => {
  const clean = run([])

  it.each([
    ["every 3rd input of every actor", { actor: /./, everyNth: 3, transient: true }],
    ["one input in ten of every actor", { actor: /./, share: 0.1, transient: true }],
    ["ten times a second in every actor", { actor: /./, perSecond: 10, transient: true }],
    ["every input of a strategy", { actor: /STOCK2\/Restless/, everyNth: 1, transient: true }]
  ])("leave no trace when they are transient: %s", (_, rule) => {
    const faulty = run([rule])
    assert.isAbove(faulty.kernel.partitions[0]!.own[0]!.instrument.record.restarts + restarts(faulty.kernel), 50)
    assert.strictEqual(faulty.kernel.deadLetters.total, 0)
    assert.deepStrictEqual(faulty.decisions, clean.decisions)
    assert.strictEqual(faulty.kernel.digest(), clean.kernel.digest())
  })

  it.each([
    ["a strategy that fails at every input", { actor: /STOCK2\/Restless/, everyNth: 1, transient: false }],
    ["a strategy that fails now and then", { actor: /STOCK2\/Restless/, share: 0.02, transient: false }],
    ["an instrument that fails at every 7th input", { actor: /STOCK2$/, everyNth: 7, transient: false }],
    ["a book that fails ten times a second", { actor: /STOCK2\/book/, perSecond: 10, transient: false }]
  ])("stay with the actor when they last: %s", (_, rule) => {
    const faulty = run([rule])
    assert.isAbove(faulty.kernel.deadLetters.total, 0)
    assert.deepStrictEqual(others(faulty.decisions, 2), others(clean.decisions, 2))
    for (let i = 0; i < 6; i++) {
      if (i === 2) continue
      assert.strictEqual(cellDigest(faulty.kernel, i), cellDigest(clean.kernel, i))
    }
  })

  it("stop an actor that cannot be kept running, with an alarm, and keep the dead letters", () => {
    const faulty = run([{ actor: /STOCK2\/Restless/, everyNth: 1, transient: false }])
    const actor = faulty.kernel.partitionOf(2).cell(2).strategies[0]!
    assert.strictEqual(actor.record.state, "stopped")
    assert.isTrue(faulty.decisions.some((text) => text.includes("actor-stopped") && text.includes("STOCK2/Restless")))
    assert.strictEqual(faulty.kernel.deadLetters.newest(1)[0]!.actor, actor.path)
  })
})

describe("dead letters", () => {
  it("of a strategy can be tried again, once", () => {
    const { kernel } = run([{ actor: /STOCK2\/Restless/, everyNth: 400, transient: false }])
    const [letter] = kernel.deadLetters.newest(1)
    assert.isDefined(letter)
    const before = kernel.partitionOf(2).cell(2).strategies[0]!.record.handled
    assert.strictEqual(kernel.command("again", { _tag: "RetryDeadLetter", id: letter!.id })._tag, "Done")
    assert.strictEqual(kernel.partitionOf(2).cell(2).strategies[0]!.record.handled, before + 1)
    assert.isUndefined(kernel.deadLetters.find(letter!.id))
    assert.strictEqual(kernel.command("once more", { _tag: "RetryDeadLetter", id: letter!.id })._tag, "Refused")
  })

  it("of anything else cannot: it has moved on", () => {
    const { kernel } = run([{ actor: /STOCK2$/, everyNth: 50, transient: false }])
    const outcome = kernel.command("again", { _tag: "RetryDeadLetter", id: kernel.deadLetters.newest(1)[0]!.id })
    assert.strictEqual(outcome._tag, "Refused")
  })
})

const restarts = (kernel: Kernel): number =>
  kernel.partitions.flatMap((partition) => partition.own).flatMap((cell) => cell.actors())
    .reduce((sum, actor) => sum + actor.record.restarts, 0)

const cellDigest = (kernel: Kernel, index: number): string => kernel.partitionOf(index).cell(index).digest.hex()
