/**
 * Simulated brokers in the test's process and a live engine in another one, which can be killed: everything that was sent is
 * known here, and everything that the engine knows is in its files.
 */
import { Broker } from "@keepgaining/brokers/port/Broker.ts"
import { BrokerInstruments } from "@keepgaining/brokers/port/BrokerInstruments.ts"
import { simulateBrokers, type Simulation } from "@keepgaining/brokers/simulator/SimulatedBrokers.ts"
import { accountAdapter } from "@keepgaining/engine/brokers/accountAdapter.ts"
import { automaticLogin } from "@keepgaining/engine/brokers/automaticLogin.ts"
import * as BrokerAccounts from "@keepgaining/engine/brokers/BrokerAccounts.ts"
import { consentingLogin } from "@keepgaining/engine/brokers/simulated.ts"
import * as Vault from "@keepgaining/engine/brokers/Vault.ts"
import { shiftedClock } from "@keepgaining/engine/time/shiftedClock.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import * as path from "node:path"
import { repository } from "../support/commandLine.ts"
import type { LiveEngine } from "./liveInput.ts"

/** 2026-11-25, a Wednesday, just after the open. */
const START = Date.parse("2026-11-25T09:16:00+05:30")

const HUNDRED_CRORE = 100 * 1_00_00_000 * 100

export interface TradingFloor {
  readonly simulation: Simulation
  readonly accounts: ReadonlyArray<{ readonly id: string; readonly broker: Broker; readonly userId: string }>
  /** Starts the engine; the same port every time, so that whoever is connected finds it again. */
  readonly start: () => Promise<RunningEngine>
}

export interface RunningEngine {
  readonly url: string
  readonly process: ChildProcess
  readonly said: () => string
  /** SIGKILL; returns when the process is gone. */
  readonly kill: () => Promise<void>
}

/** `pace`: virtual seconds a second. */
export const tradingFloor = (options: {
  readonly data: string
  readonly seed: number
  readonly pace: number
  readonly port: number
  readonly watch: string
}): Effect.Effect<TradingFloor, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const { data, pace, port, seed, watch } = options
    const brokers = Broker.literals
    const wall = yield* Clock.Clock
    const at = wall.currentTimeMillisUnsafe()
    const shift = { offset: START - at, pace, at }
    const clock = shiftedClock(wall, shift)
    const simulation = yield* simulateBrokers({
      seed,
      start: START,
      speed: pace,
      // A master of fewer than 1,000 instruments counts as broken.
      strikes: 28,
      accounts: brokers.map((broker, i) => ({
        broker,
        userId: `AB123${i}`,
        name: "Asha Rao",
        apiKey: `${broker}-key`,
        apiSecret: `${broker}-secret`,
        password: "simulated",
        pin: "4821",
        totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        mobile: "9900000001",
        redirectUrl: "http://127.0.0.1:9/brokers/callback",
        cash: HUNDRED_CRORE
      }))
    })
    const login = consentingLogin(simulation, automaticLogin(path.join(data, "login")))
    const accounts = yield* Effect.gen(function*() {
      const stored = yield* BrokerAccounts.BrokerAccounts
      const made: Array<TradingFloor["accounts"][number]> = []
      for (const customer of simulation.exchange.accounts.values()) {
        const { apiKey, apiSecret, broker, mobile, password, pin, redirectUrl, totpSecret, userId } = customer
        const record = {
          id: broker,
          broker,
          userId,
          apiKey,
          redirectUrl,
          root: simulation.servers[broker]?.url ?? "",
          automatic: false
        }
        const secrets = Redacted.make({ apiSecret, password, pin, totpSecret, mobile })
        yield* stored.put(record, secrets)
        const adapter = accountAdapter(record, secrets, { instruments: new BrokerInstruments(), timeout: 5_000 })
        yield* stored.saveToken(record.id, yield* login(record, adapter, secrets))
        made.push({ id: record.id, broker, userId })
      }
      return made
    }).pipe(
      Effect.provide(BrokerAccounts.layer(data).pipe(Layer.provide(Vault.layer(data)))),
      Effect.provideService(Clock.Clock, clock)
    )
    const masters = Object.fromEntries(
      brokers.map((broker) => [`${broker.toUpperCase()}_INSTRUMENTS_URL`, simulation.servers[broker]?.url])
    )
    const running = new Set<RunningEngine>()
    yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all([...running].map((each) => each.kill()))))
    return {
      simulation,
      accounts,
      start: async () => {
        const engine = await startEngine({ ...shift, data, port, watch }, masters)
        running.add(engine)
        return engine
      }
    }
  })

const startEngine = (given: LiveEngine, env: Readonly<Record<string, string | undefined>>): Promise<RunningEngine> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [path.join(repository, "tests", "orders", "liveEngine.ts"), JSON.stringify(given)],
      {
        env: { ...process.env, DATABASE_URL: undefined, NO_COLOR: "1", NODE_NO_WARNINGS: "1", ...env },
        stdio: ["ignore", "pipe", "pipe"]
      }
    )
    let stderr = ""
    const gone = new Promise<void>((ended) => child.once("close", () => ended()))
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-200_000)
    })
    child.stdout.once("data", () =>
      resolve({
        url: `http://127.0.0.1:${given.port}`,
        process: child,
        said: () => stderr,
        kill: async () => {
          child.kill("SIGKILL")
          await gone
        }
      }))
    void gone.then(() => reject(new Error(`the engine ended: ${stderr}`)))
  })
