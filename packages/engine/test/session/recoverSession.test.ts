/** Recovery trusts nothing but what leads to the same decisions. */
import { assert, describe, it } from "@effect/vitest"
import type { Kernel } from "@keepgaining/engine/kernel/Kernel.ts"
import { dumpKernel } from "@keepgaining/engine/kernel/KernelSnapshot.ts"
import { EventLog } from "@keepgaining/engine/session/EventLog.ts"
import { recoverSession } from "@keepgaining/engine/session/recoverSession.ts"
import type { SessionEvent } from "@keepgaining/engine/session/Session.ts"
import type { SessionHistory } from "@keepgaining/engine/session/SessionHistory.ts"
import * as Effect from "effect/Effect"
import { batches, deployRestless, kernelOf, marketTicks, open, stocks } from "../kernel/scenario.ts"

const instruments = stocks(3)
const recorded = batches(marketTicks(5, 3, 200), [64], open + 300_000)
const half = Math.floor(recorded.length / 2)

/** A run that had come half way: its decisions, and its state there. */
const before = () => {
  const kernel = kernelOf(instruments)
  deployRestless(kernel)
  const deployed = kernel.sequence
  for (const batch of recorded.slice(0, half)) kernel.batch(batch)
  const decisions = kernel.takeDecisions().map(({ cause, decision }, i): SessionEvent => ({
    number: i + 1,
    cause,
    decision
  }))
  assert.isAbove(decisions.length, 20)
  return { kernel, decisions, deployed }
}

const history = (decisions: ReadonlyArray<SessionEvent>, snapshot: Kernel | undefined): SessionHistory => ({
  timeline: {
    append: () => Effect.void,
    saveSnapshot: () => Effect.void,
    snapshotEvery: "1 day",
    databaseLag: () => 0
  },
  events: new EventLog(() => Effect.succeed([])),
  commands: [{
    commandId: "deploy",
    command: {
      _tag: "Deploy",
      deployment: {
        id: "d1",
        strategy: "Restless",
        parameters: {},
        instruments: instruments.all().map(({ symbol }) => symbol),
        lots: 10,
        mode: "paper"
      }
    },
    batch: 0,
    row: 0,
    at: 0
  }],
  decisions,
  snapshot: snapshot === undefined
    ? undefined
    : { sequence: snapshot.sequence, position: { batch: half, row: 0 }, bytes: dumpKernel(snapshot) }
})

const recover = (past: SessionHistory, available = half) =>
  recoverSession({
    history: past,
    kernel: kernelOf(instruments).options,
    sourceFrom: (batch) => {
      let at = batch
      return { next: () => at < available ? recorded[at++] : undefined }
    },
    until: "end"
  })

describe("recovery", () => {
  it.effect("comes to the same state with the snapshot and without it", () =>
    Effect.gen(function*() {
      const { decisions, kernel } = before()
      for (const snapshot of [kernel, undefined]) {
        const { core } = yield* recover(history(decisions, snapshot))
        assert.strictEqual(core.kernel.digest(), kernel.digest())
        assert.strictEqual(core.kernel.sequence, kernel.sequence)
        assert.strictEqual(core.pending, 0)
        assert.strictEqual(core.orders(1_000).length, kernel.desk.state.orderCount)
      }
    }))

  it.effect("decides anew only what the journal does not hold", () =>
    Effect.gen(function*() {
      const { decisions, kernel } = before()
      const { core } = yield* recover(history(decisions.slice(0, -5), undefined))
      assert.strictEqual(core.kernel.digest(), kernel.digest())
      assert.strictEqual(core.pending, 5)
    }))

  it.effect("stops when the inputs lead to other decisions than the journal says", () =>
    Effect.gen(function*() {
      const { decisions } = before()
      const changed = decisions.with(10, { ...decisions[10]!, decision: decisions[3]!.decision })
      const failure = yield* Effect.flip(recover(history(changed, undefined)))
      assert.strictEqual(failure._tag, "RecoveryDiverged")
      assert.match(failure.message, /decision 11/)
    }))

  it.effect("stops when recorded ticks are missing that the journal's decisions followed from", () =>
    Effect.gen(function*() {
      const { decisions } = before()
      const failure = yield* Effect.flip(recover(history(decisions, undefined), half - 20))
      assert.strictEqual(failure._tag, "RecoveryDiverged")
    }))

  it.effect("stops when a snapshot proves that the journal's end was lost", () =>
    Effect.gen(function*() {
      const { decisions, kernel } = before()
      const failure = yield* Effect.flip(recover(history(decisions.slice(0, -1), kernel)))
      assert.strictEqual(failure._tag, "JournalLost")
      assert.match(failure.message, /Restore the journal from a copy/)
    }))

  it.effect("passes over a snapshot that it cannot read", () =>
    Effect.gen(function*() {
      const { decisions, kernel } = before()
      const past = history(decisions, kernel)
      const bytes = new Uint8Array([1, 2, 3])
      const { core } = yield* recover({ ...past, snapshot: { sequence: 9, position: { batch: half, row: 0 }, bytes } })
      assert.strictEqual(core.kernel.digest(), kernel.digest())
    }))
})
