/**
 * The engine is killed (SIGKILL) while it downloads, through an account and from a history server. Started again it goes on with
 * both by itself, asks for nothing twice, and leaves alone what was cancelled.
 */
import { historyServer } from "@keepgaining/engine/history/simulator/HistoryServer.ts"
import { loadCalendar } from "@keepgaining/engine/rules/RuleFiles.ts"
import type { DownloadSource, DownloadView } from "@keepgaining/rpc/contract/Archive.ts"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "vitest"
import { keepgaining } from "../support/commandLine.ts"
import { tokenFor, watch, type Watching } from "../support/connection.ts"
import { temporaryFolder } from "../support/folder.ts"
import { serve, until } from "../support/served.ts"

const folder = temporaryFolder()
const symbols = ["NSE:RELIANCE", "NSE:TCS", "NSE:SBIN", "NSE:INFY"]

const viewOf = async ({ client }: Watching, id: string): Promise<DownloadView | undefined> => {
  const all = await Effect.runPromise(client.ask((rpc) => rpc.Downloads()))
  return all.find(({ status }) => status.id === id)
}

const seen = (on: Watching, id: string, is: (view: DownloadView) => boolean): Promise<DownloadView> =>
  until(
    async () => {
      const view = await viewOf(on, id)
      return view !== undefined && is(view) ? view : undefined
    },
    `what is waited for of ${id}`,
    240
  )

/** Begins it, and waits until some of it is done; some is not. */
const begin = async (on: Watching, source: typeof DownloadSource.Type, from: string, to: string): Promise<string> => {
  const { status: { id } } = await Effect.runPromise(
    on.client.ask((rpc) => rpc.StartDownload({ source, symbols, intervals: ["1m", "1d"], from, to }))
  )
  const { status } = await seen(on, id, (view) => view.status.done > 0)
  assert.isAbove(status.planned, 0)
  return id
}

it("the engine goes on with downloads that it was killed at", async () => {
  const home = fs.mkdtempSync(path.join(folder, "data-"))
  const data = path.join(home, "sim")
  const scope = Effect.runSync(Scope.make())
  let isSlow = true
  const { stats, url } = await Effect.runPromise(
    Effect.flatMap(loadCalendar(), (calendar) =>
      historyServer({
        market: { seed: 1, density: () => 1 },
        calendar,
        behaviour: () => isSlow ? "slow" : undefined,
        slowness: 2_000
      })).pipe(Scope.provide(scope))
  )
  const server = { _tag: "Server", url } as const
  const args = ["--profile", "sim", "--data", home, "--port", "0", "--watch", "NSE:RELIANCE"]
  let served = await serve(args)
  const token = await tokenFor(data)
  let watching = await watch(served.url, token)
  try {
    const cancelled = await begin(watching, server, "2023-01-02", "2023-12-29")
    assert.isTrue(await Effect.runPromise(watching.client.ask((rpc) => rpc.CancelDownload({ id: cancelled }))))
    const byUrl = await begin(watching, server, "2025-01-01", "2025-12-31")
    const byAccount = await begin(watching, { _tag: "Account", account: "angel-sim" }, "2026-05-04", "2026-10-30")
    await served.kill()
    await watching.close()
    const before = new Map<string, DownloadView["status"] & Pick<DownloadView, "running" | "waiting">>()
    for (const each of JSON.parse((await keepgaining(["history", "status", "--json", "--data", data])).stdout)) {
      before.set(each.id, each)
    }
    for (const id of [byUrl, byAccount]) {
      assert.deepInclude(before.get(id), { running: false, goesOn: true, waiting: "" })
      assert.isAbove(before.get(id)?.planned ?? 0, 0)
    }
    const asked = stats.requests
    isSlow = false

    served = await serve(args)
    watching = await watch(served.url, token)
    for (const id of [byUrl, byAccount]) {
      const { status } = await seen(watching, id, (view) => !view.running && view.status.planned === 0)
      assert.deepInclude(status, { done: status.chunks, goesOn: false })
    }
    // Once for each range that was not noted: also for those under way at the kill.
    assert.strictEqual(stats.requests - asked, before.get(byUrl)?.planned)
    assert.deepInclude(await viewOf(watching, cancelled), { running: false, waiting: "" })
    assert.deepInclude((await viewOf(watching, cancelled))?.status, {
      goesOn: false,
      planned: before.get(cancelled)?.planned ?? 0
    })
    const { official } = await Effect.runPromise(
      watching.client.ask((rpc) => rpc.ArchiveInfo({ text: "NSE:SBIN", limit: 1 }))
    )
    assert.deepInclude(official, { instruments: 1, to: "2026-10-30" })
    assert.strictEqual(await served.stop(), 130, served.said())
  } finally {
    await served.kill()
    await watching.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}, 600_000)
