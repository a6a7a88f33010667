/** A session made by hand: tests write its quotes, events and timeline. */
import type { Candle } from "@keepgaining/core/candles/Candle.ts"
import { ChargeSchedule } from "@keepgaining/core/charges/ChargeSchedule.ts"
import type { Command } from "@keepgaining/core/commands/Command.ts"
import type { Decision } from "@keepgaining/core/decisions/Decision.ts"
import { type Instrument, InstrumentTable } from "@keepgaining/core/market/Instrument.ts"
import { paise } from "@keepgaining/core/market/Money.ts"
import { TickBatch } from "@keepgaining/core/market/TickBatch.ts"
import type { DeadLetter } from "@keepgaining/engine/actors/ActorTree.ts"
import { QuoteBoard } from "@keepgaining/engine/kernel/QuoteBoard.ts"
import { loadCharges } from "@keepgaining/engine/rules/RuleFiles.ts"
import { Session, type SessionEvent, SessionRefused } from "@keepgaining/engine/session/Session.ts"
import type { SessionHealth } from "@keepgaining/engine/session/SessionHealth.ts"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

export const equity = (symbol: string): Instrument => ({
  symbol,
  exchange: "NSE",
  kind: "equity",
  tickSize: 5,
  lotSize: 1
})

export class TestSession {
  readonly instruments: InstrumentTable
  readonly board: QuoteBoard
  readonly events: Array<SessionEvent> = []
  readonly executed = new Map<string, Command>()
  readonly deadLetters: Array<DeadLetter> = []
  readonly closed: Array<Candle> = []
  forming: Candle | undefined
  /** Command ids in the order in which they were asked. */
  readonly asked: Array<string> = []
  /** How long the answer to a command takes after it was done. */
  answerDelayMillis = 0
  readonly charges = new ChargeSchedule(Effect.runSync(loadCharges()))
  timeline = "t1"
  sequence = 0
  now = Date.UTC(2026, 11, 1, 4, 0)
  /** Events that any reader pulled, to see that a stalled one stops pulling. */
  pulled = 0

  constructor(symbols: ReadonlyArray<string> = ["NSE:RELIANCE", "NSE:TCS"]) {
    this.instruments = InstrumentTable.from(symbols.map(equity))
    this.board = new QuoteBoard(symbols.length)
  }

  tick(instrument: number, price: number): void {
    this.now += 100
    this.sequence += 1
    this.board.update(
      TickBatch.fromTicks([{ instrument, price: paise(price), eventTime: this.now, volume: this.sequence }]),
      0
    )
  }

  decide(decision: Decision): void {
    this.events.push({ number: this.events.length + 1, cause: this.sequence, decision })
  }

  log(message: string): void {
    this.decide({ _tag: "DeploymentLog", deployment: "d1", instrument: 0, message, at: this.now })
  }

  health(): SessionHealth {
    return {
      serverTime: Date.now(),
      now: this.now,
      sequence: this.sequence,
      ticks: this.sequence,
      ticksPerSecond: 10,
      feedAge: 5,
      feed: "live",
      decisionP50: 0.1,
      decisionP99: 0.4,
      unflushed: 0,
      heapMegabytes: 50,
      databaseLag: 0,
      digest: "0"
    }
  }

  /** The same session in another process: a new boot over what was durable. */
  layer(bootId = "boot-1"): Layer.Layer<Session> {
    return Layer.succeed(
      Session,
      Session.of({
        mode: "paper",
        bootId,
        sessionId: () => this.timeline,
        instruments: () => this.instruments,
        quotes: () => this.board,
        candles: (_instrument, _interval, limit) => this.closed.slice(-limit),
        formingCandle: () => this.forming,
        events: (after) =>
          Stream.unfold(after, (number) =>
            Effect.gen({ self: this }, function*() {
              while (this.events.length <= number) yield* Effect.sleep(5)
              this.pulled += 1
              // The loop above waited until the event is there.
              return [this.events[number]!, number + 1] as const
            })),
        execute: (commandId, command) =>
          Effect.gen({ self: this }, function*() {
            this.asked.push(commandId)
            if (command._tag === "CancelOrder") {
              return yield* new SessionRefused({ reason: "No such order.", remedy: "Look at the orders." })
            }
            if (!this.executed.has(commandId)) {
              this.executed.set(commandId, command)
              if (command._tag === "Kill") this.decide({ _tag: "KillSwitch", stage: command.stage, at: this.now })
            }
            yield* Effect.sleep(this.answerDelayMillis)
            return { _tag: "Done" as const }
          }),
        charging: () => ({ schedule: this.charges, plan: "zerodha" }),
        paperFunds: () => undefined,
        portfolio: () => ({
          now: this.now,
          positions: [],
          deployments: [],
          live: false,
          armed: [],
          killStage: "none",
          realised: 0,
          unrealised: 0,
          charges: 0,
          workingOrders: this.executed.size
        }),
        orders: () => [],
        fills: () => [],
        actors: () => ({
          actors: [{
            path: "engine/partition-0",
            kind: "partition",
            state: "running",
            supervision: "restart 5 in 60 s, then escalate",
            restarts: 2,
            handled: this.sequence,
            deadLetters: 0
          }],
          mailboxes: [{ name: "feed", overflow: "block", depth: 3, capacity: 64, shed: 0 }]
        }),
        deadLetters: (limit) => this.deadLetters.slice(0, limit),
        retryDeadLetter: () => Effect.void,
        health: () => this.health(),
        replay: undefined
      })
    )
  }
}
