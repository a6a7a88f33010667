/** `keepgaining history download --account` without a running engine, against a simulated broker of this process. */
import { assert, it } from "@effect/vitest"
import { adapters } from "@keepgaining/brokers/adapters.ts"
import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { simulateBrokers } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { formatIstDate, parseIst } from "@keepgaining/core/market/IndianTime.ts"
import { BrokerAccounts } from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import { simulatedAccounts, simulatedCustomers } from "@keepgaining/engine/brokers/simulated.ts"
import { layerPglite } from "@keepgaining/engine/database/Database.ts"
import * as InstrumentSearch from "@keepgaining/engine/instruments/InstrumentSearch.ts"
import * as InstrumentStore from "@keepgaining/engine/instruments/InstrumentStore.ts"
import * as InstrumentSync from "@keepgaining/engine/instruments/InstrumentSync.ts"
import { layerHttp } from "@keepgaining/engine/instruments/MasterSource.ts"
import { loadCalendar } from "@keepgaining/engine/rules/RuleFiles.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { accountsLayer } from "../../../src/cli/serve/brokerLayers.ts"

const program = path.join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts")

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const keepgaining = (...args: ReadonlyArray<string>) =>
  Effect.promise<Ended>(() =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...process.env, DATABASE_URL: undefined, NO_COLOR: "1", NODE_NO_WARNINGS: "1" },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      child.stdout.on("data", (chunk) => stdout += String(chunk))
      child.stderr.on("data", (chunk) => stderr += String(chunk))
      child.on("close", (code) => resolve({ code, stdout, stderr }))
    })
  )

const redirectUrl = "http://127.0.0.1:4280/brokers/callback"

it.live("takes a stored account's history into the archive, by its master", () =>
  Effect.gen(function*() {
    const data = yield* Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "keepgaining-account-"))),
      (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
    )
    const calendar = yield* loadCalendar()
    const simulation = yield* simulateBrokers({
      seed: 3,
      start: yield* Clock.currentTimeMillis,
      speed: 1,
      strikes: 3,
      closed: calendar.rules.holidays.map(({ date }) => date),
      accounts: simulatedCustomers(redirectUrl)
    })
    const root = simulation.servers.kite?.url ?? ""
    const download = (...args: ReadonlyArray<string>) =>
      keepgaining("history", "download", "--account", "kite-sim", "--data", data, ...args)
    const range = ["--from", "2025-03-03", "--to", "2025-03-21"]

    const nobody = yield* download("--symbol", "NSE:RELIANCE", ...range)
    assert.strictEqual(nobody.code, 2, nobody.stderr)
    assert.include(nobody.stderr, "There is no account kite-sim")

    const stored = simulatedAccounts(simulation).find(({ record }) => record.broker === "kite")
    const customer = simulation.exchange.account("kite", stored?.record.userId ?? "")
    if (stored === undefined || customer === undefined) return yield* Effect.die("Kite is not simulated")
    yield* Effect.flatMap(BrokerAccounts, (accounts) => accounts.put(stored.record, stored.secrets)).pipe(
      Effect.provide(accountsLayer(data))
    )
    const loggedOut = yield* download("--symbol", "NSE:RELIANCE", ...range)
    assert.strictEqual(loggedOut.code, 2, loggedOut.stderr)
    assert.include(loggedOut.stderr, "kite-sim is not logged in: keepgaining brokers login kite-sim")

    const adapter = adapters.kite?.account({
      account: "kite-sim",
      userId: customer.userId,
      apiKey: customer.apiKey,
      apiSecret: Redacted.make(customer.apiSecret),
      redirectUrl,
      instruments: new BrokerInstruments(),
      timeout: 10_000
    }, root)
    const grant = simulation.sessions.kite?.grant(customer) ?? ""
    const token = yield* adapter?.auth.exchange(Redacted.make(grant)) ?? Effect.die("no adapter")
    yield* Effect.flatMap(BrokerAccounts, (accounts) => accounts.saveToken("kite-sim", token)).pipe(
      Effect.provide(accountsLayer(data))
    )
    const noMaster = yield* download("--symbol", "NSE:RELIANCE", ...range)
    assert.include(noMaster.stderr, "keepgaining instruments sync kite")
    yield* Effect.flatMap(InstrumentSync.InstrumentSync, ({ sync }) => sync("kite")).pipe(
      Effect.provide(
        InstrumentSync.layerWith({ fewest: 50, kept: 0.5, rejected: 0.01 }).pipe(
          Layer.provide([
            layerHttp({ upstox: root, kite: root, angel: root, fyers: root }).pipe(
              Layer.provide(FetchHttpClient.layer)
            ),
            InstrumentSearch.layer.pipe(Layer.provideMerge(InstrumentStore.layer))
          ]),
          Layer.provide(layerPglite(path.join(data, "database")))
        )
      )
    )

    const unknown = yield* download("--symbol", "NSE:RELIANCE", "--symbol", "NSE:NOBODY", ...range)
    assert.strictEqual(unknown.code, 2, unknown.stderr)
    assert.include(unknown.stderr, "does not list NSE:NOBODY")

    const done = yield* download("--symbol", "NSE:RELIANCE", "--symbol", "NSE:NIFTY 50", "--json", ...range)
    assert.strictEqual(done.code, 0, done.stderr)
    // 2025-03-14 is a holiday.
    assert.deepInclude(JSON.parse(done.stdout), { source: "kite:kite-sim", chunks: 2, done: 2, candles: 28 * 375 })
    const days = yield* download("--symbol", "NSE:NIFTY 50", "--interval", "1d", "--json", ...range)
    assert.strictEqual(days.code, 0, days.stderr)
    const asked = yield* keepgaining("archive", "query", "NSE:NIFTY 50", "--data", data, "--json")
    const rows: ReadonlyArray<{ readonly time: string; readonly open: number }> = JSON.parse(asked.stdout)
    const nifty = simulation.market.ofSymbol("NSE:NIFTY 50")
    if (nifty === undefined) return yield* Effect.die("NIFTY is not simulated")
    const day = [parseIst("2025-03-03 00:00:00") ?? 0, parseIst("2025-03-21 23:59:59") ?? 0] as const
    assert.deepStrictEqual(
      rows.map(({ open, time }) => [Date.parse(time), Math.round(open * 100)]),
      simulation.market.candles(nifty, ...day, 1).map(({ at, open }) => [at, open])
    )
    const query = ["archive", "query", "NSE:NIFTY 50", "--interval", "1d", "--official", "--data", data, "--json"]
    const official = yield* keepgaining(...query)
    const dayRows: ReadonlyArray<{ readonly day: string; readonly close: number; readonly source: string }> = JSON
      .parse(official.stdout)
    assert.deepStrictEqual(
      dayRows.map(({ close, day: date, source }) => [date, Math.round(close * 100), source]),
      simulation.market.candles(nifty, ...day, 1_440).map((
        { at, close }
      ) => [formatIstDate(at), close, "kite:kite-sim"])
    )
  }).pipe(Effect.scoped), 240_000)
