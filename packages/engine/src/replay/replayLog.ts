/** Replays a whole recorded log through the whole engine, as fast as it goes: no network, no clock, no waiting. */
import type { Deployment } from "@keepgaining/core/deployments/Deployment.ts"
import { Digest } from "@keepgaining/core/digest/Digest.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Kernel, type RecordedDecision } from "../kernel/Kernel.ts"
import type { KernelOptions } from "../kernel/KernelOptions.ts"
import type { StorageError } from "../storage/DurableFile.ts"
import { reading } from "../ticklog/Recovery.ts"
import type { TickLogCorrupt, TickLogRefused } from "../ticklog/TickLogError.ts"
import { openTickLogSync } from "../ticklog/TickLogReader.ts"
import { type PlacedCommand, ReplayDriver } from "./ReplayDriver.ts"
import { type ReplayReport, reportOf } from "./Report.ts"

export interface ReplayLogOptions {
  /** Folder of the tick log. */
  readonly log: string
  readonly kernel: Omit<KernelOptions, "instruments" | "hours">
  /** Started before the first tick. Without instruments: on everything in the log that can be traded. */
  readonly deployments: ReadonlyArray<Deployment>
  /** Commands of a recorded session, given again at exactly the places where they stood. */
  readonly commands?: ReadonlyArray<PlacedCommand>
  readonly onProgress?: (progress: { readonly rows: number; readonly totalRows: number }) => void
  /** Sees every decision, in order. */
  readonly onDecisions?: (decisions: ReadonlyArray<RecordedDecision>) => void
}

/** A strategy cannot be deployed as asked. Nothing was replayed. */
export class DeploymentRefused extends Schema.TaggedError<DeploymentRefused>()("DeploymentRefused", {
  deployment: Schema.String,
  reason: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `Deployment ${this.deployment} was refused: ${this.reason}. ${this.remedy}`
  }
}

export type ReplayError = DeploymentRefused | TickLogRefused | TickLogCorrupt | StorageError

const ROWS_PER_TURN = 65_536

export const replayLog = (options: ReplayLogOptions): Effect.Effect<ReplayReport, ReplayError> =>
  Effect.scoped(Effect.gen(function*() {
    const cursor = yield* Effect.acquireRelease(
      reading(() => openTickLogSync(options.log)),
      (opened) => Effect.sync(() => opened.close())
    )
    const { dates, rows: totalRows } = yield* reading(() => cursor.summary())
    const kernel = new Kernel({ ...options.kernel, instruments: cursor.instruments, hours: cursor.hours })
    for (const deployment of options.deployments) yield* deploy(kernel, deployment)
    const driver = new ReplayDriver(kernel, cursor, undefined, options.commands)
    const started = yield* Clock.currentTimeMillis
    while (!driver.finished) {
      yield* reading(() => driver.playTo(Infinity, ROWS_PER_TURN))
      const decisions = kernel.takeDecisions()
      options.onDecisions?.(decisions)
      options.onProgress?.({ rows: kernel.ticks, totalRows })
      // So that it can be interrupted and progress be drawn.
      yield* Effect.yieldNow
    }
    options.onDecisions?.(kernel.takeDecisions())
    const ended = yield* Clock.currentTimeMillis
    return reportOf(kernel, dates, (ended - started) / 1_000)
  }))

/**
 * The command id is made of all that the deployment says: the same deployment sent twice is done once, and one that was
 * refused can be corrected.
 */
export const deployCommandId = (deployment: Deployment): string => {
  const digest = new Digest()
  digest.text(JSON.stringify(deployment))
  return `deploy-${deployment.id}-${digest.hex()}`
}

const deploy = (kernel: Kernel, deployment: Deployment): Effect.Effect<void, DeploymentRefused> =>
  Effect.suspend(() => {
    const outcome = kernel.command(deployCommandId(deployment), { _tag: "Deploy", deployment })
    return outcome._tag === "Done" ? Effect.void : new DeploymentRefused({
      deployment: deployment.id,
      reason: outcome.reason,
      remedy: outcome.remedy
    })
  })
