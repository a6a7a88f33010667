/** The same inputs give the same decisions, however they are framed, partitioned, paced or interrupted. */
import { assert, describe, it } from "@effect/vitest"
import { dumpKernel, loadKernel } from "@keepgaining/engine/kernel/KernelSnapshot.ts"
import { ReplayDriver } from "@keepgaining/engine/replay/ReplayDriver.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { batches, decisionsOf, deployRestless, kernelOf, marketTicks, open, stocks } from "./scenario.ts"

const instruments = stocks(7)
const end = open + 400_000

const run = (seed: number, sizes: ReadonlyArray<number>, partitions: number) => {
  const kernel = kernelOf(instruments, { partitions })
  deployRestless(kernel)
  for (const batch of batches(marketTicks(seed, 7, 300), sizes, end)) kernel.batch(batch)
  return { digest: kernel.digest(), decisions: decisionsOf(kernel), kernel }
}

const source = (all: ReturnType<typeof batches>, from = 0) => {
  let at = from
  return { next: () => all[at++] }
}

describe("the kernel", () => {
  it("has something to decide in these markets", () => {
    const { decisions, kernel } = run(1, [100], 1)
    assert.isAbove(decisions.filter((text) => text.includes("\"Filled\"")).length, 20)
    assert.isAbove(kernel.candles(), 500)
    assert.strictEqual(kernel.deadLetters.total, 0)
  })

  it.prop(
    "does not depend on framing or on the number of partitions",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
      Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 400 }))),
      Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 9 }))
    ],
    ([seed, sizes, partitions]) => {
      const one = run(seed, [64], 1)
      const other = run(seed, sizes, partitions)
      assert.deepStrictEqual(other.decisions, one.decisions)
      assert.strictEqual(other.digest, one.digest)
    },
    { arbitrary: { runs: 15, size: 12 } }
  )

  it.prop(
    "does not depend on pace",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5_000 }))
    ],
    ([seed, stepMillis]) => {
      const whole = run(seed, [128], 1)
      const paced = kernelOf(instruments, { partitions: 3 })
      deployRestless(paced)
      const driver = new ReplayDriver(paced, source(batches(marketTicks(seed, 7, 300), [128], end)))
      for (let at = open; !driver.finished; at += stepMillis) {
        while (driver.playTo(at, 50) >= 50);
        if (!driver.finished) paced.advance(at)
      }
      assert.strictEqual(paced.digest(), whole.digest)
    },
    { arbitrary: { runs: 15, size: 12 } }
  )

  it.prop(
    "goes on from a snapshot as if nothing had happened",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 }))
    ],
    ([seed, cut]) => {
      const whole = run(seed, [64], 2)
      const all = batches(marketTicks(seed, 7, 300), [64], end)
      const before = kernelOf(instruments, { partitions: 2 })
      deployRestless(before)
      const at = Math.min(cut, all.length)
      for (const batch of all.slice(0, at)) before.batch(batch)
      const bytes = dumpKernel(before)
      const after = kernelOf(instruments, { partitions: 5 })
      assert.isTrue(Result.isSuccess(loadKernel(after, bytes)))
      for (const batch of all.slice(at)) after.batch(batch)
      assert.strictEqual(after.digest(), whole.digest)
      assert.deepStrictEqual([...decisionsOf(before), ...decisionsOf(after)], whole.decisions)
      assert.strictEqual(after.sequence, whole.kernel.sequence)
    },
    { arbitrary: { runs: 15, size: 12 } }
  )

  it("does a command once, however often it is sent", () => {
    const kernel = kernelOf(instruments)
    deployRestless(kernel)
    const before = kernel.sequence
    deployRestless(kernel)
    assert.strictEqual(kernel.sequence, before)
  })
})
