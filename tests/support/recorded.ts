/** What a stopped session left behind, and the same inputs folded again without any disturbance. */
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import { MarginSchedule } from "@keepgaining/core/margins/MarginRates.ts"
import { strategyNamed } from "@keepgaining/core/strategies/Strategies.ts"
import { layerPostgres } from "@keepgaining/engine/database/Database.ts"
import type { JournalShape } from "@keepgaining/engine/journal/Journal.ts"
import * as JournalFile from "@keepgaining/engine/journal/JournalFile.ts"
import * as JournalTable from "@keepgaining/engine/journal/JournalTable.ts"
import { CommandRecord, DecisionRecord } from "@keepgaining/engine/journal/SessionRecords.ts"
import type { RecordedDecision } from "@keepgaining/engine/kernel/Kernel.ts"
import type { PlacedCommand } from "@keepgaining/engine/replay/ReplayDriver.ts"
import { replayLog } from "@keepgaining/engine/replay/replayLog.ts"
import { loadCharges, loadMarginRates } from "@keepgaining/engine/rules/RuleFiles.ts"
import { journalFile, readManifest, timelineKey } from "@keepgaining/engine/session/SessionFolder.ts"
import { sessionDefaults } from "@keepgaining/engine/session/Settings.ts"
import * as NodeDurableFiles from "@keepgaining/engine/storage/NodeDurableFiles.ts"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"

/** The only session folder in a data directory. */
export const sessionFolder = (data: string): string => {
  const names = fs.readdirSync(path.join(data, "sessions"))
  // Beside the folder of a running session lies its lock.
  const [name, ...others] = names.filter((each) => !each.endsWith(".lock"))
  if (name === undefined || others.length > 0) throw new Error(`${data} does not hold one session`)
  return path.join(data, "sessions", name)
}

export interface Journalled {
  readonly commands: ReadonlyArray<PlacedCommand>
  readonly decisions: ReadonlyArray<RecordedDecision>
  readonly seed: number
}

const decodeCommand = Schema.decodeUnknownSync(CommandRecord)
const decodeDecision = Schema.decodeUnknownSync(DecisionRecord)

const readAll = (journal: JournalShape, seed: number) =>
  Effect.gen(function*() {
    yield* journal.verify
    const commands: Array<PlacedCommand> = []
    const decisions: Array<RecordedDecision> = []
    for (const { at, kind, payload, sequence } of yield* journal.read(0, 10_000_000)) {
      if (kind === "command") commands.push({ ...decodeCommand(payload), at })
      else if (kind === "decision") decisions.push({ cause: sequence, decision: decodeDecision(payload).decision })
    }
    const journalled: Journalled = { commands, decisions, seed }
    return journalled
  })

/** The journal of a session that no process holds open, its hashes checked. */
export const journalOf = (data: string, databaseUrl: string | undefined): Promise<Journalled> => {
  const folder = sessionFolder(data)
  const opened = Effect.gen(function*() {
    const manifest = yield* readManifest(folder)
    if (manifest === undefined) return yield* Effect.die(`${folder} holds no session`)
    if (databaseUrl === undefined) {
      return yield* readAll(yield* JournalFile.open(journalFile(folder, manifest.timeline)), manifest.seed)
    }
    const reading = Effect.flatMap(
      JournalTable.open(timelineKey(manifest)),
      (journal) => readAll(journal, manifest.seed)
    )
    return yield* Effect.provide(reading, layerPostgres(Redacted.make(databaseUrl)))
  })
  return Effect.runPromise(Effect.scoped(Effect.provide(opened, NodeDurableFiles.layer)))
}

/** Folds the log and the journal's commands in one go, in another number of partitions. */
export const undisturbed = async (log: string, { commands, seed }: Journalled) => {
  const decisions: Array<RecordedDecision> = []
  const report = await Effect.runPromise(replayLog({
    log,
    kernel: {
      ...sessionDefaults,
      charges: new ChargeSchedule(Effect.runSync(loadCharges())),
      margins: new MarginSchedule(Effect.runSync(loadMarginRates())),
      partitions: 3,
      seed,
      strategyNamed
    },
    deployments: [],
    commands,
    onDecisions: (made) => void decisions.push(...made)
  }))
  return { report, decisions }
}
