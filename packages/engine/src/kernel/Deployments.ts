/** The deployments of a session: which strategies run where, in what state, and what they did. Part of the kernel's fold. */
import type { CommandOutcome } from "@keepgaining/core/commands/Command.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import type { Deployment, DeploymentState } from "@keepgaining/core/deployments/Deployment.ts"
import { Digest } from "@keepgaining/core/digest/Digest.ts"
import { isTradable } from "@keepgaining/core/market/Instrument.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ACTORS_PER_CELL } from "./Cell.ts"
import type { Kernel } from "./Kernel.ts"
import { StrategyActor } from "./StrategyActor.ts"

export interface DeploymentRecord {
  readonly deployment: Deployment
  state: DeploymentState
  reason: string
  signals: number
  orders: number
  fills: number
  lastEvent: string
}

const done: CommandOutcome = { _tag: "Done" }
const refused = (reason: string, remedy: string): CommandOutcome => ({ _tag: "Refused", reason, remedy })

export class Deployments {
  readonly #kernel: Kernel
  readonly #records = new Map<string, DeploymentRecord>()

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  all(): Iterable<DeploymentRecord> {
    return this.#records.values()
  }

  has(id: string): boolean {
    return this.#records.has(id)
  }

  deploy(deployment: Deployment): CommandOutcome {
    const kernel = this.#kernel
    if (this.#records.has(deployment.id)) {
      return refused(
        `A deployment "${deployment.id}" exists already`,
        "Choose another id; ids are not used twice in a session"
      )
    }
    if (deployment.mode === "live" && !kernel.options.desk.live) {
      return refused(
        "This session trades on paper only",
        "Deploy in mode paper, or start a session with --profile live"
      )
    }
    const strategy = kernel.options.strategyNamed(deployment.strategy)
    if (strategy === undefined) return refused(`No strategy "${deployment.strategy}"`, "Ask for the list of strategies")
    // A misspelt parameter that silently stays at its default costs money.
    const decode = Schema.decodeUnknownResult(strategy.parameters, { onExcessProperty: "error" })
    const parameters = decode(deployment.parameters)
    if (Result.isFailure(parameters)) {
      return refused(
        `Parameters of ${deployment.strategy}: ${parameters.failure.message}`,
        "Correct the named parameter"
      )
    }
    if (deployment.instruments.length === 0) return refused("No instruments", "Name at least one instrument to trade")
    const indices: Array<number> = []
    for (const symbol of deployment.instruments) {
      const index = kernel.instruments.indexOf(symbol)
      if (index === undefined) {
        return refused(`No instrument "${symbol}" in this session`, "Look it up in the market watch")
      }
      if (!isTradable(kernel.instruments.at(index))) {
        return refused(`${symbol} is an index and cannot be traded`, "Deploy on its future, its options or its stocks")
      }
      if (kernel.partitionOf(index).cell(index).strategies.length >= ACTORS_PER_CELL - 3) {
        return refused(`${symbol} carries as many strategies as it can`, "Stop one of them first")
      }
      indices.push(index)
    }
    this.#records.set(deployment.id, {
      deployment,
      state: "running",
      reason: "",
      signals: 0,
      orders: 0,
      fills: 0,
      lastEvent: "started"
    })
    kernel.desk.onDeployed(deployment)
    for (const index of new Set(indices)) this.attach(deployment, index, parameters.success)
    this.#changed(deployment.id, "running", "started")
    for (const index of new Set(indices)) {
      const candles = kernel.candlesSoFar(index, strategy.intervals(parameters.success))
      if (candles.length > 0) {
        kernel.partitionOf(index).deliver(index, { _tag: "WarmUp", deployment: deployment.id, candles }, kernel.now)
      }
      kernel.partitionOf(index).deliver(index, { _tag: "Start", deployment: deployment.id }, kernel.now)
    }
    return done
  }

  /** Puts the strategy's actor into the instrument's cell. */
  attach(deployment: Deployment, index: number, parameters: unknown): StrategyActor | undefined {
    const kernel = this.#kernel
    const strategy = kernel.options.strategyNamed(deployment.strategy)
    if (strategy === undefined) return undefined
    const cell = kernel.partitionOf(index).cell(index)
    // The snapshot of a cell covers all its actors: a newcomer must not be rebuilt from inputs before its time.
    cell.save()
    const instrument = kernel.instruments.at(index)
    const seed = new Digest()
    seed.int(kernel.options.seed)
    seed.text(deployment.id)
    seed.text(instrument.symbol)
    const actor = new StrategyActor({
      path: `${instrument.symbol}/${deployment.strategy}@${deployment.id}`,
      deployment,
      strategy,
      parameters,
      instrument,
      index,
      ordinal: index * ACTORS_PER_CELL + 3 + cell.strategies.length,
      seed: seed.low
    })
    cell.strategies.push(actor)
    return actor
  }

  pause(id: string): CommandOutcome {
    const record = this.#records.get(id)
    if (record === undefined) return refused(`No deployment "${id}"`, "See the list of deployments")
    if (record.state !== "running") {
      return refused(`"${id}" is ${record.state}`, "Only a running deployment can be paused")
    }
    this.#each(id, (actor) => actor.paused = true)
    this.#kernel.desk.onDeploymentPaused(id, true)
    this.#changed(id, "paused", "paused by command")
    return done
  }

  resume(id: string): CommandOutcome {
    const record = this.#records.get(id)
    if (record === undefined) return refused(`No deployment "${id}"`, "See the list of deployments")
    if (record.state !== "paused") {
      return refused(`"${id}" is ${record.state}`, "Only a paused deployment can be resumed")
    }
    this.#each(id, (actor) => actor.paused = false)
    this.#kernel.desk.onDeploymentPaused(id, false)
    this.#changed(id, "running", "resumed by command")
    return done
  }

  stop(id: string, exit: boolean, reason: string): CommandOutcome {
    const record = this.#records.get(id)
    if (record === undefined) return refused(`No deployment "${id}"`, "See the list of deployments")
    if (record.state === "stopped") return refused(`"${id}" is stopped already`, "Nothing is left to stop")
    const kernel = this.#kernel
    this.#each(id, (actor) => {
      if (actor.record.state === "stopped") return
      kernel.partitionOf(actor.index).deliver(actor.index, { _tag: "Stop", deployment: id }, kernel.now)
      actor.record.state = "stopped"
    })
    kernel.desk.onDeploymentStopped(id, exit)
    this.#changed(id, "stopped", reason)
    return done
  }

  stopAll(reason: string): void {
    for (const [id, record] of this.#records) if (record.state !== "stopped") this.stop(id, false, reason)
  }

  /** One of its actors was stopped by its supervisor; when none is left the deployment has crashed. */
  crashed(id: string, failure: string): void {
    const record = this.#records.get(id)
    if (record === undefined || record.state === "stopped" || record.state === "crashed") return
    let alive = 0
    this.#each(id, (actor) => {
      if (actor.record.state !== "stopped") alive++
    })
    if (alive > 0) {
      record.lastEvent = `one of its actors was stopped: ${failure}`
      return
    }
    this.#kernel.desk.onDeploymentPaused(id, true)
    this.#changed(id, "crashed", failure)
  }

  /** Counts what the session decided about each. */
  observe(decision: Decision): void {
    switch (decision._tag) {
      case "SignalRaised": {
        const record = this.#records.get(decision.deployment)
        if (record === undefined) return
        record.signals++
        record.lastEvent = `${decision.signal.action} signal`
        return
      }
      case "SignalIgnored": {
        const record = this.#records.get(decision.deployment)
        if (record !== undefined) record.lastEvent = decision.reason
        return
      }
      case "OrderChanged": {
        const record = this.#records.get(decision.order.book)
        if (record !== undefined && decision.order.status === "pending") record.orders++
        return
      }
      case "Filled": {
        const record = this.#records.get(decision.fill.book)
        if (record === undefined) return
        record.fills++
        record.lastEvent = `${decision.fill.side} ${decision.fill.quantity} filled`
        return
      }
      case "DeploymentLog": {
        const record = this.#records.get(decision.deployment)
        if (record !== undefined) record.lastEvent = decision.message
      }
    }
  }

  /** Candles still missing at the slowest of its instruments before it can decide. */
  warmupLeft(id: string): number {
    let left = 0
    this.#each(id, (actor) => {
      left = Math.max(left, actor.warmup - actor.data.candles)
    })
    return Math.max(0, left)
  }

  dump(): Array<DeploymentRecord> {
    return Array.from(this.#records.values(), (record) => ({ ...record }))
  }

  load(records: ReadonlyArray<DeploymentRecord>): void {
    this.#records.clear()
    for (const record of records) this.#records.set(record.deployment.id, { ...record })
  }

  #each(id: string, act: (actor: StrategyActor) => void): void {
    for (const partition of this.#kernel.partitions) {
      for (const cell of partition.own) {
        const actor = cell.strategy(id)
        if (actor !== undefined) act(actor)
      }
    }
  }

  #changed(id: string, state: DeploymentState, reason: string): void {
    const record = this.#records.get(id)
    if (record === undefined) return
    record.state = state
    record.reason = reason
    record.lastEvent = reason
    this.#kernel.emit({
      _tag: "DeploymentChanged",
      deployment: record.deployment,
      state,
      reason,
      at: this.#kernel.now
    })
  }
}
